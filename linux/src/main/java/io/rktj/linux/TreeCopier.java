// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Copies a tree by descriptor: names as bytes, owners, modes, times, extended attributes, links and
 * hard links as they are. Follows no link, opens nothing but directories and regular files, and
 * holds a handful of descriptors however deep the tree.
 */
public final class TreeCopier implements AutoCloseable {
  private static final byte[] SELF = new byte[0];
  private static final byte[] HERE = {'.'};
  private static final int DIRECTORY = Open.O_RDONLY | Open.O_DIRECTORY | Open.O_NOFOLLOW;

  private final Kernel kernel;
  private final Fd from;
  private final Fd to;
  private final boolean keepOwners;
  private final Map<Long, byte[]> linked = new HashMap<>();

  private TreeCopier(Kernel kernel, Fd from, Fd to) {
    this.kernel = kernel;
    this.from = from;
    this.to = to;
    this.keepOwners = kernel.euid() == 0;
  }

  /** Makes the directory {@code target} and will copy {@code source} into it. */
  public static TreeCopier open(Kernel kernel, String source, String target) throws ErrnoException {
    return open(kernel, kernel.open(source, DIRECTORY, 0), target);
  }

  /** The same from an open directory, which the copier will close. */
  public static TreeCopier open(Kernel kernel, Fd from, String target) throws ErrnoException {
    boolean done = false;
    try {
      kernel.mkdirAt(Fd.AT_FDCWD, Kernel.path(target), 0700);
      TreeCopier copier = new TreeCopier(kernel, from, kernel.open(target, DIRECTORY, 0));
      done = true;
      return copier;
    } finally {
      if (!done) {
        from.close();
      }
    }
  }

  /** Copies everything, the directory's own owner, mode and times last. */
  public void copy() throws IOException {
    Deque<byte[]> todo = new ArrayDeque<>();
    List<byte[]> directories = new ArrayList<>();
    todo.add(SELF);
    while (!todo.isEmpty()) {
      byte[] directory = todo.remove();
      directories.add(directory);
      copyChildren(directory, todo);
    }
    for (int i = directories.size() - 1; i >= 0; i--) {
      try (Fd source = openDirectory(from, directories.get(i));
          Fd target = openDirectory(to, directories.get(i))) {
        finish(kernel.stat(source.number()), source.number(), target.number());
      }
    }
  }

  private Fd openDirectory(Fd root, byte[] name) throws ErrnoException {
    byte[] path = name.length == 0 ? HERE : name;
    return kernel.openInRoot(root.number(), path, DIRECTORY, 0);
  }

  private void copyChildren(byte[] directory, Deque<byte[]> todo) throws IOException {
    try (Fd source = openDirectory(from, directory);
        Fd target = openDirectory(to, directory)) {
      for (byte[] child : kernel.list(source.number())) {
        byte[] name = join(directory, child);
        FileStatus status = kernel.statAt(source.number(), child);
        if (status.isDirectory()) {
          kernel.mkdirAt(target.number(), child, 0700);
          todo.add(name);
        } else {
          copyFile(name, child, status, source.number(), target.number());
        }
      }
    }
  }

  private static byte[] join(byte[] directory, byte[] child) {
    if (directory.length == 0) {
      return child;
    }
    byte[] path = Arrays.copyOf(directory, directory.length + 1 + child.length);
    path[directory.length] = '/';
    System.arraycopy(child, 0, path, directory.length + 1, child.length);
    return path;
  }

  private void copyFile(byte[] name, byte[] child, FileStatus status, int source, int target)
      throws IOException {
    if (status.links() > 1) {
      byte[] first = linked.putIfAbsent(status.inode(), name); // one file system: inode suffices
      if (first != null) {
        int flags = Open.O_PATH | Open.O_NOFOLLOW;
        try (Fd file = kernel.openInRoot(to.number(), first, flags, 0)) {
          kernel.linkFd(file.number(), target, child);
        }
        return;
      }
    }
    if (status.isRegular()) {
      copyRegular(child, status, source, target);
    } else if (status.isSymlink()) {
      kernel.symlinkAt(kernel.readlinkAt(source, child), target, child);
      finishUnopened(child, status, target);
    } else {
      kernel.mknodAt(target, child, (status.mode() & FileStatus.S_IFMT) | 0600, status.rdev());
      finishUnopened(child, status, target);
    }
  }

  private void copyRegular(byte[] child, FileStatus status, int source, int target)
      throws IOException {
    int read = Open.O_RDONLY | Open.O_NOFOLLOW | Open.O_NONBLOCK;
    int make = Open.O_WRONLY | Open.O_CREAT | Open.O_EXCL | Open.O_NOFOLLOW;
    try (Fd in = kernel.openAt(source, child, read, 0);
        Fd out = kernel.openAt(target, child, make, 0600)) {
      long left = status.size();
      while (left > 0) {
        long count = kernel.sendFile(out.number(), in.number(), left);
        if (count == 0) {
          throw new IOException("a file of the tree became shorter while it was copied");
        }
        left -= count;
      }
      finish(status, in.number(), out.number());
    }
  }

  /** Owner first: a change of owner takes set-id bits and file capabilities away. */
  private void finish(FileStatus status, int source, int target) throws ErrnoException {
    if (keepOwners) {
      kernel.chownAt(target, SELF, status.uid(), status.gid());
    }
    kernel.chmod(target, status.mode() & 07777);
    for (byte[] name : kernel.listXattr(source)) {
      if (TreeXattrs.isCopied(name)) {
        kernel.setXattr(target, name, kernel.getXattr(source, name));
      }
    }
    setTimes(target, SELF, status);
  }

  private void finishUnopened(byte[] child, FileStatus status, int target) throws ErrnoException {
    if (keepOwners) {
      kernel.chownAt(target, child, status.uid(), status.gid());
    }
    if (!status.isSymlink()) {
      try (Fd node = kernel.openAt(target, child, Open.O_PATH | Open.O_NOFOLLOW, 0)) {
        kernel.chmod(node.number(), status.mode() & 07777);
      }
    }
    setTimes(target, child, status);
  }

  private void setTimes(int directory, byte[] name, FileStatus status) throws ErrnoException {
    long seconds = status.mtimeSeconds();
    int nanos = status.mtimeNanos();
    kernel.utimesAt(directory, name, seconds, nanos, seconds, nanos);
  }

  @Override
  public void close() {
    from.close();
    to.close();
  }
}
