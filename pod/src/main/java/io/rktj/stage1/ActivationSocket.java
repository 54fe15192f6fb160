// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1;

import io.rktj.spec.manifest.ExposedPort;
import io.rktj.spec.manifest.Port;
import java.util.Optional;

/**
 * A socket that systemd has opened for {@code rkt run}, by its unit {@code .socket} ({@code
 * sd_listen_fds(3)}).
 *
 * @param fd its descriptor, from 3 on
 * @param name what systemd calls it; empty if it does not
 * @param protocol {@code tcp} or {@code udp}; empty for any other kind
 * @param address of the host that it is bound to; empty for all
 */
public record ActivationSocket(int fd, String name, String protocol, String address, int port) {

  /** Whether it is one for {@code port}, which is {@code exposed} on the host or has its number. */
  boolean matches(Port wanted, Optional<ExposedPort> exposed) {
    int first = exposed.isPresent() ? exposed.get().hostPort() : wanted.port();
    String ip = exposed.isPresent() ? exposed.get().hostIp().orElse("") : "";
    return protocol.equals(wanted.protocol())
        && port >= first
        && port < first + wanted.count()
        && (ip.isEmpty() || ip.equals("0.0.0.0") || ip.equals(address));
  }
}
