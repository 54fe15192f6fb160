// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

import java.util.List;
import java.util.Optional;

/** Labels of an image in document order; names are unique. */
public record Labels(List<Label> entries) {
  /** No labels. */
  public static final Labels NONE = new Labels(List.of());

  /** Copies its list. */
  public Labels {
    entries = List.copyOf(entries);
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

  /** One label. */
  public record Label(AcIdentifier name, String value) {}
}
