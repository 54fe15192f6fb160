// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.api;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.Optional;

/**
 * A line of an app's log.
 *
 * @param whole false for a part of a line that goes on
 */
record LogLine(Instant time, String stream, boolean whole, String text) {
  private static final int FIELDS = 4;

  /** As rkt's reader of journals prints a time: with a fraction of as many digits as it needs. */
  private static final DateTimeFormatter FORM =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd HH:mm:ss")
          .appendFraction(ChronoField.MICRO_OF_SECOND, 0, 6, true)
          .appendLiteral(" +0000 UTC")
          .toFormatter(Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** Reads a line without its end; empty for what is none. */
  static Optional<LogLine> parse(String line) {
    String[] fields = line.split(" ", FIELDS);
    if (fields.length < FIELDS) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new LogLine(Instant.parse(fields[0]), fields[1], fields[2].equals("F"), fields[3]));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  LogLine with(String wholeText) {
    return new LogLine(time, stream, true, wholeText);
  }

  /** As the interface tells it. */
  String shown() {
    return FORM.format(time) + " " + text;
  }
}
