// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;

/** Puts the records of one extended header together, in the order given. */
final class PaxWriter {
  private static final int BILLION = 1_000_000_000;

  private final ByteArrayOutputStream records = new ByteArrayOutputStream();

  boolean isEmpty() {
    return records.size() == 0;
  }

  byte[] bytes() {
    return records.toByteArray();
  }

  void add(String key, long value) {
    add(key, Long.toString(value).getBytes(US_ASCII));
  }

  /** A time in seconds with as many decimals as it takes. */
  void addTime(String key, long seconds, int nanos) {
    StringBuilder text = new StringBuilder();
    long whole = seconds;
    int fraction = nanos;
    if (seconds < 0) {
      text.append('-');
      whole = nanos == 0 ? -seconds : -(seconds + 1);
      fraction = nanos == 0 ? 0 : BILLION - nanos;
    }
    text.append(whole);
    if (fraction != 0) {
      text.append('.').append(Integer.toString(BILLION + fraction), 1, 10);
      while (text.charAt(text.length() - 1) == '0') {
        text.setLength(text.length() - 1);
      }
    }
    add(key, text.toString().getBytes(US_ASCII));
  }

  /** Keys are written as their low bytes. */
  void add(String key, byte[] value) {
    int rest = key.length() + value.length + 3; // space, equals sign, line end
    int length = rest + digits(rest);
    if (digits(length) > digits(rest)) {
      length++;
    }
    records.writeBytes((length + " " + key + "=").getBytes(ISO_8859_1));
    records.writeBytes(value);
    records.write('\n');
  }

  private static int digits(int number) {
    return Integer.toString(number).length();
  }
}
