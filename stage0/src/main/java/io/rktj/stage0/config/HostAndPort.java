// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.config;

import io.rktj.spec.MalformedException;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * A host's name or address, perhaps with a port: {@code HOST}, {@code HOST:PORT}, {@code
 * [::1]:PORT}.
 */
public record HostAndPort(String host, OptionalInt port) {
  private static final int MAXIMUM_PORT = 65535;

  /** Reads it; the host comes out in lower case and without brackets. */
  public static HostAndPort parse(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.startsWith("[")) {
      int end = lower.indexOf(']');
      if (end < 0) {
        throw malformed(text);
      }
      String rest = lower.substring(end + 1);
      return new HostAndPort(
          named(lower.substring(1, end), text),
          rest.isEmpty() ? OptionalInt.empty() : port(rest, text));
    }
    int colon = lower.indexOf(':');
    if (colon < 0 || colon != lower.lastIndexOf(':')) {
      // Without a colon a name, with several a bare IPv6 address.
      return new HostAndPort(named(lower, text), OptionalInt.empty());
    }
    return new HostAndPort(
        named(lower.substring(0, colon), text), port(lower.substring(colon), text));
  }

  /** Whether the host is an IP address, by its form. */
  public boolean isAddress() {
    boolean isIpv6 = host.indexOf(':') >= 0;
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      boolean fits =
          (c >= '0' && c <= '9') || c == '.' || (isIpv6 && (c == ':' || (c >= 'a' && c <= 'f')));
      if (!fits) {
        return false;
      }
    }
    return isIpv6 || dots() == 3;
  }

  private int dots() {
    int dots = 0;
    for (int i = 0; i < host.length(); i++) {
      if (host.charAt(i) == '.') {
        dots++;
      }
    }
    return dots;
  }

  private static String named(String host, String text) {
    if (host.isEmpty() || host.indexOf('/') >= 0 || host.indexOf(' ') >= 0) {
      throw malformed(text);
    }
    return host;
  }

  private static OptionalInt port(String colonAndNumber, String text) {
    try {
      int port = Integer.parseInt(colonAndNumber.substring(1));
      if (colonAndNumber.charAt(0) == ':' && port > 0 && port <= MAXIMUM_PORT) {
        return OptionalInt.of(port);
      }
    } catch (NumberFormatException e) {
      throw malformed(text);
    }
    throw malformed(text);
  }

  private static MalformedException malformed(String text) {
    return new MalformedException("\"" + text + "\" is neither a host nor HOST:PORT");
  }
}
