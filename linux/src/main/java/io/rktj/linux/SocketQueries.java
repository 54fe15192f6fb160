// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

/** Questions about sockets that somebody else has made. */
final class SocketQueries {
  private static final int SOL_SOCKET = 1;
  private static final int SO_TYPE = 3;
  private static final int LONGEST_ADDRESS = 128;

  /** Where the address stands in {@code struct sockaddr_in} and {@code struct sockaddr_in6}. */
  private static final int ADDRESS = 4;

  private static final int ADDRESS_6 = 8;

  private final KernelEntry entry;

  SocketQueries(KernelEntry entry) {
    this.entry = entry;
  }

  BoundSocket name(int fd) throws ErrnoException {
    Scratch s = entry.begin(0);
    long type = s.reserve(4);
    long size = s.reserve(4);
    s.putInt(size, 4);
    KernelEntry.check(
        entry.call(entry.numbers.getsockopt, fd, SOL_SOCKET, SO_TYPE, type, size),
        "getsockopt",
        fd);
    long name = s.reserve(LONGEST_ADDRESS);
    s.putInt(size, LONGEST_ADDRESS);
    KernelEntry.check(
        entry.call(entry.numbers.getsockname, fd, name, size, 0, 0), "getsockname", fd);
    int family = s.getShort(name);
    if (family == BoundSocket.AF_INET) {
      return new BoundSocket(family, s.getInt(type), port(s, name), quad(s, name + ADDRESS));
    }
    if (family == BoundSocket.AF_INET6) {
      return new BoundSocket(family, s.getInt(type), port(s, name), address6(s, name + ADDRESS_6));
    }
    return new BoundSocket(family, s.getInt(type), 0, "");
  }

  private static int port(Scratch s, long name) {
    return (s.getByte(name + 2) & 0xff) << 8 | (s.getByte(name + 3) & 0xff);
  }

  private static String quad(Scratch s, long at) {
    if (s.getInt(at) == 0) {
      return "";
    }
    return (s.getByte(at) & 0xff)
        + "."
        + (s.getByte(at + 1) & 0xff)
        + "."
        + (s.getByte(at + 2) & 0xff)
        + "."
        + (s.getByte(at + 3) & 0xff);
  }

  private static String address6(Scratch s, long at) {
    boolean upper = s.getLong(at) == 0 && s.getShort(at + 8) == 0;
    if (upper && s.getShort(at + 10) == 0xffff) {
      return quad(s, at + 12);
    }
    return upper && s.getInt(at + 8) == 0 && s.getInt(at + 12) == 0 ? "" : "::";
  }
}
