// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.discovery;

import io.rktj.spec.MalformedException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Percent-encoding, both ways (RFC 3986 section 2). */
final class UrlText {
  private static final String DIGITS = "0123456789ABCDEF";

  private UrlText() {}

  /** Everything but letters, digits and {@code -._~} as escapes. */
  static String encode(String text) {
    StringBuilder encoded = new StringBuilder(text.length());
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (isUnreserved(c)) {
        encoded.append(c);
      } else {
        encoded.append('%').append(DIGITS.charAt(c >> 4)).append(DIGITS.charAt(c & 15));
      }
    }
    return encoded.toString();
  }

  private static boolean isUnreserved(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '.'
        || c == '_'
        || c == '~';
  }

  /** Escapes undone; in a query, {@code +} is a space. */
  static String decode(String text, boolean query) {
    byte[] raw = text.getBytes(StandardCharsets.UTF_8);
    byte[] plain = new byte[raw.length];
    int length = 0;
    int i = 0;
    while (i < raw.length) {
      int step = raw[i] == '%' ? 3 : 1;
      if (step == 3) {
        plain[length] = escape(raw, i, text);
      } else {
        plain[length] = query && raw[i] == '+' ? (byte) ' ' : raw[i];
      }
      length++;
      i += step;
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(plain, 0, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw new MalformedException("URL escapes of \"" + text + "\" are not valid UTF-8", e);
    }
  }

  private static byte escape(byte[] raw, int percent, String text) {
    boolean complete = percent + 2 < raw.length;
    int high = complete ? Character.digit(raw[percent + 1], 16) : -1;
    int low = complete ? Character.digit(raw[percent + 2], 16) : -1;
    if (high < 0 || low < 0) {
      throw new MalformedException("invalid URL escape in \"" + text + "\"");
    }
    return (byte) (high << 4 | low);
  }

  /** What stands before a query or a fragment. */
  static String path(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '?' || text.charAt(i) == '#') {
        return text.substring(0, i);
      }
    }
    return text;
  }
}
