// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

/**
 * Replaces a file so that a reader at any moment, also after a crash, finds the old contents or the
 * new ones whole: temporary file beside it, fsync, rename, fsync of the directory. A crash may
 * leave a file {@code .NAME.RANDOM.tmp} behind ({@link #isLeftover}).
 */
public final class AtomicFile {
  private static final String SUFFIX = ".tmp";

  private AtomicFile() {}

  /** Replaces or makes {@code path}, a file of our own. */
  public static void write(Kernel kernel, String path, byte[] content, int mode)
      throws ErrnoException {
    int slash = path.lastIndexOf('/');
    String parent = slash < 0 ? "." : slash == 0 ? "/" : path.substring(0, slash);
    try (Fd dir = kernel.open(parent, Open.O_RDONLY | Open.O_DIRECTORY, 0)) {
      write(kernel, dir.number(), path.substring(slash + 1), content, mode);
    }
  }

  /** Replaces or makes {@code name} in an open directory. */
  public static void write(Kernel kernel, int dir, String name, byte[] content, int mode)
      throws ErrnoException {
    byte[] temporary = Kernel.path("." + name + "." + randomText(kernel) + SUFFIX);
    int flags = Open.O_WRONLY | Open.O_CREAT | Open.O_EXCL | Open.O_NOFOLLOW;
    boolean done = false;
    try (Fd file = kernel.openAt(dir, temporary, flags, mode)) {
      kernel.writeFully(file.number(), content, 0, content.length);
      kernel.fsync(file.number());
      kernel.renameAt(dir, temporary, dir, Kernel.path(name), 0);
      done = true;
    } finally {
      if (!done) {
        discard(kernel, dir, temporary);
      }
    }
    kernel.fsync(dir);
  }

  /** Whether a name is one that only a write cut short leaves behind. */
  public static boolean isLeftover(String name) {
    return name.startsWith(".") && name.endsWith(SUFFIX);
  }

  /** Removes what could not be completed; the failure that led here is the one to report. */
  private static void discard(Kernel kernel, int dir, byte[] temporary) {
    try {
      kernel.unlinkAt(dir, temporary, 0);
    } catch (ErrnoException ignored) {
      // never made, or left for the next clean-up
    }
  }

  private static String randomText(Kernel kernel) throws ErrnoException {
    byte[] random = new byte[8];
    kernel.random(random);
    long number = 0;
    for (byte b : random) {
      number = number << 8 | (b & 0xff);
    }
    return Long.toHexString(number);
  }
}
