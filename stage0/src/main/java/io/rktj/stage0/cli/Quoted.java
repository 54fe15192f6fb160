// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

/** Text of a user between double quotes, as messages show it. */
final class Quoted {
  private Quoted() {}

  /** Puts {@code text} in quotes; quotes and backslashes inside get a backslash. */
  static String of(String text) {
    StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\');
      }
      quoted.append(c);
    }
    return quoted.append('"').toString();
  }
}
