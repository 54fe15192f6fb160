// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.net;

import io.rktj.spec.manifest.ExposedPort;
import io.rktj.spec.manifest.Port;
import io.rktj.stage1.PreparedApp;
import io.rktj.stage1.Stage1Exception;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One port of the host that leads to one of the pod ({@code spec/rkt-runtime.md} section 17.1).
 *
 * @param protocol {@code tcp} or {@code udp}
 * @param hostIp address of the host, {@code 0.0.0.0} for all
 */
record PortForward(String protocol, String hostIp, int hostPort, int podPort) {
  private static final String ANY = "0.0.0.0";
  private static final String PREFIX =
      "stage1: failed to setup network: error initializing forwarding ports: ";

  /** The forwards that {@code ports} ask for; contradictions end the start. */
  static List<PortForward> resolve(List<ExposedPort> ports, List<PreparedApp> apps) {
    List<PortForward> forwards = new ArrayList<>();
    for (ExposedPort exposed : ports) {
      Port port = exposed.podPort().isPresent() ? exposed.podPort().get() : find(exposed, apps);
      PortForward forward =
          new PortForward(
              protocol(exposed, port), hostIp(exposed), exposed.hostPort(), port.port());
      for (PortForward other : forwards) {
        forward.requireNoClash(other);
      }
      forwards.add(forward);
    }
    return forwards;
  }

  private static Port find(ExposedPort exposed, List<PreparedApp> apps) {
    Optional<Port> found = Optional.empty();
    for (PreparedApp app : apps) {
      for (Port port : app.app().ports()) {
        if (port.name().equals(exposed.name())) {
          if (found.isPresent()) {
            throw new Stage1Exception(
                PREFIX + "port name \"" + exposed.name() + "\" defined multiple apps");
          }
          found = Optional.of(port);
        }
      }
    }
    return found.orElseThrow(
        () ->
            new Stage1Exception(
                PREFIX + "port name \"" + exposed.name() + "\" could not be found in any apps"));
  }

  /** It becomes an argument of iptables, and what has no ports cannot be forwarded by them. */
  private static String protocol(ExposedPort exposed, Port port) {
    if (!port.protocol().equals("tcp") && !port.protocol().equals("udp")) {
      throw new Stage1Exception(
          PREFIX
              + "port \""
              + exposed.name()
              + "\" has protocol \""
              + port.protocol()
              + "\", expected tcp or udp");
    }
    return port.protocol();
  }

  private static String hostIp(ExposedPort exposed) {
    String ip = exposed.hostIp().orElse(ANY);
    if (ip.isEmpty()) {
      return ANY;
    }
    if (!Ipv4.isAddress(ip)) {
      throw new Stage1Exception(
          PREFIX
              + "port \""
              + exposed.name()
              + "\": \""
              + ip
              + "\" is not an address of IP version 4");
    }
    return ip;
  }

  private void requireNoClash(PortForward other) {
    boolean sameIp = hostIp.equals(other.hostIp) || hostIp.equals(ANY) || other.hostIp.equals(ANY);
    if (sameIp && hostPort == other.hostPort && protocol.equals(other.protocol)) {
      throw new Stage1Exception(
          PREFIX
              + "port "
              + protocol
              + "-"
              + hostIp
              + ":"
              + hostPort
              + " already mapped to pod port "
              + other.podPort);
    }
  }

  /** The destination as iptables wants it. */
  String destination() {
    return hostIp.equals(ANY) ? "0.0.0.0/0" : hostIp;
  }
}
