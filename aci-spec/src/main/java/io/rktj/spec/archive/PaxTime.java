// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

/** A time as an extended header writes it, {@code [-]SECONDS[.FRACTION]}, or as a header does. */
record PaxTime(long seconds, int nanos) {
  private static final int BILLION = 1_000_000_000;

  static PaxTime of(TarHeader header, PaxRecords pax, RawName entry, Refusal refusal) {
    if (!pax.has("mtime")) {
      return new PaxTime(header.mtime(), 0);
    }
    RawName text = pax.value("mtime");
    boolean negative = text.at(0) == '-';
    int start = negative ? 1 : 0;
    int point = start;
    while (point < text.length() && text.at(point) != '.') {
      point++;
    }
    long seconds = PaxRecords.decimal(text, start, point);
    int nanos = point == text.length() ? 0 : fraction(text, point + 1);
    if (seconds < 0 || nanos < 0) {
      throw refusal.because("extended header's mtime is not a time", entry);
    }
    if (!negative) {
      return new PaxTime(seconds, nanos);
    }
    return nanos == 0 ? new PaxTime(-seconds, 0) : new PaxTime(-seconds - 1, BILLION - nanos);
  }

  /** The first nine digits of a fraction in nanoseconds; -1 if it is not one. */
  private static int fraction(RawName text, int start) {
    int nanos = 0;
    int weight = BILLION;
    for (int i = start; i < text.length(); i++) {
      int digit = text.at(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      weight /= 10;
      nanos += digit * weight;
    }
    return nanos;
  }
}
