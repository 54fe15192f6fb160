// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import io.rktj.stage0.config.HostAndPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.SocketFactory;
import okhttp3.Dns;

/**
 * Sends connections for certain names to fixed addresses (configuration kind fetch). Only the
 * address and the port of the connection change: the name in requests and the name that a
 * certificate must bear stay the original ones.
 */
final class NameOverrides {
  private final Map<String, HostAndPort> targets = new HashMap<>();

  /** From {@code HOST[:PORT]} to {@code ADDRESS[:PORT]}, checked before. */
  NameOverrides(Map<String, String> resolve) {
    for (Map.Entry<String, String> entry : resolve.entrySet()) {
      targets.put(entry.getKey().toLowerCase(Locale.ROOT), HostAndPort.parse(entry.getValue()));
    }
  }

  /** Whether a connection to {@code host} at {@code port} is sent elsewhere. */
  boolean concern(String host, int port) {
    return targets.containsKey(host + ":" + port) || targets.containsKey(host);
  }

  /** Looks names up; those with an override get an address that the sockets recognize. */
  Dns dns() {
    return host -> {
      for (Map.Entry<String, HostAndPort> entry : targets.entrySet()) {
        if (HostAndPort.parse(entry.getKey()).host().equals(host)) {
          return List.of(address(host, entry.getValue()));
        }
      }
      return Dns.SYSTEM.lookup(host);
    };
  }

  /** Makes sockets that connect to the fixed address where there is one. */
  SocketFactory sockets() {
    return new RedirectingSocketFactory(this);
  }

  private InetSocketAddress target(InetSocketAddress wanted) throws UnknownHostException {
    // The name is the one given to dns() below, so this asks no server.
    String host = wanted.getHostString();
    HostAndPort target = targets.get(host + ":" + wanted.getPort());
    if (target == null) {
      target = targets.get(host);
    }
    if (target != null) {
      return new InetSocketAddress(address(host, target), target.port().orElse(wanted.getPort()));
    }
    return isOverridden(host)
        // Another port of this name has an override, this one has not.
        ? new InetSocketAddress(InetAddress.getByName(host), wanted.getPort())
        : wanted;
  }

  private boolean isOverridden(String host) {
    for (String key : targets.keySet()) {
      if (HostAndPort.parse(key).host().equals(host)) {
        return true;
      }
    }
    return false;
  }

  /** The address under the original name; an address in numbers is not looked up. */
  private static InetAddress address(String host, HostAndPort target) throws UnknownHostException {
    return InetAddress.getByAddress(host, InetAddress.getByName(target.host()).getAddress());
  }

  private static final class RedirectingSocketFactory extends SocketFactory {
    private final NameOverrides overrides;

    RedirectingSocketFactory(NameOverrides overrides) {
      this.overrides = overrides;
    }

    @Override
    public Socket createSocket() {
      return new Socket() {
        @Override
        public void connect(SocketAddress endpoint, int timeout) throws IOException {
          super.connect(
              endpoint instanceof InetSocketAddress wanted ? overrides.target(wanted) : endpoint,
              timeout);
        }
      };
    }

    @Override
    public Socket createSocket(String host, int port) {
      throw new UnsupportedOperationException("sockets are connected later");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) {
      throw new UnsupportedOperationException("sockets are connected later");
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
      throw new UnsupportedOperationException("sockets are connected later");
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
      throw new UnsupportedOperationException("sockets are connected later");
    }
  }
}
