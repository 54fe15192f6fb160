// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

/**
 * What {@code getsockname(2)} and {@code getsockopt(2)} say of a socket.
 *
 * @param family address family, such as {@link #AF_INET}
 * @param type {@link #SOCK_STREAM}, {@link #SOCK_DGRAM}, or another of the kernel's
 * @param port of the internet families; otherwise 0
 * @param address IPv4 address as a dotted quad, also where IPv6 only wraps one; {@code ::} for any
 *     other one of IPv6; empty for every address, and for other families
 */
public record BoundSocket(int family, int type, int port, String address) {
  /** Version 4 of the internet protocol. */
  public static final int AF_INET = 2;

  /** Version 6 of the internet protocol. */
  public static final int AF_INET6 = 10;

  /** TCP, in the internet families. */
  public static final int SOCK_STREAM = 1;

  /** UDP, in the internet families. */
  public static final int SOCK_DGRAM = 2;

  /** Whether it belongs to one of the internet families. */
  public boolean isInternet() {
    return family == AF_INET || family == AF_INET6;
  }
}
