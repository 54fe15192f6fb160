// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Carries unknown members over from an original document to a changed one: whatever the original
 * has that its own canonical form lacks was not known to us and is kept.
 */
final class TreeMerge {
  /** The tree {@code changed}, with what {@code original} has beyond {@code known}. */
  Json merge(Json changed, Json known, Json original) {
    if (changed instanceof Json.Obj a
        && known instanceof Json.Obj b
        && original instanceof Json.Obj c) {
      return objects(a, b, c);
    }
    if (changed instanceof Json.Arr a
        && known instanceof Json.Arr b
        && original instanceof Json.Arr c) {
      return arrays(a.items(), b.items(), c.items());
    }
    return changed;
  }

  private Json objects(Json.Obj changed, Json.Obj known, Json.Obj original) {
    List<Json.Member> members = new ArrayList<>();
    for (Json.Member member : changed.members()) {
      Optional<Json> before = known.get(member.name());
      Optional<Json> source = original.get(member.name());
      Json value =
          before.isPresent() && source.isPresent()
              ? merge(member.value(), before.get(), source.get())
              : member.value();
      members.add(new Json.Member(member.name(), value));
    }
    for (Json.Member member : original.members()) {
      String name = member.name();
      boolean ours = name.equals(AppJson.GIDS_OF_EXAMPLE);
      if (!ours && known.get(name).isEmpty() && changed.get(name).isEmpty()) {
        members.add(member);
      }
    }
    return new Json.Obj(members);
  }

  /** Items are paired by equality of what is known of them, each original at most once. */
  private Json arrays(List<Json> changed, List<Json> known, List<Json> original) {
    List<Json> items = new ArrayList<>();
    boolean[] used = new boolean[known.size()];
    for (Json item : changed) {
      int match = 0;
      while (match < known.size() && (used[match] || !known.get(match).equals(item))) {
        match++;
      }
      if (match < known.size() && match < original.size()) {
        used[match] = true;
        items.add(merge(item, known.get(match), original.get(match)));
      } else {
        items.add(item);
      }
    }
    return new Json.Arr(items);
  }
}
