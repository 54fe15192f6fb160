// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.tree;

import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.FileStatus;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.spec.MalformedException;
import io.rktj.spec.archive.AciEntry;
import io.rktj.spec.archive.AciVisitor;
import io.rktj.spec.archive.EntryType;
import io.rktj.spec.archive.ExtendedAttribute;
import io.rktj.spec.archive.RawName;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the files of a root file system out of archive entries. Whatever the entries say, nothing
 * outside the root is touched: the parent is opened inside the root, the last part is created there
 * and nowhere else (it must not exist, no link is followed), and owner, mode, attributes and times
 * are set on the descriptor just made or on the link itself. Devices, pipes and links are never
 * opened. Owners are kept only by root.
 */
final class TreeWriter implements AciVisitor, AutoCloseable {
  private static final int BUFFER = 256 * 1024;
  private static final int DIRECTORY_WHILE_WRITING = 0700;
  private static final long FREE_FLOOR = 16L << 20;
  private static final long CHECK_EVERY = 8L << 20;
  private static final byte[] SELF = new byte[0];

  private final Kernel kernel;
  private final Fd root;
  private final DirectoryCache directories;
  private final boolean keepOwners;
  private final List<Finished> unfinished = new ArrayList<>();
  private final byte[] buffer = new byte[BUFFER];
  private long size;
  private long entries;
  private long untilCheck;

  private record Finished(RawName name, AciEntry.Attributes attributes) {}

  private TreeWriter(Kernel kernel, Fd root) {
    this.kernel = kernel;
    this.root = root;
    this.directories = new DirectoryCache(kernel, root);
    this.keepOwners = kernel.euid() == 0;
  }

  /** Makes the empty directory {@code path} and writes into it. */
  static TreeWriter create(Kernel kernel, String path) throws ErrnoException {
    kernel.mkdirAt(Fd.AT_FDCWD, Kernel.path(path), DIRECTORY_WHILE_WRITING);
    Fd root = kernel.open(path, Open.O_RDONLY | Open.O_DIRECTORY | Open.O_NOFOLLOW, 0);
    TreeWriter writer = new TreeWriter(kernel, root);
    kernel.chmod(root.number(), 0755);
    return writer;
  }

  /** Bytes of all regular files so far. */
  long size() {
    return size;
  }

  /** How many entries were made so far. */
  long entries() {
    return entries;
  }

  @Override
  public void visit(AciEntry entry, InputStream content) throws IOException {
    entries++;
    EntryType type = entry.type();
    if (type == EntryType.DIRECTORY) {
      makeDirectory(entry);
    } else if (type == EntryType.REGULAR) {
      makeRegular(entry, content);
    } else if (type == EntryType.HARD_LINK) {
      link(entry.link(), entry.name());
    } else if (type == EntryType.SYMLINK) {
      makeSymlink(entry);
    } else if (type == EntryType.CHARACTER_DEVICE) {
      AciEntry.Device device = entry.device();
      makeNode(entry, FileStatus.S_IFCHR, FileStatus.device(device.major(), device.minor()));
    } else if (type == EntryType.FIFO) {
      makeNode(entry, FileStatus.S_IFIFO, 0);
    } else {
      throw new AssertionError(type);
    }
  }

  private void makeDirectory(AciEntry entry) throws IOException {
    if (!entry.name().isEmpty()) {
      int parent = directories.open(entry.name().parent());
      try {
        kernel.mkdirAt(parent, entry.name().last().bytes(), DIRECTORY_WHILE_WRITING);
      } catch (ErrnoException e) {
        if (e.errno() != Errno.EEXIST || !isDirectory(parent, entry.name())) {
          throw e;
        }
      }
    }
    unfinished.add(new Finished(entry.name(), entry.attributes()));
  }

  private boolean isDirectory(int parent, RawName name) throws ErrnoException {
    return kernel.statAt(parent, name.last().bytes()).isDirectory();
  }

  private void makeRegular(AciEntry entry, InputStream content) throws IOException {
    int parent = directories.open(entry.name().parent());
    byte[] last = entry.name().last().bytes();
    int flags = Open.O_WRONLY | Open.O_CREAT | Open.O_EXCL | Open.O_NOFOLLOW;
    try (Fd file = kernel.openAt(parent, last, flags, 0600)) {
      copy(content, entry.size(), file.number());
      finish(file.number(), entry.attributes());
    }
  }

