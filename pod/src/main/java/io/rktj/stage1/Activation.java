// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1;

import io.rktj.spec.manifest.ExposedPort;
import io.rktj.spec.manifest.Port;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which socket goes to which port of which app ({@code spec/rkt-runtime.md} section 14). A port
 * with {@code socketActivated} gets every socket of systemd's with its protocol, its number on the
 * host and, where {@code --port} names one, its address. A port that nobody has opened a socket for
 * gets one of the pod's own, as in rkt.
 */
public final class Activation {
  private Activation() {}

  /** The sockets of {@code app} in the order of its ports; what is doubtful is said. */
  public static List<AppSocket> sockets(Stage1Call call, PreparedApp app, Notices notices) {
    List<AppSocket> sockets = new ArrayList<>();
    for (Port port : app.app().ports()) {
      if (port.socketActivated()) {
        add(sockets, call, port, notices);
      }
    }
    return sockets;
  }

  private static void add(List<AppSocket> sockets, Stage1Call call, Port port, Notices notices) {
    String name = port.name().value();
    boolean datagrams = port.protocol().equals("udp");
    if (!datagrams && !port.protocol().equals("tcp")) {
      throw new Stage1Exception("stage1: unrecognized protocol: " + port.protocol());
    }
    Optional<ExposedPort> exposed = exposed(call, port);
    if (exposed.isEmpty()) {
      notices.warn(
          "warning: no --port option for socket-activated port \""
              + name
              + "\", assuming port "
              + port.port()
              + " as specified in the manifest");
    }
    int before = sockets.size();
    for (ActivationSocket socket : call.sockets()) {
      if (socket.matches(port, exposed)) {
        sockets.add(new AppSocket(name, socket.fd(), datagrams, port.port()));
      }
    }
    if (sockets.size() > before) {
      return;
    }
    if (!call.sockets().isEmpty()) {
      notices.warn(
          "warning: systemd has opened no socket for port \""
              + name
              + "\"; it is opened in the pod");
    }
    for (int i = 0; i < port.count(); i++) {
      sockets.add(new AppSocket(name, AppSocket.NONE, datagrams, port.port() + i));
    }
  }

  /** Says which sockets no app of {@code call} wants; they are not passed on. */
  public static void warnOfOthers(Stage1Call call, Notices notices) {
    for (ActivationSocket socket : call.sockets()) {
      if (!isWanted(call, socket)) {
        notices.warn(
            "warning: descriptor "
                + socket.fd()
                + " ("
                + socket.name()
                + ") is a socket for no socket-activated port; no app gets it");
      }
    }
  }

  /** The descriptors that apps of {@code call} get. */
  public static List<Integer> wanted(Stage1Call call) {
    List<Integer> wanted = new ArrayList<>();
    for (ActivationSocket socket : call.sockets()) {
      if (isWanted(call, socket)) {
        wanted.add(socket.fd());
      }
    }
    return wanted;
  }

  private static boolean isWanted(Stage1Call call, ActivationSocket socket) {
    for (PreparedApp app : call.apps()) {
      for (Port port : app.app().ports()) {
        if (port.socketActivated() && socket.matches(port, exposed(call, port))) {
          return true;
        }
      }
    }
    return false;
  }

  /** The ports of the host that lead into the pod, but for those whose sockets systemd has. */
  public static List<ExposedPort> forwarded(Stage1Call call) {
    List<ExposedPort> forwarded = new ArrayList<>();
    for (ExposedPort exposed : call.manifest().ports()) {
      if (!isOpened(call, exposed)) {
        forwarded.add(exposed);
      }
    }
    return forwarded;
  }

  private static boolean isOpened(Stage1Call call, ExposedPort exposed) {
    for (PreparedApp app : call.apps()) {
      for (Port port : app.app().ports()) {
        if (port.socketActivated() && port.name().equals(exposed.name())) {
          for (ActivationSocket socket : call.sockets()) {
            if (socket.matches(port, Optional.of(exposed))) {
              return true;
            }
          }
        }
      }
    }
    return false;
  }

  private static Optional<ExposedPort> exposed(Stage1Call call, Port port) {
    for (ExposedPort exposed : call.manifest().ports()) {
      if (exposed.name().equals(port.name())) {
        return Optional.of(exposed);
      }
    }
    return Optional.empty();
  }
}
