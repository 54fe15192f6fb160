// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.spec.AcName;
import io.rktj.spec.MalformedException;
import io.rktj.spec.manifest.ExposedPort;
import io.rktj.spec.manifest.Port;
import java.util.List;
import java.util.Optional;

/** {@code --port NAME:[HOSTIP:]HOSTPORT} ({@code spec/rkt-cli.md} section 3.3). */
final class PortFlag {
  private PortFlag() {}

  static ExposedPort parse(String text) {
    int first = text.indexOf(':');
    if (first < 0) {
      throw new UsageException(Quoted.of(text) + " is not in name:[ip:]port format");
    }
    String name = text.substring(0, first);
    int second = text.indexOf(':', first + 1);
    String ip = second < 0 ? "" : text.substring(first + 1, second);
    String port = text.substring((second < 0 ? first : second) + 1);
    AcName portName = name(name);
    if (second >= 0 && !Words.isIp(ip)) {
      throw new UsageException(Quoted.of(ip) + " is not a valid IP");
    }
    return new ExposedPort(
        portName, number(port), second < 0 ? Optional.empty() : Optional.of(ip), Optional.empty());
  }

  /** {@code --port} of {@code app sandbox}: {@code NAME:PROTOCOL:PODPORT:HOSTIP:HOSTPORT}. */
  static ExposedPort parseWhole(String text) {
    List<String> parts = Words.split(text, ':');
    if (parts.size() != 5) {
      throw new UsageException("--port invalid format");
    }
    String protocol = parts.get(1);
    if (!protocol.equals("tcp") && !protocol.equals("udp")) {
      throw new UsageException("invalid protocol " + Quoted.of(protocol));
    }
    if (!Words.isIp(parts.get(3))) {
      throw new UsageException(Quoted.of(parts.get(3)) + " is not a valid IP");
    }
    AcName name = name(parts.get(0));
    return new ExposedPort(
        name,
        number(parts.get(4)),
        Optional.of(parts.get(3)),
        Optional.of(new Port(name, protocol, number(parts.get(2)), 1, false)));
  }

  private static AcName name(String name) {
    try {
      return AcName.parse(name);
    } catch (MalformedException e) {
      throw new UsageException(Quoted.of(name) + " is not a valid port name", e);
    }
  }

  private static int number(String port) {
    try {
      int number = Integer.parseInt(port);
      if (number >= 1 && number <= 65535 && port.charAt(0) != '+') {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new UsageException(Quoted.of(port) + " is not a valid port number", e);
    }
    throw new UsageException(Quoted.of(port) + " is not a valid port number");
  }
}
