// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

/** A version by Semantic Versioning 2.0.0, not zero (appc spec, AC Version). */
public record SemVer(String value) {
  /** The version of the appc specification that this library speaks. */
  public static final SemVer APPC = new SemVer("0.8.11");

  /** Checks the grammar. */
  public SemVer {
    if (new Grammar(value).isZero()) {
      throw new MalformedException("SemVer cannot be zero");
    }
  }

  /** Reads it from a user's or a document's text. */
  public static SemVer parse(String text) {
    return new SemVer(text);
  }

  /** The first number's text. */
  public String major() {
    return value.substring(0, value.indexOf('.'));
  }

  /** Whether the first number is below that of {@code other}. */
  public boolean hasLowerMajorThan(SemVer other) {
    String mine = major();
    String theirs = other.major();
    return mine.length() == theirs.length()
        ? mine.compareTo(theirs) < 0
        : mine.length() < theirs.length();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SemVer that && value.equals(that.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return value;
  }

  private static final class Grammar {
    private final String text;
    private int position;

    Grammar(String text) {
      this.text = text;
    }

    boolean isZero() {
      boolean zero = number();
      zero &= afterDot();
      zero &= afterDot();
      if (position < text.length() && text.charAt(position) == '-') {
        position++;
        identifiers(true);
        zero = false;
      }
      if (position < text.length() && text.charAt(position) == '+') {
        position++;
        identifiers(false);
        zero = false;
      }
      if (position != text.length()) {
        throw bad();
      }
      return zero;
    }

    private boolean afterDot() {
      if (position == text.length() || text.charAt(position) != '.') {
        throw bad();
      }
      position++;
      return number();
    }

    private boolean number() {
      int start = position;
      while (position < text.length() && isDigit(text.charAt(position))) {
        position++;
      }
      boolean zero = position > start && text.charAt(start) == '0';
      if (position == start || (zero && position > start + 1)) {
        throw bad();
      }
      return zero;
    }

    private void identifiers(boolean preRelease) {
      identifier(preRelease);
      while (position < text.length() && text.charAt(position) == '.') {
        position++;
        identifier(preRelease);
      }
    }

    private void identifier(boolean preRelease) {
      int start = position;
      boolean digits = true;
      while (position < text.length() && isPart(text.charAt(position))) {
        digits &= isDigit(text.charAt(position));
        position++;
      }
      boolean leadingZero = position > start + 1 && text.charAt(start) == '0';
      if (position == start || (preRelease && digits && leadingZero)) {
        throw bad();
      }
    }

    private static boolean isDigit(char c) {
      return c >= '0' && c <= '9';
    }

    private static boolean isPart(char c) {
      return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
    }

    private static MalformedException bad() {
      return new MalformedException("SemVer is bad");
    }
  }
}
