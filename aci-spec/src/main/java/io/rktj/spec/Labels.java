// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Labels of an image in document order; names are unique and none is {@code name}. */
public record Labels(List<Label> entries) {
  /** No labels. */
  public static final Labels NONE = new Labels(List.of());

  /** Checks and copies its list. */
  public Labels {
    entries = List.copyOf(entries);
    check(entries);
  }

  /** The value of the label {@code name}. */
  public Optional<String> value(String name) {
    for (Label label : entries) {
      if (label.name().value().equals(name)) {
        return Optional.of(label.value());
      }
    }
    return Optional.empty();
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return entries.isEmpty();
  }

  /** These labels with one more at the end, or with its value if it is there already. */
  public Labels with(String name, String value) {
    List<Label> changed = new ArrayList<>(entries.size() + 1);
    boolean found = false;
    for (Label label : entries) {
      boolean same = label.name().value().equals(name);
      changed.add(same ? new Label(label.name(), value) : label);
      found |= same;
    }
    if (!found) {
      changed.add(new Label(new AcIdentifier(name), value));
    }
    return new Labels(changed);
  }

  /** These labels without the one called {@code name}. */
  public Labels without(String name) {
    List<Label> kept = new ArrayList<>(entries.size());
    for (Label label : entries) {
      if (!label.name().value().equals(name)) {
        kept.add(label);
      }
    }
    return new Labels(kept);
  }

  /** Whether every label of {@code wanted} is here with the same value. */
  public boolean satisfy(Labels wanted) {
    for (Label label : wanted.entries) {
      Optional<String> value = value(label.name().value());
      if (value.isEmpty() || !value.get().equals(label.value())) {
        return false;
      }
    }
    return true;
  }

  private static void check(List<Label> entries) {
    for (int i = 0; i < entries.size(); i++) {
      AcIdentifier name = entries.get(i).name();
      if (name.value().equals("name")) {
        throw new MalformedException("invalid label name: \"name\"");
      }
      for (int j = 0; j < i; j++) {
        if (entries.get(j).name().equals(name)) {
          throw new MalformedException("duplicate labels of name \"" + name + "\"");
        }
      }
    }
  }

  /** {@code name:"value"} pairs as rkt shows them, comma separated. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Label label : entries) {
      text.append(text.length() == 0 ? "" : ",").append(label.name()).append(":\"");
      text.append(label.value()).append('"');
    }
    return text.toString();
  }

  /** One label. */
  public record Label(AcIdentifier name, String value) {}
}
