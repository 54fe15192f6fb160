// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.tree;

import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.spec.archive.RawName;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Open directories below one root, the last few used: archives name files directory by directory,
 * so most look-ups cost nothing. Directories that are missing are made.
 */
final class DirectoryCache implements AutoCloseable {
  private static final int MOST = 32;
  private static final int MODE = 0755;

  private final Kernel kernel;
  private final Fd root;
  private final LinkedHashMap<RawName, Fd> open = new LinkedHashMap<>(64, 0.75f, true);
  private RawName lastName = RawName.EMPTY;
  private int lastNumber;

  DirectoryCache(Kernel kernel, Fd root) {
    this.kernel = kernel;
    this.root = root;
    this.lastNumber = root.number();
  }

  /** The descriptor of {@code name}, good until the next call. */
  int open(RawName name) throws ErrnoException {
    if (name.equals(lastName)) {
      return lastNumber;
    }
    int number = name.isEmpty() ? root.number() : find(name);
    lastName = name;
    lastNumber = number;
    return number;
  }

  private int find(RawName name) throws ErrnoException {
    Fd known = open.get(name);
    if (known != null) {
      return known.number();
    }
    Fd fresh = openOrMake(name);
    open.put(name, fresh);
    if (open.size() > MOST) {
      Map.Entry<RawName, Fd> eldest = open.entrySet().iterator().next();
      eldest.getValue().close();
      open.remove(eldest.getKey());
    }
    return fresh.number();
  }

  private Fd openOrMake(RawName name) throws ErrnoException {
    try {
      return openInRoot(name);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
    makeAll(name);
    return openInRoot(name);
  }

  private Fd openInRoot(RawName name) throws ErrnoException {
    int flags = Open.O_PATH | Open.O_DIRECTORY | Open.O_NOFOLLOW;
    return kernel.openInRoot(root.number(), name.bytes(), flags, 0);
  }

  /** Makes {@code name} and whatever is missing above it, from the top. */
  private void makeAll(RawName name) throws ErrnoException {
    byte[] bytes = name.bytes();
    for (int i = 1; i <= bytes.length; i++) {
      if (i == bytes.length || bytes[i] == '/') {
        make(RawName.of(java.util.Arrays.copyOf(bytes, i)));
      }
    }
  }

  private void make(RawName name) throws ErrnoException {
    RawName parent = name.parent();
    if (parent.isEmpty()) {
      makeIn(root.number(), name);
      return;
    }
    try (Fd fd = openInRoot(parent)) {
      makeIn(fd.number(), name);
    }
  }

  private void makeIn(int parent, RawName name) throws ErrnoException {
    byte[] last = name.last().bytes();
    try {
      kernel.mkdirAt(parent, last, MODE);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EEXIST) {
        return;
      }
      throw e;
    }
    int flags = Open.O_RDONLY | Open.O_DIRECTORY | Open.O_NOFOLLOW;
    try (Fd made = kernel.openAt(parent, last, flags, 0)) {
      kernel.chmod(made.number(), MODE); // whatever our umask
    }
  }

  @Override
  public void close() {
    for (Fd fd : open.values()) {
      fd.close();
    }
    open.clear();
    lastName = RawName.EMPTY;
    lastNumber = root.number();
  }
}
