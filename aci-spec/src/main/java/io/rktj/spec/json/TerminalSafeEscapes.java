// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import org.jspecify.annotations.Nullable;

/** Which characters are escaped beyond JSON's own rule: those that could forge what a user sees. */
final class TerminalSafeEscapes extends CharacterEscapes {
  private static final long serialVersionUID = 1L;
  private static final String DIGITS = "0123456789abcdef";
  private static final char DELETE = 0x7f;

  private final int[] ascii;

  TerminalSafeEscapes() {
    ascii = standardAsciiEscapesForJSON();
    ascii[DELETE] = ESCAPE_STANDARD;
  }

  @Override
  public int[] getEscapeCodesForAscii() {
    return ascii.clone();
  }

  @Override
  public @Nullable SerializableString getEscapeSequence(int character) {
    return disturbs(character) ? escape(character) : null;
  }

  private static boolean disturbs(int c) {
    return (c >= 0x80 && c <= 0x9f)
        || c == 0x061c
        || c == 0x200e
        || c == 0x200f
        || (c >= 0x2028 && c <= 0x202e)
        || (c >= 0x2066 && c <= 0x2069)
        || c == 0xfeff;
  }

  private static SerializedString escape(int c) {
    char[] sequence = {
      '\\',
      'u',
      DIGITS.charAt(c >> 12 & 15),
      DIGITS.charAt(c >> 8 & 15),
      DIGITS.charAt(c >> 4 & 15),
      DIGITS.charAt(c & 15)
    };
    return new SerializedString(new String(sequence));
  }
}
