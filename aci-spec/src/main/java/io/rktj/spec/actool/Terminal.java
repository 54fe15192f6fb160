// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.actool;

import java.io.PrintStream;

/** Where answers and complaints go; what came from outside cannot steer the user's screen. */
final class Terminal {
  private final PrintStream out;
  private final PrintStream err;

  Terminal(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /** Prints a line of the answer. */
  void say(String line) {
    out.println(visible(line));
  }

  /** Prints part of the answer byte by byte: a document the user has asked for. */
  void copy(byte[] document) {
    out.write(document, 0, document.length);
  }

  /** Prints a line about what is wrong. */
  void complain(String line) {
    err.println(visible(line));
  }

  /** Control and direction characters as {@code \\xNN} or {@code \\uNNNN}, line ends kept. */
  private static String visible(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean control = (c < ' ' && c != '\n') || (c >= 0x7f && c < 0xa0);
      boolean direction =
          (c >= 0x200e && c <= 0x200f)
              || (c >= 0x2028 && c <= 0x202e)
              || (c >= 0x2066 && c <= 0x2069);
      if (control) {
        shown.append(hex("\\x", c, 2));
      } else if (direction) {
        shown.append(hex("\\u", c, 4));
      } else {
        shown.append(c);
      }
    }
    return shown.toString();
  }

  private static String hex(String prefix, int value, int digits) {
    String text = Integer.toHexString(value);
    return prefix + "0".repeat(digits - text.length()) + text;
  }
}
