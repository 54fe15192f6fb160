// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

/**
 * Which characters a document may put into texts that the host uses (paths, users, names): no
 * control characters, since one line feed has turned data into instructions before.
 */
public final class HostText {
  private HostText() {}

  /** Refuses control characters in {@code text}; {@code what} names it in the error. */
  public static void requirePrintable(String what, String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        throw new MalformedException(what + " must not contain control characters");
      }
    }
  }

  /** Refuses the null character, which no argument or variable of a process can hold. */
  public static void requireNoNull(String what, String text) {
    if (text.indexOf('\0') >= 0) {
      throw new MalformedException(what + " must not contain the null character");
    }
  }

  static boolean isLowerAlphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }

  static boolean isLowerHex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  }
}
