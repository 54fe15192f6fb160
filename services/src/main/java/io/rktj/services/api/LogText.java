// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rktj.pod.LogLine;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;

/** Lines of apps as the interface tells them. */
final class LogText {
  /** As rkt's reader of journals prints a time: with a fraction of as many digits as it needs. */
  private static final DateTimeFormatter FORM =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd HH:mm:ss")
          .appendFraction(ChronoField.MICRO_OF_SECOND, 0, 6, true)
          .appendLiteral(" +0000 UTC")
          .toFormatter(Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private LogText() {}

  /** Seconds since the epoch. */
  static long second(LogLine line) {
    return Instant.parse(line.time()).getEpochSecond();
  }

  /** The time, and what was written. */
  static String shown(LogLine line) {
    return FORM.format(Instant.parse(line.time())) + " " + new String(line.text(), UTF_8);
  }
}
