// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.api;

import io.rktj.pod.HostException;
import io.rktj.services.ServerSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What {@code --listen} may say: {@code HOST:PORT}, {@code unix:PATH} or an absolute path. */
final class ListenAddress {
  private static final String UNIX = "unix:";
  private static final int LARGEST_PORT = 65535;

  private ListenAddress() {}

  /** The socket that systemd has opened, or else those that {@code text} asks for. */
  static List<ServerSocket> open(String text, Map<String, String> environment) {
    Optional<ServerSocket> ready = ServerSocket.ofSystemd(environment);
    if (ready.isPresent()) {
      return List.of(ready.get());
    }
    String path = text.startsWith(UNIX) ? text.substring(UNIX.length()) : text;
    if (path.startsWith("/")) {
      return List.of(ServerSocket.onPath(Path.of(path).normalize()));
    }
    if (text.startsWith(UNIX)) {
      throw new HostException("cannot listen on \"" + text + "\": the path is not absolute");
    }
    return ofHost(text);
  }

  /** One for each address of the host; one that does not listen will do without the others. */
  private static List<ServerSocket> ofHost(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? text : text.substring(0, colon);
    int port = port(text, text.substring(colon + 1));
    List<ServerSocket> sockets = new ArrayList<>();
    HostException failure = new HostException("cannot listen on \"" + text + "\": no address");
    for (InetAddress address : addresses(text, host)) {
      try {
        sockets.add(ServerSocket.onAddress(new InetSocketAddress(address, port)));
      } catch (HostException e) {
        failure = e;
      }
    }
    if (sockets.isEmpty()) {
      throw failure;
    }
    return sockets;
  }

  private static InetAddress[] addresses(String text, String host) {
    try {
      return host.isEmpty()
          ? new InetAddress[] {InetAddress.getByName("0.0.0.0")}
          : InetAddress.getAllByName(host);
    } catch (UnknownHostException e) {
      throw new HostException("cannot listen on \"" + text + "\": no such host", e);
    }
  }

  private static int port(String text, String digits) {
    try {
      int port = Integer.parseInt(digits);
      if (port > 0 && port <= LARGEST_PORT) {
        return port;
      }
    } catch (NumberFormatException e) {
      // said below, as for a number that is no port
    }
    throw new HostException(
        "cannot listen on \"" + text + "\": expected HOST:PORT, unix:PATH or an absolute path");
  }
}
