// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Sizes and times as tables show them ({@code spec/rkt-cli.md} sections 4.6 and 4.17). */
final class HumanText {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  private static final long SECOND = 1000;
  private static final long MINUTE = 60 * SECOND;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;
  private static final long WEEK = 7 * DAY;
  private static final long MONTH = 30 * DAY;
  private static final long YEAR = 12 * MONTH;

  private HumanText() {}

  /** {@code 512B}, {@code 9.4MiB}, {@code 94MiB}. */
  static String size(long bytes) {
    int unit = 0;
    double amount = bytes;
    while (amount >= 1024 && unit < UNITS.length - 1) {
      amount /= 1024;
      unit++;
    }
    double rounded = Math.floor(amount * 10 + 0.5) / 10;
    boolean whole = unit == 0 || rounded >= 10;
    return String.format(Locale.ROOT, whole ? "%.0f%s" : "%.1f%s", rounded, UNITS[unit]);
  }

  /** How long before {@code nowMillis} it was: {@code now}, {@code 2 minutes ago}. */
  static String ago(long millis, long nowMillis) {
    long past = nowMillis - millis;
    if (past < 0) {
      return past > -SECOND ? "now" : count(-past) + " from now";
    }
    return past < SECOND ? "now" : count(past) + " ago";
  }

  private static String count(long span) {
    if (span < MINUTE) {
      return count(span, SECOND, "second");
    }
    if (span < HOUR) {
      return count(span, MINUTE, "minute");
    }
    if (span < DAY) {
      return count(span, HOUR, "hour");
    }
    if (span < WEEK) {
      return count(span, DAY, "day");
    }
    if (span < MONTH) {
      return count(span, WEEK, "week");
    }
    return span < YEAR ? count(span, MONTH, "month") : count(span, YEAR, "year");
  }

  private static String count(long span, long unit, String name) {
    long count = span / unit;
    return count + " " + name + (count == 1 ? "" : "s");
  }

  /** {@code 2016-02-29 12:30:01.25 +0100 CET}: a fraction without trailing zeros, if any. */
  static String absolute(long millis, ZoneId zone) {
    StringBuilder pattern = new StringBuilder("yyyy-MM-dd HH:mm:ss");
    String digits = Long.toString(millis % 1000 + 1000).substring(1);
    while (digits.endsWith("0")) {
      digits = digits.substring(0, digits.length() - 1);
    }
    if (!digits.isEmpty()) {
      pattern.append("'.").append(digits).append('\'');
    }
    pattern.append(" xx zzz");
    return DateTimeFormatter.ofPattern(pattern.toString(), Locale.ROOT)
        .format(Instant.ofEpochMilli(millis).atZone(zone));
  }
}
