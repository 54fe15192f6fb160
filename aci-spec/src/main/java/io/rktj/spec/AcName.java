// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

/**
 * An AC Name: lower-case letters, digits and {@code -}, the name of an app, a volume or a port
 * (appc spec, types).
 */
public record AcName(String value) {
  /** Checks the rules. */
  public AcName {
    check(value);
  }

  /** Reads it from a user's or a document's text. */
  public static AcName parse(String text) {
    return new AcName(text);
  }

  /** Makes a name out of any text: lower case, {@code -} for what is not allowed. */
  public static AcName sanitize(String text) {
    StringBuilder name = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      char lower = c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
      name.append(HostText.isLowerAlphanumeric(lower) ? lower : '-');
    }
    int start = 0;
    int end = name.length();
    while (start < end && name.charAt(start) == '-') {
      start++;
    }
    while (end > start && name.charAt(end - 1) == '-') {
      end--;
    }
    if (start == end) {
      throw new MalformedException("must contain at least one valid character");
    }
    return new AcName(name.substring(start, end));
  }

  private static void check(String value) {
    if (value.isEmpty()) {
      throw new MalformedException("ACName cannot be empty");
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (!HostText.isLowerAlphanumeric(c) && c != '-') {
        throw new MalformedException(
            "ACName must contain only lower case alphanumeric characters plus \"-\"");
      }
    }
    if (value.charAt(0) == '-' || value.charAt(value.length() - 1) == '-') {
      throw new MalformedException(
          "ACName must start and end with only lower case alphanumeric characters");
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AcName that && value.equals(that.value);
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
