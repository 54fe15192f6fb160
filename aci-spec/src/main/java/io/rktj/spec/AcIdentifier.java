// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

import java.util.ArrayList;
import java.util.List;

/**
 * An AC Identifier: lower-case letters, digits and {@code -._~/}, the name of an image, a label or
 * an isolator (appc spec, types). It never has an empty, {@code .} or {@code ..} component, so it
 * may be used as a relative path (stricter than rkt).
 */
public record AcIdentifier(String value) {
  private static final String SEPARATORS = "-._~/";

  /** Checks the rules. */
  public AcIdentifier {
    check(value);
  }

  /** Reads it from a user's or a document's text. */
  public static AcIdentifier parse(String text) {
    return new AcIdentifier(text);
  }

  /** The parts between slashes; the first is the host. */
  public List<String> components() {
    List<String> components = new ArrayList<>();
    int start = 0;
    int slash = value.indexOf('/');
    while (slash >= 0) {
      components.add(value.substring(start, slash));
      start = slash + 1;
      slash = value.indexOf('/', start);
    }
    components.add(value.substring(start));
    return components;
  }

  /** The last component, which names an app by default. */
  public String lastComponent() {
    return value.substring(value.lastIndexOf('/') + 1);
  }

  /** Whether it is {@code prefix} or lies below it, compared by whole components. */
  public boolean isWithin(String prefix) {
    return value.startsWith(prefix)
        && (value.length() == prefix.length() || value.charAt(prefix.length()) == '/');
  }

  private static void check(String value) {
    if (value.isEmpty()) {
      throw new MalformedException("ACIdentifier cannot be empty");
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (!HostText.isLowerAlphanumeric(c) && SEPARATORS.indexOf(c) < 0) {
        throw new MalformedException(
            "ACIdentifier must contain only lower case alphanumeric characters plus \"-._~/\"");
      }
    }
    if (!HostText.isLowerAlphanumeric(value.charAt(0))
        || !HostText.isLowerAlphanumeric(value.charAt(value.length() - 1))) {
      throw new MalformedException(
          "ACIdentifier must start and end with only lower case alphanumeric characters");
    }
    if (value.contains("//") || value.contains("/./") || value.contains("/../")) {
      throw new MalformedException(
          "ACIdentifier must not have an empty component, nor one of only dots");
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AcIdentifier that && value.equals(that.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return value;
  }
}
