// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import io.rktj.linux.BoundSocket;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Kernel;
import io.rktj.pod.HostException;
import io.rktj.stage1.ActivationSocket;
import java.util.ArrayList;
import java.util.List;

/** The sockets that systemd has opened for this very process ({@code sd_listen_fds(3)}). */
public final class PassedSockets {
  private static final int FIRST = 3;
  private static final int MOST = 64;

  private PassedSockets() {}

  /**
   * Their descriptors.
   *
   * @param environment the caller's variables, as {@code NAME=VALUE}
   */
  public static List<Integer> numbers(List<String> environment, int pid) {
    if (!Caller.isActivated(environment, pid)) {
      return List.of();
    }
    String text = variable(environment, "LISTEN_FDS=");
    int count = text.isEmpty() ? 0 : count(text);
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      numbers.add(FIRST + i);
    }
    return numbers;
  }

  private static int count(String text) {
    try {
      int count = Integer.parseInt(text);
      if (count >= 0 && count <= MOST) {
        return count;
      }
    } catch (NumberFormatException e) {
      throw new HostException("cannot take over sockets: LISTEN_FDS is \"" + text + "\"", e);
    }
    throw new HostException(
        "cannot take over sockets: LISTEN_FDS is \"" + text + "\", at most " + MOST + " can be");
  }

  /** Refuses what cannot be taken over. */
  public static void require(Kernel kernel, List<String> environment) {
    of(kernel, environment);
  }

  /** What they are. */
  static List<ActivationSocket> of(Kernel kernel, List<String> environment) {
    List<ActivationSocket> sockets = new ArrayList<>();
    String names = variable(environment, "LISTEN_FDNAMES=");
    int at = 0;
    for (int fd : numbers(environment, kernel.pid())) {
      int end = names.indexOf(':', at);
      String name = names.substring(at, end < 0 ? names.length() : end);
      at = end < 0 ? names.length() : end + 1;
      sockets.add(socket(kernel, fd, name));
    }
    return sockets;
  }

  private static ActivationSocket socket(Kernel kernel, int fd, String name) {
    try {
      BoundSocket bound = kernel.socketName(fd);
      String protocol = "";
      if (bound.isInternet() && bound.type() == BoundSocket.SOCK_STREAM) {
        protocol = "tcp";
      } else if (bound.isInternet() && bound.type() == BoundSocket.SOCK_DGRAM) {
        protocol = "udp";
      }
      return new ActivationSocket(fd, name, protocol, bound.address(), bound.port());
    } catch (ErrnoException e) {
      throw new HostException("cannot take over socket \"" + name + "\", descriptor " + fd, e);
    }
  }

  private static String variable(List<String> environment, String start) {
    for (String entry : environment) {
      if (entry.startsWith(start)) {
        return entry.substring(start.length());
      }
    }
    return "";
  }
}
