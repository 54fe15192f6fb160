// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import java.util.List;

/** Asks about files and reads the kernel's structures: statx, statfs, linux_dirent64. */
final class FileQueries {
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int STATX_BASIC_STATS = 0x7ff;
  private static final int STATX_MNT_ID = 0x1000;
  private static final int STATX_SIZE = 256;
  private static final int ENTRIES_SIZE = 12 * 1024;
  private static final byte[] EMPTY = new byte[0];

  private final KernelEntry entry;

  FileQueries(KernelEntry entry) {
    this.entry = entry;
  }

  FileStatus status(int dir, byte[] path) throws ErrnoException {
    Scratch s = entry.begin(0);
    return fileStatus(s, statx(s, dir, path, STATX_BASIC_STATS));
  }

  long mountId(int fd) throws ErrnoException {
    Scratch s = entry.begin(0);
    long answer = statx(s, fd, EMPTY, STATX_MNT_ID);
    if ((s.getInt(answer) & STATX_MNT_ID) == 0) {
      throw new ErrnoException("statx", "mount id", Errno.ENOSYS);
    }
    return s.getLong(answer + 144);
  }

  private long statx(Scratch s, int dir, byte[] path, int mask) throws ErrnoException {
    long answer = s.reserve(STATX_SIZE);
    int flags = AT_SYMLINK_NOFOLLOW | (path.length == 0 ? AT_EMPTY_PATH : 0);
    long result = entry.repeated(entry.numbers.statx, dir, s.path(path), flags, mask, answer);
    if (path.length == 0) {
      KernelEntry.check(result, "stat", dir);
    } else {
      KernelEntry.check(result, "stat", path);
    }
    return answer;
  }

  /** Reads a {@code struct statx}, which is the same on every machine. */
  private static FileStatus fileStatus(Scratch s, long answer) {
    return new FileStatus(
        FileStatus.device(s.getInt(answer + 136), s.getInt(answer + 140)),
        s.getLong(answer + 32),
        s.getShort(answer + 28),
        s.getInt(answer + 16) & 0xffffffffL,
        s.getInt(answer + 20),
        s.getInt(answer + 24),
        FileStatus.device(s.getInt(answer + 128), s.getInt(answer + 132)),
        s.getLong(answer + 40),
        s.getLong(answer + 48),
        s.getLong(answer + 112),
        s.getInt(answer + 120),
        s.getLong(answer + 96),
        s.getInt(answer + 104));
  }

  /** Adds the names of the next entries of an open directory; false at its end. */
  boolean addNames(int dir, List<byte[]> names) throws ErrnoException {
    Scratch s = entry.begin(0);
    long entries = s.reserve(ENTRIES_SIZE);
    long result = entry.repeated(entry.numbers.getdents64, dir, entries, ENTRIES_SIZE, 0, 0);
    int length = (int) KernelEntry.check(result, "getdents", dir);
    addNames(s, entries, length, names);
    return length > 0;
  }

  /** Reads {@code struct linux_dirent64}: inode, offset, record length, type, name. */
  private static void addNames(Scratch s, long entries, int length, List<byte[]> names) {
    long next = entries;
    while (next < entries + length) {
      long name = next + 19;
      int size = 0;
      while (s.getByte(name + size) != 0) {
        size++;
      }
      boolean dots =
          s.getByte(name) == '.' && (size == 1 || (size == 2 && s.getByte(name + 1) == '.'));
      if (!dots) {
        names.add(s.copy(name, size));
      }
      next += s.getShort(next + 16);
    }
  }

  long freeBytes(int fd) throws ErrnoException {
    Scratch s = entry.begin(0);
    long answer = statfs(s, fd);
    return s.getLong(answer + 32) * s.getLong(answer + 8);
  }

  long fileSystemType(int fd) throws ErrnoException {
    Scratch s = entry.begin(0);
    return s.getLong(statfs(s, fd));
  }

  /** Asks for a {@code struct statfs}: type, block size, blocks, free, available, and more. */
  private long statfs(Scratch s, int fd) throws ErrnoException {
    long answer = s.reserve(120);
    KernelEntry.check(entry.repeated(entry.numbers.fstatfs, fd, answer, 0, 0, 0), "statfs", fd);
    return answer;
  }
}
