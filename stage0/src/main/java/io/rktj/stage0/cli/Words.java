// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.spec.manifest.EnvironmentVariable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The small grammars that values of several flags share. */
final class Words {
  private Words() {}

  /** The pieces between {@code separator}s, empty ones too. */
  static List<String> split(String text, char separator) {
    List<String> pieces = new ArrayList<>();
    int from = 0;
    for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, from)) {
      pieces.add(text.substring(from, at));
      from = at + 1;
    }
    pieces.add(text.substring(from));
    return pieces;
  }

  /** Reads {@code NAME=VALUE}; fails with {@code complaint}. */
  static EnvironmentVariable variable(String text, String complaint) {
    int equals = text.indexOf('=');
    if (equals <= 0) {
      throw new UsageException(complaint);
    }
    return new EnvironmentVariable(text.substring(0, equals), text.substring(equals + 1));
  }

  /** Undoes the escapes of a URL's query: {@code +} and {@code %41}. */
  static String queryText(String text) {
    if (text.indexOf('+') < 0 && text.indexOf('%') < 0) {
      return text;
    }
    byte[] bytes = text.replace('+', ' ').getBytes(StandardCharsets.UTF_8);
    byte[] decoded = new byte[bytes.length];
    int length = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '%') {
        decoded[length++] = (byte) (hex(text, bytes, i + 1) << 4 | hex(text, bytes, i + 2));
        i += 2;
      } else {
        decoded[length++] = bytes[i];
      }
    }
    return new String(decoded, 0, length, StandardCharsets.UTF_8);
  }

  private static int hex(String text, byte[] bytes, int at) {
    int digit = at < bytes.length && bytes[at] > 0 ? Character.digit(bytes[at], 16) : -1;
    if (digit < 0) {
      throw new UsageException("invalid URL escape in " + Quoted.of(text));
    }
    return digit;
  }

  /** Whether {@code text} is an IPv4 address in four decimal parts. */
  static boolean isIpv4(String text) {
    List<String> parts = split(text, '.');
    for (int i = 0; i < parts.size(); i++) {
      if (!isOctet(parts.get(i))) {
        return false;
      }
    }
    return parts.size() == 4;
  }

  private static boolean isOctet(String part) {
    if (part.isEmpty() || part.length() > 3) {
      return false;
    }
    for (int i = 0; i < part.length(); i++) {
      if (part.charAt(i) < '0' || part.charAt(i) > '9') {
        return false;
      }
    }
    return Integer.parseInt(part) < 256;
  }

  /** Whether {@code text} is an IP address of either kind, without a zone. */
  static boolean isIp(String text) {
    if (text.indexOf(':') < 0) {
      return isIpv4(text);
    }
    int gap = text.indexOf("::");
    if (gap < 0) {
      return groups(text) == 8;
    }
    if (text.indexOf("::", gap + 1) >= 0) {
      return false;
    }
    int before = gap == 0 ? 0 : groups(text.substring(0, gap));
    int after = gap + 2 == text.length() ? 0 : groups(text.substring(gap + 2));
    return before >= 0 && after >= 0 && before + after < 8;
  }

  /** The number of 16-bit groups of an IPv6 text without a gap, or -1000 if it is none. */
  private static int groups(String text) {
    List<String> parts = split(text, ':');
    int count = 0;
    for (int i = 0; i < parts.size(); i++) {
      String part = parts.get(i);
      if (i == parts.size() - 1 && isIpv4(part)) {
        count += 2;
      } else if (isGroup(part)) {
        count++;
      } else {
        return -1000;
      }
    }
    return count;
  }

  private static boolean isGroup(String part) {
    for (int i = 0; i < part.length(); i++) {
      if (Character.digit(part.charAt(i), 16) < 0 || part.charAt(i) > 'f') {
        return false;
      }
    }
    return !part.isEmpty() && part.length() <= 4;
  }
}
