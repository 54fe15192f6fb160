// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.store;

import io.rktj.linux.DirectoryLock;
import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.TreeRemover;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/**
 * A directory for unfinished work, in the same file system as what becomes of it. It is locked
 * while its holder lives, so that {@link ImageStore#sweep} knows what a crash has left; closing it
 * removes whatever was not moved away.
 */
public final class WorkDirectory implements AutoCloseable {
  static final String PREFIX = "work-";

  private final Kernel kernel;
  private final String parent;
  private final String name;
  private final DirectoryLock lock;

  private WorkDirectory(Kernel kernel, String parent, String name, DirectoryLock lock) {
    this.kernel = kernel;
    this.parent = parent;
    this.name = name;
    this.lock = lock;
  }

  static WorkDirectory create(Kernel kernel, String parent) throws ErrnoException {
    while (true) {
      String name = PREFIX + kernel.pid() + "-" + Long.toHexString(System.nanoTime());
      String path = parent + "/" + name;
      try {
        kernel.mkdirAt(Fd.AT_FDCWD, Kernel.path(path), 0700);
      } catch (ErrnoException e) {
        if (e.errno() == Errno.EEXIST) {
          continue;
        }
        throw e;
      }
      Optional<DirectoryLock> lock = tryLock(kernel, path);
      if (lock.isPresent()) {
        return new WorkDirectory(kernel, parent, name, lock.get());
      }
    }
  }

  /** Locks {@code path} unless somebody holds it or swept it away between two steps of ours. */
  private static Optional<DirectoryLock> tryLock(Kernel kernel, String path) throws ErrnoException {
    Optional<DirectoryLock> lock;
    try {
      lock = DirectoryLock.tryExclusive(kernel, path);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return Optional.empty();
      }
      throw e;
    }
    if (lock.isPresent() && kernel.stat(lock.get().number()).links() == 0) {
      lock.get().close();
      return Optional.empty();
    }
    return lock;
  }

  /** Removes {@code parent/name} if nobody is at work in it. */
  static boolean sweep(Kernel kernel, String parent, String name) throws ErrnoException {
    Optional<DirectoryLock> lock = tryLock(kernel, parent + "/" + name);
    if (lock.isEmpty()) {
      return false;
    }
    try (WorkDirectory abandoned = new WorkDirectory(kernel, parent, name, lock.get())) {
      return !abandoned.name.isEmpty();
    }
  }

  /** The directory's absolute path. */
  public String path() {
    return parent + "/" + name;
  }

  /** The path of {@code child} in it. */
  public String path(String child) {
    return path() + "/" + child;
  }

  /** A new file in it, which stops before the file system is full. */
  public OutputStream create(String child) throws IOException {
    return new BlobFile(kernel, path(child));
  }

  /** A file in it, to be read from its beginning. */
  public InputStream open(String child) {
    return BlobInput.open(kernel, path(child));
  }

  @Override
  public void close() {
    try {
      TreeRemover.remove(kernel, path());
    } catch (ErrnoException e) {
      throw new StoreException("cannot remove \"" + path() + "\"", e);
    } finally {
      lock.close();
    }
  }
}
