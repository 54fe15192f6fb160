// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import java.util.Optional;

/**
 * Proof that a directory is locked ({@code flock(2)}), between processes and between holders within
 * one. The lock belongs to the open descriptor: it is held until {@link #close}, or, handed over an
 * exec by its {@link #number}, until the last process that has the descriptor ends.
 */
public final class DirectoryLock implements AutoCloseable {
  private final Fd directory;
  private final boolean exclusive;

  private DirectoryLock(Fd directory, boolean exclusive) {
    this.directory = directory;
    this.exclusive = exclusive;
  }

  /** Waits until nobody else holds the lock. */
  public static DirectoryLock exclusive(Kernel kernel, String path) throws ErrnoException {
    return wait(kernel, path, true);
  }

  /** Waits until nobody holds the lock exclusively. */
  public static DirectoryLock shared(Kernel kernel, String path) throws ErrnoException {
    return wait(kernel, path, false);
  }

  /** As {@link #exclusive}, but empty where that would wait. */
  public static Optional<DirectoryLock> tryExclusive(Kernel kernel, String path)
      throws ErrnoException {
    return attempt(kernel, open(kernel, path), true);
  }

  /** As {@link #shared}, but empty where that would wait. */
  public static Optional<DirectoryLock> tryShared(Kernel kernel, String path)
      throws ErrnoException {
    return attempt(kernel, open(kernel, path), false);
  }

  /**
   * Locks an open directory, or closes it and is empty where that would wait. Takes charge of the
   * descriptor.
   */
  public static Optional<DirectoryLock> attempt(Kernel kernel, Fd directory, boolean exclusive)
      throws ErrnoException {
    boolean locked = false;
    try {
      kernel.flock(directory.number(), operation(exclusive) | Open.LOCK_NB);
      locked = true;
      return Optional.of(new DirectoryLock(directory, exclusive));
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EAGAIN) {
        return Optional.empty();
      }
      throw e;
    } finally {
      if (!locked) {
        directory.close();
      }
    }
  }

  /** A lock that this process was started with, by its descriptor's number. */
  public static DirectoryLock inherited(Kernel kernel, int number) throws ErrnoException {
    return new DirectoryLock(kernel.adopt(number), true);
  }

  private static DirectoryLock wait(Kernel kernel, String path, boolean exclusive)
      throws ErrnoException {
    Fd directory = open(kernel, path);
    boolean locked = false;
    try {
      kernel.flock(directory.number(), operation(exclusive));
      locked = true;
      return new DirectoryLock(directory, exclusive);
    } finally {
      if (!locked) {
        directory.close();
      }
    }
  }

  private static Fd open(Kernel kernel, String path) throws ErrnoException {
    return kernel.open(path, Open.O_RDONLY | Open.O_DIRECTORY | Open.O_NOFOLLOW, 0);
  }

  private static int operation(boolean exclusive) {
    return exclusive ? Open.LOCK_EX : Open.LOCK_SH;
  }

  /** The descriptor that carries the lock, to be named where an exec must keep it. */
  public int number() {
    return directory.number();
  }

  /** Whether nobody else can hold it, shared or not. */
  public boolean isExclusive() {
    return exclusive;
  }

  /** Gives up the descriptor; a second call does nothing. */
  @Override
  public void close() {
    directory.close();
  }
}
