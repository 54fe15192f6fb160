// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code openat2(2)} with {@code RESOLVE_IN_ROOT} for kernels without it: opens a path one
 * component at a time, each without following a link, and resolves links by their text below the
 * root. A {@code ..} goes back to the descriptor the walk came from, never to the parent the kernel
 * knows, so a directory moved meanwhile cannot lead out.
 *
 * <p>Unlike openat2 it reads the links in a procfs that lead straight to files as the texts they
 * show; they cannot lead out of the root either way.
 */
final class RootWalk {
  private static final int MAX_LINKS = 40;
  private static final int DIRECTORY = Open.O_PATH | Open.O_DIRECTORY | Open.O_NOFOLLOW;
  private static final byte[] HERE = {'.'};

  private final Kernel kernel;
  private final int root;
  private final byte[] path;
  private final List<Fd> way = new ArrayList<>();
  private final Deque<byte[]> pending = new ArrayDeque<>();
  private boolean wantsDirectory;
  private int links;

  RootWalk(Kernel kernel, int root, byte[] path) {
    this.kernel = kernel;
    this.root = root;
    this.path = path;
  }

  Fd open(int flags, int mode) throws ErrnoException {
    if (path.length == 0) {
      throw failure(Errno.ENOENT);
    }
    push(path);
    try {
      while (true) {
        byte[] name = pending.poll();
        if (name == null) {
          return kernel.openAt(top(), HERE, flags, mode);
        }
        if (isParent(name)) {
          back();
        } else if (pending.isEmpty() && !wantsDirectory) {
          Fd opened = last(name, flags, mode);
          if (opened != null) {
            return opened;
          }
        } else {
          enter(name);
        }
      }
    } finally {
      while (!way.isEmpty()) {
        back();
      }
    }
  }

  private void enter(byte[] name) throws ErrnoException {
    try {
      way.add(kernel.openAt(top(), name, DIRECTORY, 0));
    } catch (ErrnoException e) {
      byte[] target = e.errno() == Errno.ENOTDIR ? linkTarget(name) : null;
      if (target == null) {
        throw e;
      }
      follow(target);
    }
  }

  /** Opens the final component, or returns null after having put a link's target in its place. */
  private @Nullable Fd last(byte[] name, int flags, int mode) throws ErrnoException {
    int exclusive = Open.O_CREAT | Open.O_EXCL;
    boolean follows = (flags & Open.O_NOFOLLOW) == 0 && (flags & exclusive) != exclusive;
    byte[] target = follows ? linkTarget(name) : null;
    if (target != null) {
      follow(target);
      return null;
    }
    Fd opened = kernel.openAt(top(), name, flags | Open.O_NOFOLLOW, mode);
    if (follows && (flags & Open.O_PATH) != 0 && kernel.stat(opened.number()).isSymlink()) {
      // became a link after we had looked
      opened.close();
      throw failure(Errno.ELOOP);
    }
    return opened;
  }

  /** What a link says, or null if the name is missing or no link. */
  private byte @Nullable [] linkTarget(byte[] name) throws ErrnoException {
    try {
      return kernel.readlinkAt(top(), name);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EINVAL || e.errno() == Errno.ENOENT) {
        return null;
      }
      throw e;
    }
  }

  private void follow(byte[] target) throws ErrnoException {
    if (++links > MAX_LINKS) {
      throw failure(Errno.ELOOP);
    }
    if (target[0] == '/') {
      while (!way.isEmpty()) {
        back();
      }
    }
    push(target);
  }

  /** Puts a path's components in front of what is still to be walked. */
  private void push(byte[] text) {
    boolean wasLast = pending.isEmpty();
    int end = text.length;
    boolean sawLast = false;
    while (end > 0) {
      int start = end;
      while (start > 0 && text[start - 1] != '/') {
        start--;
      }
      int length = end - start;
      boolean isNothing = length == 0 || (length == 1 && text[start] == '.');
      if (isNothing && !sawLast && wasLast) {
        wantsDirectory = true;
      }
      if (!isNothing) {
        byte[] name = new byte[length];
        System.arraycopy(text, start, name, 0, length);
        pending.addFirst(name);
      }
      sawLast = true;
      end = start - 1;
    }
  }

  private int top() {
    return way.isEmpty() ? root : way.get(way.size() - 1).number();
  }

  private void back() {
    if (!way.isEmpty()) {
      way.remove(way.size() - 1).close();
    }
  }

  private static boolean isParent(byte[] name) {
    return name.length == 2 && name[0] == '.' && name[1] == '.';
  }

  private ErrnoException failure(int errno) {
    return new ErrnoException("open", Scratch.describe(path), errno);
  }
}
