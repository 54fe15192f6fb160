// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1;

/**
 * A socket that an app is activated by, one of those it finds from descriptor 3 on.
 *
 * @param name of the app's port
 * @param fd our descriptor of the socket that systemd opened, or {@link #NONE}
 * @param datagrams whether it is one of UDP
 * @param port where the socket is to be opened in the pod if there is none yet
 */
public record AppSocket(String name, int fd, boolean datagrams, int port) {
  /** In place of a descriptor: pod-init opens the socket. */
  public static final int NONE = -1;
}
