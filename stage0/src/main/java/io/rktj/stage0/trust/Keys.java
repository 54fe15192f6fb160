// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import java.util.Locale;

/** How keys are spelt. */
final class Keys {
  private static final String DIGITS = "0123456789abcdef";
  private static final int GROUP = 4;

  private Keys() {}

  /** A key id as 16 hexadecimal digits. */
  static String hexId(long keyId) {
    StringBuilder text = new StringBuilder(16);
    for (int shift = 60; shift >= 0; shift -= 4) {
      text.append(DIGITS.charAt((int) (keyId >>> shift) & 15));
    }
    return text.toString();
  }

  /** Groups of four upper-case digits, with a wider gap in the middle. */
  static String grouped(String fingerprint) {
    String digits = fingerprint.toUpperCase(Locale.ROOT);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < digits.length(); i += GROUP) {
      if (i > 0) {
        text.append(i * 2 == digits.length() ? "  " : " ");
      }
      text.append(digits, i, Math.min(i + GROUP, digits.length()));
    }
    return text.toString();
  }
}
