// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

/**
 * What {@code fstatat(2)} says of a file. Sizes in bytes, times in seconds and nanoseconds since
 * the epoch, {@code mode} with its type bits.
 */
public record FileStatus(
    long device,
    long inode,
    int mode,
    long links,
    int uid,
    int gid,
    long rdev,
    long size,
    long blocks512,
    long mtimeSeconds,
    int mtimeNanos,
    long ctimeSeconds,
    int ctimeNanos) {
  /** Type bits of {@code mode}. */
  public static final int S_IFMT = 0170000;

  /** Directory. */
  public static final int S_IFDIR = 0040000;

  /** Regular file. */
  public static final int S_IFREG = 0100000;

  /** Symbolic link. */
  public static final int S_IFLNK = 0120000;

  /** Character device. */
  public static final int S_IFCHR = 0020000;

  /** Block device. */
  public static final int S_IFBLK = 0060000;

  /** Named pipe. */
  public static final int S_IFIFO = 0010000;

  /** Socket. */
  public static final int S_IFSOCK = 0140000;

  /** A device number as {@code stat(2)} and {@code mknod(2)} write it. */
  public static long device(int major, int minor) {
    return (minor & 0xffL)
        | ((major & 0xfffL) << 8)
        | ((minor & 0xffffff00L) << 12)
        | ((major & 0xfffff000L) << 32);
  }

  /** The major part of a device number. */
  public static int major(long device) {
    return (int) (((device >>> 8) & 0xfff) | ((device >>> 32) & 0xfffff000L));
  }

  /** The minor part of a device number. */
  public static int minor(long device) {
    return (int) ((device & 0xff) | ((device >>> 12) & 0xffffff00L));
  }

  /** Permission bits, set-id and sticky bits, without the type. */
  public int permissions() {
    return mode & 07777;
  }

  /** Whether both are the same file. */
  public boolean isSameFile(FileStatus other) {
    return inode == other.inode && device == other.device;
  }

  /** Whether it is a directory. */
  public boolean isDirectory() {
    return (mode & S_IFMT) == S_IFDIR;
  }

  /** Whether it is a regular file. */
  public boolean isRegular() {
    return (mode & S_IFMT) == S_IFREG;
  }

  /** Whether it is a symbolic link. */
  public boolean isSymlink() {
    return (mode & S_IFMT) == S_IFLNK;
  }
}
