// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.HttpUrl;
import io.rktj.spec.MalformedException;
import io.rktj.spec.Timestamp;
import java.util.List;
import java.util.Optional;

/** Rules and look-up for lists of annotations (appc spec, annotations). */
public final class Annotations {
  private Annotations() {}

  /** The value of the annotation {@code name}. */
  public static Optional<String> value(List<Annotation> annotations, String name) {
    for (Annotation annotation : annotations) {
      if (annotation.name().value().equals(name)) {
        return Optional.of(annotation.value());
      }
    }
    return Optional.empty();
  }

  /** An unchangeable copy, with names unique and the well-known ones of their type. */
  static List<Annotation> checked(List<Annotation> annotations) {
    List<Annotation> copy = List.copyOf(annotations);
    for (int i = 0; i < copy.size(); i++) {
      Annotation annotation = copy.get(i);
      for (int j = 0; j < i; j++) {
        if (copy.get(j).name().equals(annotation.name())) {
          throw new MalformedException(
              "duplicate annotations of name \"" + annotation.name() + "\"");
        }
      }
      checkWellKnown(annotation.name().value(), annotation.value());
    }
    return copy;
  }

  private static void checkWellKnown(String name, String value) {
    if (name.equals("created")) {
      Timestamp.parse(value);
    } else if (name.equals("homepage") || name.equals("documentation")) {
      HttpUrl.parse(value);
    }
  }
}
