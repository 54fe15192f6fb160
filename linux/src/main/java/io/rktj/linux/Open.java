// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

/**
 * Flags of {@code open(2)} and its relatives, with the values of x86_64; {@link Kernel} translates
 * the few that another machine numbers differently.
 */
public final class Open {
  /** {@code open(2)}: for reading. */
  public static final int O_RDONLY = 0;

  /** {@code open(2)}: for writing. */
  public static final int O_WRONLY = 1;

  /** {@code open(2)}: for both. */
  public static final int O_RDWR = 2;

  /** {@code open(2)}: make it if missing. */
  public static final int O_CREAT = 0100;

  /** {@code open(2)}: with {@link #O_CREAT}, fail if it is there. */
  public static final int O_EXCL = 0200;

  /** {@code open(2)}: do not become the controlling terminal. */
  public static final int O_NOCTTY = 0400;

  /** {@code open(2)}: empty it. */
  public static final int O_TRUNC = 01000;

  /** {@code open(2)}: write at the end. */
  public static final int O_APPEND = 02000;

  /** {@code open(2)}: do not wait, so that a named pipe or a device cannot hang us. */
  public static final int O_NONBLOCK = 04000;

  /** {@code open(2)}: only a directory. */
  public static final int O_DIRECTORY = 0200000;

  /** {@code open(2)}: not through a final symbolic link. */
  public static final int O_NOFOLLOW = 0400000;

  /** {@code open(2)}: close at exec; added to every open. */
  public static final int O_CLOEXEC = 02000000;

  /** {@code open(2)}: only a place in the tree; the file itself is not opened. */
  public static final int O_PATH = 010000000;

  /** {@code open(2)}: a file without a name in the directory given. */
  public static final int O_TMPFILE = 020000000 | O_DIRECTORY;

  /** {@code unlinkat(2)}: remove a directory. */
  public static final int AT_REMOVEDIR = 0x200;

  /** {@code renameat2(2)}: do not replace. */
  public static final int RENAME_NOREPLACE = 1;

  /** {@code renameat2(2)}: swap the two. */
  public static final int RENAME_EXCHANGE = 2;

  /** {@code flock(2)}: several may hold it. */
  public static final int LOCK_SH = 1;

  /** {@code flock(2)}: one may hold it. */
  public static final int LOCK_EX = 2;

  /** {@code flock(2)}: fail with {@link Errno#EAGAIN} instead of waiting. */
  public static final int LOCK_NB = 4;

  /** {@code flock(2)}: give it back. */
  public static final int LOCK_UN = 8;

  private Open() {}
}
