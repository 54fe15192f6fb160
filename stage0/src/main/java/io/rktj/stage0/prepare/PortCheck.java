// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.prepare;

import io.rktj.spec.MalformedException;
import io.rktj.spec.manifest.ExposedPort;
import io.rktj.spec.manifest.Port;
import io.rktj.spec.manifest.RuntimeApp;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether the ports of the host lead to ports of the apps, and no two begin at the same place
 * ({@code spec/rkt-cli.md} section 3.3). Found out while the pod is prepared, not when its network
 * exists already.
 */
final class PortCheck {
  private static final String ANY = "0.0.0.0";

  private final List<RuntimeApp> apps;

  PortCheck(List<RuntimeApp> apps) {
    this.apps = apps;
  }

  private record Forward(Port port, ExposedPort exposed) {}

  void check(List<ExposedPort> ports) {
    List<Forward> forwards = new ArrayList<>(ports.size());
    for (ExposedPort exposed : ports) {
      Port port = exposed.podPort().isPresent() ? exposed.podPort().get() : find(exposed);
      Forward forward = new Forward(port, exposed);
      for (Forward other : forwards) {
        requireNoClash(forward, other);
      }
      forwards.add(forward);
    }
  }

  private Port find(ExposedPort exposed) {
    List<Port> found = new ArrayList<>(1);
    for (RuntimeApp app : apps) {
      if (app.app().isPresent()) {
        for (Port port : app.app().get().ports()) {
          if (port.name().value().equals(exposed.name().value())) {
            found.add(port);
          }
        }
      }
    }
    if (found.size() != 1) {
      throw new MalformedException(
          "port name \""
              + exposed.name()
              + (found.isEmpty()
                  ? "\" could not be found in any apps"
                  : "\" defined multiple apps"));
    }
    return found.get(0);
  }

  private static void requireNoClash(Forward one, Forward other) {
    String ip = ip(one.exposed());
    String otherIp = ip(other.exposed());
    boolean sameIp = ip.equals(otherIp) || ip.equals(ANY) || otherIp.equals(ANY);
    if (sameIp
        && one.exposed().hostPort() == other.exposed().hostPort()
        && one.port().protocol().equals(other.port().protocol())) {
      throw new MalformedException(
          "port "
              + one.port().protocol()
              + "-"
              + ip
              + ":"
              + one.exposed().hostPort()
              + " already mapped to pod port "
              + other.port().port());
    }
  }

  private static String ip(ExposedPort exposed) {
    return exposed.hostIp().isPresent() ? exposed.hostIp().get() : ANY;
  }
}