  private void copy(InputStream content, long length, int file) throws IOException {
    long left = length;
    while (left > 0) {
      int count = content.read(buffer, 0, (int) Math.min(left, buffer.length));
      if (count < 0) {
        throw new EOFException("content of an entry ends early");
      }
      requireSpace(count);
      kernel.writeFully(file, buffer, 0, count);
      left -= count;
    }
    size += length;
  }

  private void requireSpace(int count) throws IOException {
    untilCheck -= count;
    if (untilCheck < 0) {
      untilCheck = CHECK_EVERY;
      if (kernel.freeBytes(root.number()) < FREE_FLOOR) {
        throw new IOException(
            "no space left to unpack: less than " + (FREE_FLOOR >> 20) + " MiB free");
      }
    }
  }

  /** Owner first: a change of owner takes set-id bits and file capabilities away. */
  private void finish(int fd, AciEntry.Attributes attributes) throws ErrnoException {
    if (keepOwners) {
      kernel.chownAt(fd, SELF, attributes.uid(), attributes.gid());
    }
    kernel.chmod(fd, attributes.mode());
    for (ExtendedAttribute xattr : attributes.xattrs()) {
      kernel.setXattr(fd, xattr.name().bytes(), xattr.value().bytes());
    }
    long seconds = attributes.mtimeSeconds();
    int nanos = attributes.mtimeNanos();
    kernel.utimesAt(fd, SELF, seconds, nanos, seconds, nanos);
  }

  /** Gives the regular file {@code target}, which was made before, another name. */
  void link(RawName target, RawName name) throws IOException {
    int parent = directories.open(name.parent());
    try (Fd file = kernel.openInRoot(root.number(), target.bytes(), pathOnly(), 0)) {
      if (!kernel.stat(file.number()).isRegular()) {
        throw new MalformedException(
            "hard link \"" + name + "\" to \"" + target + "\", which is not a regular file");
      }
      kernel.linkFd(file.number(), parent, name.last().bytes());
    }
  }

  private static int pathOnly() {
    return Open.O_PATH | Open.O_NOFOLLOW;
  }

  private void makeSymlink(AciEntry entry) throws IOException {
    int parent = directories.open(entry.name().parent());
    byte[] last = entry.name().last().bytes();
    kernel.symlinkAt(entry.link().bytes(), parent, last);
    finishUnopened(parent, last, entry.attributes());
  }

  private void makeNode(AciEntry entry, int type, long device) throws IOException {
    int parent = directories.open(entry.name().parent());
    byte[] last = entry.name().last().bytes();
    kernel.mknodAt(parent, last, type | 0600, device);
    if (keepOwners) {
      kernel.chownAt(parent, last, entry.attributes().uid(), entry.attributes().gid());
    }
    try (Fd node = kernel.openAt(parent, last, pathOnly(), 0)) {
      kernel.chmod(node.number(), entry.attributes().mode());
    }
    long seconds = entry.attributes().mtimeSeconds();
    int nanos = entry.attributes().mtimeNanos();
    kernel.utimesAt(parent, last, seconds, nanos, seconds, nanos);
  }

  private void finishUnopened(int parent, byte[] last, AciEntry.Attributes attributes)
      throws ErrnoException {
    if (keepOwners) {
      kernel.chownAt(parent, last, attributes.uid(), attributes.gid());
    }
    long seconds = attributes.mtimeSeconds();
    int nanos = attributes.mtimeNanos();
    kernel.utimesAt(parent, last, seconds, nanos, seconds, nanos);
  }

  /** Gives directories their owners, modes and times, which writing into them would disturb. */
  void finishDirectories() throws ErrnoException {
    directories.close();
    // deepest first: a mode may forbid those who are not root to go further down
    for (int i = unfinished.size() - 1; i >= 0; i--) {
      Finished directory = unfinished.get(i);
      int flags = Open.O_RDONLY | Open.O_DIRECTORY | Open.O_NOFOLLOW;
      if (directory.name().isEmpty()) {
        finish(root.number(), directory.attributes());
        continue;
      }
      try (Fd fd = kernel.openInRoot(root.number(), directory.name().bytes(), flags, 0)) {
        finish(fd.number(), directory.attributes());
      }
    }
    unfinished.clear();
  }

  /** Waits until everything written is on the disk. */
  void sync() throws ErrnoException {
    kernel.syncfs(root.number());
  }

  @Override
  public void close() {
    directories.close();
    root.close();
  }
}
