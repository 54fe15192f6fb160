// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Deletes a directory tree that somebody hostile may have filled, or still be changing: goes by
 * descriptors, never through a link, never into another mount (CVE-2025-0750 and its like, security
 * notes on gc). Holds two descriptors and no recursion however deep the tree. Cut short or
 * repeated, it goes on where it stopped; what is gone already is no failure.
 */
public final class TreeRemover {
  private static final int DIRECTORY = Open.O_RDONLY | Open.O_DIRECTORY | Open.O_NOFOLLOW;
  private static final int BATCH = 1000;
  private static final byte[] PARENT = {'.', '.'};

  private final Kernel kernel;
  private final String subject;
  private final long mount;
  private final Deque<Level> above = new ArrayDeque<>();
  private Fd here;
  private Level level;

  private TreeRemover(Kernel kernel, String subject, long mount, Fd top) throws ErrnoException {
    this.kernel = kernel;
    this.subject = subject;
    this.mount = mount;
    here = top;
    level = look(new byte[0]);
  }

  /** Deletes {@code path}, a place of our own, and everything below. */
  public static void remove(Kernel kernel, String path) throws ErrnoException {
    int slash = path.lastIndexOf('/');
    String parent = slash < 0 ? "." : slash == 0 ? "/" : path.substring(0, slash);
    Fd dir;
    try {
      dir = kernel.open(parent, Open.O_RDONLY | Open.O_DIRECTORY, 0);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return;
      }
      throw e;
    }
    try (dir) {
      removeAt(kernel, dir.number(), Kernel.path(path.substring(slash + 1)));
    }
  }

  /** Deletes {@code name} in an open directory, and everything below. */
  public static void removeAt(Kernel kernel, int dir, byte[] name) throws ErrnoException {
    if (unlink(kernel, dir, name)) {
      return;
    }
    Fd top;
    try {
      top = kernel.openAt(dir, name, DIRECTORY, 0);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return;
      }
      throw e;
    }
    long mount;
    TreeRemover remover;
    try {
      mount = kernel.mountId(dir);
      requireMount(kernel, top, mount, Scratch.describe(name));
      remover = new TreeRemover(kernel, Scratch.describe(name), mount, top);
    } catch (ErrnoException e) {
      top.close();
      throw e;
    }
    remover.empty();
    removeDirectory(kernel, dir, name);
  }

  /** Empties the tree's top and all below it. */
  private void empty() throws ErrnoException {
    try {
      while (true) {
        if (level.next == level.names.size()) {
          level.names = kernel.list(here.number(), BATCH);
          level.next = 0;
        }
        if (level.names.isEmpty()) {
          if (above.isEmpty()) {
            return;
          }
          leave();
        } else {
          byte[] name = level.names.get(level.next++);
          if (!unlink(kernel, here.number(), name)) {
            enter(name);
          }
        }
      }
    } finally {
      here.close();
    }
  }

  private void enter(byte[] name) throws ErrnoException {
    Fd child;
    try {
      child = kernel.openAt(here.number(), name, DIRECTORY, 0);
    } catch (ErrnoException e) {
      int errno = e.errno();
      if (errno == Errno.ENOENT || errno == Errno.ENOTDIR || errno == Errno.ELOOP) {
        // no longer the directory it was; the next listing shows what is there now
        return;
      }
      throw e;
    }
    boolean entered = false;
    try {
      requireMount(kernel, child, mount, describe(name));
      above.push(level);
      here.close();
      here = child;
      entered = true;
      level = look(name);
    } finally {
      if (!entered) {
        child.close();
      }
    }
  }

  /** Goes back up and removes the directory just emptied. */
  private void leave() throws ErrnoException {
    Level parent = above.pop();
    byte[] name = level.name;
    Fd up = kernel.openAt(here.number(), PARENT, DIRECTORY, 0);
    here.close();
    here = up;
    level = parent;
    if (!kernel.stat(up.number()).isSameFile(parent.status)) {
      // moved elsewhere meanwhile: going on would delete what is not ours
      throw new ErrnoException("remove", describe(name), Errno.ESTALE);
    }
    removeDirectory(kernel, up.number(), name);
  }

  private Level look(byte[] name) throws ErrnoException {
    return new Level(name, kernel.stat(here.number()));
  }

  /** Removes anything but a directory; false if it is one. */
  private static boolean unlink(Kernel kernel, int dir, byte[] name) throws ErrnoException {
    try {
      kernel.unlinkAt(dir, name, 0);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EISDIR) {
        return false;
      }
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
    return true;
  }

  /** Removes a directory that was emptied; fails if somebody has filled it again. */
  private static void removeDirectory(Kernel kernel, int dir, byte[] name) throws ErrnoException {
    try {
      kernel.unlinkAt(dir, name, Open.AT_REMOVEDIR);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  private static void requireMount(Kernel kernel, Fd directory, long mount, String subject)
      throws ErrnoException {
    if (kernel.mountId(directory.number()) != mount) {
      throw new ErrnoException("remove", subject + " (a mount point)", Errno.EBUSY);
    }
  }

  private String describe(byte[] name) {
    StringBuilder path = new StringBuilder(subject);
    above.descendingIterator().forEachRemaining(part -> append(path, part.name));
    append(path, level.name);
    append(path, name);
    return path.toString();
  }

  private static void append(StringBuilder path, byte[] name) {
    if (name.length > 0) {
      path.append('/').append(Scratch.describe(name));
    }
  }

  /** A directory on the way down: what it was when we entered it, and what is still to be done. */
  private static final class Level {
    final byte[] name;
    final FileStatus status;
    List<byte[]> names = List.of();
    int next;

    Level(byte[] name, FileStatus status) {
      this.name = name;
      this.status = status;
    }
  }
}
