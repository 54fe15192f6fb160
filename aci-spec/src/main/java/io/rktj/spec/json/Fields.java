// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.AcName;
import io.rktj.spec.Labels;
import io.rktj.spec.MalformedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the members of one object and goes on after a mistake: it is noted, and a valid placeholder
 * returned. Whoever reads the whole document throws if anything was noted.
 */
final class Fields {
  /** Most items of a list of objects: they are compared with each other, pair by pair. */
  static final int MOST_ITEMS = 4096;

  private static final AcName ANY_NAME = new AcName("x");
  private static final AcIdentifier ANY_IDENTIFIER = new AcIdentifier("x");

  private final JsonCursor at;
  private final Problems problems;

  Fields(JsonCursor at, Problems problems) {
    if (!at.isObject()) {
      throw at.mistake("expected an object, found " + at.json().kind());
    }
    this.at = at;
    this.problems = problems;
  }

  boolean has(String name) {
    return at.optionalMember(name).isPresent();
  }

  void note(MalformedException problem) {
    problems.add(at.mistake(problem));
  }

  void note(String reason) {
    problems.add(at.mistake(reason));
  }

  /** The string member, or an empty text; its absence is no mistake here. */
  String text(String name) {
    return optionalText(name).orElse("");
  }

  Optional<String> optionalText(String name) {
    try {
      return at.optionalText(name);
    } catch (MalformedException e) {
      problems.add(e);
      return Optional.empty();
    }
  }

  Optional<Boolean> optionalBool(String name) {
    Optional<JsonCursor> member = at.optionalMember(name);
    if (member.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(member.get().bool());
    } catch (MalformedException e) {
      problems.add(e);
      return Optional.empty();
    }
  }

  boolean bool(String name) {
    return optionalBool(name).orElse(false);
  }

  Optional<Long> optionalInteger(String name, long least, long most) {
    Optional<JsonCursor> member = at.optionalMember(name);
    if (member.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(member.get().integer(least, most));
    } catch (MalformedException e) {
      problems.add(e);
      return Optional.empty();
    }
  }

  Optional<Integer> optionalId(String name) {
    Optional<Long> value = optionalInteger(name, 0, Integer.MAX_VALUE);
    return value.isEmpty() ? Optional.empty() : Optional.of(value.get().intValue());
  }

  List<String> texts(String name) {
    try {
      return at.texts(name);
    } catch (MalformedException e) {
      problems.add(e);
      return List.of();
    }
  }

  List<Integer> ids(String name) {
    List<Integer> ids = new ArrayList<>();
    try {
      for (JsonCursor item : at.list(name)) {
        ids.add((int) item.integer(0, Integer.MAX_VALUE));
      }
    } catch (MalformedException e) {
      problems.add(e);
    }
    return ids;
  }

  Map<String, String> textMap(String name) {
    Optional<JsonCursor> member = at.optionalMember(name);
    if (member.isEmpty()) {
      return Map.of();
    }
    try {
      return member.get().textMap();
    } catch (MalformedException e) {
      problems.add(e);
      return Map.of();
    }
  }

  /** The AC Name; {@code missing} is the reason given if it is absent. */
  AcName acName(String name, String missing) {
    Optional<JsonCursor> member = at.optionalMember(name);
    if (member.isEmpty()) {
      note(missing);
      return ANY_NAME;
    }
    try {
      return new AcName(member.get().text());
    } catch (MalformedException e) {
      problems.add(member.get().mistake(e));
      return ANY_NAME;
    }
  }

  /** The AC Identifier; {@code missing} is the reason given if it is absent. */
  AcIdentifier identifier(String name, String missing) {
    if (!has(name)) {
      note(missing);
      return ANY_IDENTIFIER;
    }
    return optionalIdentifier(name).orElse(ANY_IDENTIFIER);
  }

  Optional<AcIdentifier> optionalIdentifier(String name) {
    Optional<JsonCursor> member = at.optionalMember(name);
    if (member.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new AcIdentifier(member.get().text()));
    } catch (MalformedException e) {
      problems.add(member.get().mistake(e));
      return Optional.empty();
    }
  }

  Labels labels(String name) {
    List<Labels.Label> entries = list(name, new LabelJson());
    try {
      return entries.isEmpty() ? Labels.NONE : new Labels(entries);
    } catch (MalformedException e) {
      problems.add(at.member(name).mistake(e));
      return Labels.NONE;
    }
  }

  <T> List<T> list(String name, ItemJson<T> form) {
    List<T> items = new ArrayList<>();
    Optional<JsonCursor> member = at.optionalMember(name);
    if (member.isEmpty()) {
      return items;
    }
    if (member.get().json() instanceof Json.Arr array && array.items().size() > MOST_ITEMS) {
      problems.add(member.get().mistake("more than " + MOST_ITEMS + " items"));
      return items;
    }
    try {
      for (JsonCursor place : member.get().list()) {
        if (problems.isFull()) {
          break; // the document is refused, and why has been said often enough
        }
        Optional<T> item = whole(place, form);
        if (item.isPresent()) {
          items.add(item.get());
        }
      }
    } catch (MalformedException e) {
      problems.add(e);
    }
    return items;
  }

  <T> Optional<T> optional(String name, ItemJson<T> form) {
    Optional<JsonCursor> member = at.optionalMember(name);
    return member.isEmpty() ? Optional.empty() : whole(member.get(), form);
  }

  /** The item at {@code place}; nothing if it has a mistake, which is then noted. */
  private <T> Optional<T> whole(JsonCursor place, ItemJson<T> form) {
    int before = problems.size();
    try {
      T item = form.read(place, problems);
      return problems.size() == before ? Optional.of(item) : Optional.empty();
    } catch (MalformedException e) {
      if (problems.size() == before) {
        problems.add(place.mistake(e));
      }
      return Optional.empty();
    }
  }
}
