// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.discovery;

/** Character references of attribute values: the five of XML and numbers. */
final class HtmlEntities {
  private static final int LONGEST = 10;

  private HtmlEntities() {}

  /** References replaced, once; what is none stays as it is. */
  static String decode(String text) {
    int ampersand = text.indexOf('&');
    if (ampersand < 0) {
      return text;
    }
    StringBuilder decoded = new StringBuilder(text.length());
    int position = 0;
    while (ampersand >= 0) {
      decoded.append(text, position, ampersand);
      int end = end(text, ampersand);
      int point = end < 0 ? -1 : point(text.substring(ampersand + 1, end));
      if (point < 0) {
        decoded.append('&');
        position = ampersand + 1;
      } else {
        decoded.appendCodePoint(point);
        position = end + 1;
      }
      ampersand = text.indexOf('&', position);
    }
    return decoded.append(text, position, text.length()).toString();
  }

  /** Where the reference that begins at {@code start} ends; -1 if it is none. */
  private static int end(String text, int start) {
    int last = Math.min(text.length() - 1, start + LONGEST);
    for (int i = start + 1; i <= last; i++) {
      if (text.charAt(i) == ';') {
        return i;
      }
    }
    return -1;
  }

  private static int point(String name) {
    switch (name) {
      case "amp" -> {
        return '&';
      }
      case "lt" -> {
        return '<';
      }
      case "gt" -> {
        return '>';
      }
      case "quot" -> {
        return '"';
      }
      case "apos" -> {
        return '\'';
      }
      default -> {
        return name.length() > 1 && name.charAt(0) == '#' ? number(name.substring(1)) : -1;
      }
    }
  }

  private static int number(String digits) {
    boolean hex = digits.charAt(0) == 'x' || digits.charAt(0) == 'X';
    String text = hex ? digits.substring(1) : digits;
    int radix = hex ? 16 : 10;
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80 || Character.digit(text.charAt(i), radix) < 0) {
        return -1;
      }
    }
    if (text.isEmpty()) {
      return -1;
    }
    long value = Long.parseLong(text, radix);
    boolean surrogate = value >= Character.MIN_SURROGATE && value <= Character.MAX_SURROGATE;
    return value == 0 || surrogate || value > Character.MAX_CODE_POINT ? 0xfffd : (int) value;
  }
}
