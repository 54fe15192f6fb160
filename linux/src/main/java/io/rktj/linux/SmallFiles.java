// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import java.util.Arrays;

/** Whole files that fit in memory, read and written with the fewest system calls. */
public final class SmallFiles {
  private static final int FIRST_READ = 8 * 1024;

  private SmallFiles() {}

  /**
   * The contents of a file of our own, or of one in {@code /proc}. Never waits for the other end of
   * a named pipe.
   *
   * @param limit greatest length; a longer file fails with {@link Errno#EFBIG}
   */
  public static byte[] read(Kernel kernel, String path, int limit) throws ErrnoException {
    int flags = Open.O_RDONLY | Open.O_NONBLOCK | Open.O_NOCTTY;
    try (Fd file = kernel.open(path, flags, 0)) {
      return readOpen(kernel, file.number(), path, limit);
    }
  }

  /**
   * The contents of a regular file below {@code root}, which nothing inside can lead out of.
   * Anything but a regular file fails with {@link Errno#EINVAL} and is not read.
   */
  public static byte[] readInRoot(Kernel kernel, int root, byte[] path, int limit)
      throws ErrnoException {
    int flags = Open.O_RDONLY | Open.O_NONBLOCK | Open.O_NOCTTY;
    try (Fd place = kernel.openInRoot(root, path, Open.O_PATH, 0)) {
      // looked at before it is opened, because opening alone can act on a device
      if (!kernel.stat(place.number()).isRegular()) {
        throw new ErrnoException("read", Scratch.describe(path), Errno.EINVAL);
      }
      try (Fd file = kernel.open("/proc/self/fd/" + place.number(), flags, 0)) {
        return readOpen(kernel, file.number(), Scratch.describe(path), limit);
      }
    }
  }

  private static byte[] readOpen(Kernel kernel, int fd, String subject, int limit)
      throws ErrnoException {
    byte[] buffer = new byte[Math.min(limit, FIRST_READ - 1) + 1];
    int length = 0;
    while (true) {
      int count = kernel.read(fd, buffer, length, buffer.length - length);
      if (count == 0) {
        return Arrays.copyOf(buffer, length);
      }
      length += count;
      if (length > limit) {
        throw new ErrnoException("read", subject, Errno.EFBIG);
      }
      if (length == buffer.length) {
        long wanted = Math.min(2L * buffer.length, limit + 1L);
        buffer = Arrays.copyOf(buffer, (int) Math.min(wanted, Integer.MAX_VALUE - 8));
      }
    }
  }

  /**
   * Writes a file in a directory that no reader looks into yet: makes or empties it, and does not
   * wait for the disk. Where readers may look, use {@link AtomicFile}.
   */
  public static void write(Kernel kernel, String path, byte[] content, int mode)
      throws ErrnoException {
    int flags = Open.O_WRONLY | Open.O_CREAT | Open.O_TRUNC | Open.O_NOFOLLOW | Open.O_NONBLOCK;
    try (Fd file = kernel.open(path, flags, mode)) {
      kernel.writeFully(file.number(), content, 0, content.length);
    }
  }
}
