// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.net;

/** Text form of addresses of version 4; no names, no shortened forms. */
final class Ipv4 {
  private Ipv4() {}

  static boolean isAddress(String text) {
    int parts = 0;
    for (String part : text.split("\\.", -1)) {
      if (!isNumber(part, 255)) {
        return false;
      }
      parts++;
    }
    return parts == 4;
  }

  /** Whether {@code text} is a decimal number from 0 to {@code most}, without leading zeros. */
  static boolean isNumber(String text, int most) {
    if (text.isEmpty() || text.length() > 5 || (text.length() > 1 && text.charAt(0) == '0')) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return Integer.parseInt(text) <= most;
  }
}
