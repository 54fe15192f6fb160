// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

/** A moment as text by RFC 3339 with a {@code T} (appc spec, timestamp), kept as written. */
public record Timestamp(String text) {
  private static final int SECONDS_END = 19;

  /** Checks the grammar and the ranges. */
  public Timestamp {
    if (!isValid(text)) {
      throw new MalformedException("bad Date: \"" + text + "\" is not an RFC 3339 time");
    }
  }

  /** Reads it from a document's text. */
  public static Timestamp parse(String text) {
    return new Timestamp(text);
  }

  private static boolean isValid(String text) {
    if (text.length() <= SECONDS_END || !hasSeparators(text)) {
      return false;
    }
    int month = number(text, 5, 2, 1, 12);
    int year = number(text, 0, 4, 0, 9999);
    return month > 0
        && year >= 0
        && number(text, 8, 2, 1, daysOf(month, year)) > 0
        && number(text, 11, 2, 0, 23) >= 0
        && number(text, 14, 2, 0, 59) >= 0
        && number(text, 17, 2, 0, 59) >= 0
        && isZone(text, fractionEnd(text));
  }

  private static boolean hasSeparators(String text) {
    return text.charAt(4) == '-'
        && text.charAt(7) == '-'
        && text.charAt(10) == 'T'
        && text.charAt(13) == ':'
        && text.charAt(16) == ':';
  }

  private static int daysOf(int month, int year) {
    if (month == 2) {
      boolean leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
      return leap ? 29 : 28;
    }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
  }

  private static int fractionEnd(String text) {
    if (text.charAt(SECONDS_END) != '.') {
      return SECONDS_END;
    }
    int end = SECONDS_END + 1;
    while (end < text.length() && isDigit(text.charAt(end))) {
      end++;
    }
    return end == SECONDS_END + 1 ? text.length() : end;
  }

  private static boolean isZone(String text, int start) {
    int length = text.length() - start;
    if (length == 1) {
      return text.charAt(start) == 'Z';
    }
    return length == 6
        && (text.charAt(start) == '+' || text.charAt(start) == '-')
        && text.charAt(start + 3) == ':'
        && number(text, start + 1, 2, 0, 23) >= 0
        && number(text, start + 4, 2, 0, 59) >= 0;
  }

  private static int number(String text, int start, int digits, int least, int most) {
    int value = 0;
    for (int i = start; i < start + digits; i++) {
      if (!isDigit(text.charAt(i))) {
        return -1;
      }
      value = value * 10 + (text.charAt(i) - '0');
    }
    return value < least || value > most ? -1 : value;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  @Override
  public String toString() {
    return text;
  }
}
