// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.AcName;
import io.rktj.spec.MalformedException;
import io.rktj.spec.Parameters;
import java.util.List;
import java.util.Optional;

/** A port of the host that leads into the pod. */
public record ExposedPort(
    AcName name, int hostPort, Optional<String> hostIp, Optional<Port> podPort) {
  /** Checks port and address. */
  public ExposedPort {
    Port.requirePort(hostPort);
    if (hostIp.isPresent() && !isAddress(hostIp.get())) {
      throw new MalformedException("\"" + hostIp.get() + "\" is not a valid IP");
    }
  }

  /** Reads the value of {@code --port}: {@code NAME:[HOSTIP:]HOSTPORT}. */
  public static ExposedPort parse(String text) {
    int first = text.indexOf(':');
    if (first < 0) {
      throw new MalformedException("\"" + text + "\" is not in name:[ip:]port format");
    }
    int second = text.indexOf(':', first + 1);
    String name = text.substring(0, first);
    Optional<String> address = Optional.empty();
    if (second >= 0) {
      String ip = text.substring(first + 1, second);
      if (!isAddress(ip)) {
        throw new MalformedException("\"" + ip + "\" is not a valid IP");
      }
      address = Optional.of(ip);
    }
    int port = port(text.substring(Math.max(first, second) + 1));
    return new ExposedPort(acName(name), port, address, Optional.empty());
  }

  private static AcName acName(String name) {
    try {
      return AcName.parse(name);
    } catch (MalformedException e) {
      throw new MalformedException("\"" + name + "\" is not a valid port name", e);
    }
  }

  private static int port(String text) {
    try {
      int port = Parameters.integer("port", text, 65535);
      Port.requirePort(port);
      return port;
    } catch (MalformedException e) {
      throw new MalformedException("\"" + text + "\" is not a valid port number", e);
    }
  }

  /** Whether {@code text} is a dotted IPv4 address. */
  private static boolean isAddress(String text) {
    List<String> parts = Parameters.split(text, '.');
    if (parts.size() != 4) {
      return false;
    }
    for (String part : parts) {
      if (part.isEmpty() || part.length() > 3 || (part.length() > 1 && part.charAt(0) == '0')) {
        return false;
      }
      int value = 0;
      for (int i = 0; i < part.length(); i++) {
        char c = part.charAt(i);
        if (c < '0' || c > '9') {
          return false;
        }
        value = value * 10 + (c - '0');
      }
      if (value > 255) {
        return false;
      }
    }
    return true;
  }
}
