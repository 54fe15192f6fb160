// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import java.nio.charset.StandardCharsets;

/**
 * Text made harmless for a terminal: control characters (C0, DEL, C1) and characters that change
 * the direction or the number of lines become {@code \xNN}.
 */
final class Escaped {
  private static final String HEX = "0123456789ABCDEF";

  private Escaped() {}

  /** One line of text: nothing in it moves the cursor, not even a tab or a newline. */
  static String line(String text) {
    return escape(text, false);
  }

  /** Text of several lines: newlines and tabs are ours and stay. */
  static String lines(String text) {
    return escape(text, true);
  }

  /** Text of several lines from outside: those after the first are indented. */
  static String continued(String text) {
    String harmless = lines(text);
    return harmless.indexOf('\n') < 0 ? harmless : harmless.replace("\n", "\n    ");
  }

  /** JSON text: what is not harmless becomes a {@code u} escape, so that it stays JSON. */
  static String json(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      if (isHarmless(text, at, true)) {
        escaped.append(c);
      } else {
        escaped.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          escaped.append(HEX.charAt((c >> shift) & 15));
        }
      }
    }
    return escaped.toString();
  }

  private static String escape(String text, boolean layout) {
    int at = 0;
    while (at < text.length() && isHarmless(text, at, layout)) {
      at++;
    }
    if (at == text.length()) {
      return text;
    }
    StringBuilder escaped = new StringBuilder(text.length() + 16).append(text, 0, at);
    for (; at < text.length(); at++) {
      char c = text.charAt(at);
      if (isHarmless(text, at, layout)) {
        escaped.append(c);
      } else if (c < 0x100) {
        hex(escaped, c);
      } else {
        for (byte b : String.valueOf(c).getBytes(StandardCharsets.UTF_8)) {
          hex(escaped, b);
        }
      }
    }
    return escaped.toString();
  }

  private static boolean isHarmless(String text, int at, boolean layout) {
    char c = text.charAt(at);
    if (c >= 0x20 && c < 0x7f) {
      return true;
    }
    if (c < 0xa0) {
      return layout && (c == '\n' || c == '\t');
    }
    if (Character.isSurrogate(c)) {
      return isPaired(text, at);
    }
    return !changesDirection(c);
  }

  private static boolean changesDirection(char c) {
    return (c >= 0x202a && c <= 0x202e)
        || (c >= 0x2066 && c <= 0x2069)
        || (c >= 0x200b && c <= 0x200f)
        || c == 0x061c
        || c == 0x2028
        || c == 0x2029
        || c == 0xfeff;
  }

  private static boolean isPaired(String text, int at) {
    char c = text.charAt(at);
    if (Character.isHighSurrogate(c)) {
      return at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1));
    }
    return at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
  }

  private static void hex(StringBuilder text, int b) {
    text.append("\\x").append(HEX.charAt((b >> 4) & 15)).append(HEX.charAt(b & 15));
  }
}
