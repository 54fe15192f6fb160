// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

/**
 * Spans of time in rkt's spelling: {@code 30m}, {@code 1h30m}, {@code 1.5s}, {@code 0}.
 * Milliseconds are the finest step kept.
 */
final class GoDuration {
  private static final String[] UNITS = {"ns", "us", "µs", "μs", "ms", "s", "m", "h"};
  private static final double[] NANOS = {1, 1e3, 1e3, 1e3, 1e6, 1e9, 60e9, 3600e9};

  private GoDuration() {}

  /** Reads {@code text} as milliseconds; a sign is allowed. */
  static long parseMillis(String text) {
    int at = 0;
    boolean negative = text.startsWith("-");
    if (negative || text.startsWith("+")) {
      at = 1;
    }
    if (text.substring(at).equals("0")) {
      return 0;
    }
    if (at == text.length()) {
      throw invalid(text);
    }
    double nanos = 0;
    while (at < text.length()) {
      int number = at;
      while (at < text.length() && (isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
        at++;
      }
      int unit = at;
      while (at < text.length() && !isDigit(text.charAt(at)) && text.charAt(at) != '.') {
        at++;
      }
      nanos += amount(text, text.substring(number, unit)) * nanos(text, text.substring(unit, at));
    }
    if (nanos > 9.2e18) {
      throw invalid(text);
    }
    long millis = (long) (nanos / 1e6);
    return negative ? -millis : millis;
  }

  /** Writes {@code millis} as {@code 1h0m0s}, {@code 30m0s}, {@code 1.5s}, {@code 20ms}. */
  static String format(long millis) {
    if (millis == 0) {
      return "0s";
    }
    if (millis < 0) {
      return "-" + format(-millis);
    }
    if (millis < 1000) {
      return millis + "ms";
    }
    long seconds = millis / 1000;
    StringBuilder text = new StringBuilder();
    if (seconds >= 3600) {
      text.append(seconds / 3600).append('h');
    }
    if (seconds >= 60) {
      text.append(seconds / 60 % 60).append('m');
    }
    text.append(seconds % 60);
    long rest = millis % 1000;
    if (rest != 0) {
      String digits = Long.toString(1000 + rest).substring(1);
      while (digits.endsWith("0")) {
        digits = digits.substring(0, digits.length() - 1);
      }
      text.append('.').append(digits);
    }
    return text.append('s').toString();
  }

  private static double amount(String text, String number) {
    try {
      if (number.isEmpty() || number.equals(".")) {
        throw invalid(text);
      }
      return Double.parseDouble(number);
    } catch (NumberFormatException e) {
      throw invalid(text);
    }
  }

  private static double nanos(String text, String unit) {
    for (int i = 0; i < UNITS.length; i++) {
      if (UNITS[i].equals(unit)) {
        return NANOS[i];
      }
    }
    if (unit.isEmpty()) {
      throw new UsageException("time: missing unit in duration " + Quoted.of(text));
    }
    throw new UsageException(
        "time: unknown unit " + Quoted.of(unit) + " in duration " + Quoted.of(text));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static UsageException invalid(String text) {
    return new UsageException("time: invalid duration " + Quoted.of(text));
  }
}
