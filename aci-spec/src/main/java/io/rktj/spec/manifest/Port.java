// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.AcName;
import io.rktj.spec.HostText;
import io.rktj.spec.MalformedException;
import io.rktj.spec.Parameters;
import java.util.Map;

/** A port on which an app listens; informational, and the target of forwards. */
public record Port(AcName name, String protocol, int port, int count, boolean socketActivated) {
  private static final int LAST = 65535;

  /** Checks the range; a count of 0 stands for 1. */
  public Port {
    HostText.requirePrintable("protocol", protocol);
    requirePort(port);
    count = count == 0 ? 1 : count;
    if (count < 0 || (long) port + count > LAST + 1) {
      throw new MalformedException("end of port range must be in 1-65535 range");
    }
  }

  /** Reads {@code NAME,protocol=P,port=N[,count=N][,socketActivated=BOOL]}. */
  public static Port parse(String text) {
    Parameters parameters = Parameters.parse(text);
    AcName name = AcName.parse(parameters.name());
    String protocol = "";
    int port = 0;
    int count = 1;
    boolean socketActivated = false;
    for (Map.Entry<String, String> entry : parameters.values().entrySet()) {
      String value = entry.getValue();
      switch (entry.getKey()) {
        case "protocol" -> protocol = value;
        case "port" -> port = Parameters.integer("port", value, Integer.MAX_VALUE);
        case "count" -> count = Parameters.integer("count", value, Integer.MAX_VALUE);
        case "socketActivated" -> socketActivated = Parameters.bool(value);
        default ->
            throw new MalformedException("unknown port parameter \"" + entry.getKey() + "\"");
      }
    }
    if (protocol.isEmpty()) {
      throw new MalformedException("protocol must be set");
    }
    return new Port(name, protocol, port, count, socketActivated);
  }

  static void requirePort(int port) {
    if (port < 1 || port > LAST) {
      throw new MalformedException("port must be in 1-65535 range");
    }
  }
}
