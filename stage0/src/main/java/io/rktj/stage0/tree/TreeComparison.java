// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.tree;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.FileStatus;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.spec.archive.AciEntry;
import io.rktj.spec.archive.AciVisitor;
import io.rktj.spec.archive.EntryType;
import io.rktj.spec.archive.ExtendedAttribute;
import io.rktj.spec.archive.RawName;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Compares a tree on the disk with the archive entries it should have been made of: type, mode,
 * owner, times, attributes, link targets and every byte; and nothing else may be there. Only
 * regular files are opened.
 */
final class TreeComparison implements AciVisitor, AutoCloseable {
  private static final int BUFFER = 256 * 1024;
  private static final int MOST_MESSAGES = 100;
  private static final int PLACE = Open.O_PATH | Open.O_NOFOLLOW;

  private final Kernel kernel;
  private final Fd root;
  private final boolean keptOwners;
  private final Set<RawName> expected = new HashSet<>();
  private final List<String> differences = new ArrayList<>();
  private final byte[] wanted = new byte[BUFFER];
  private final byte[] found = new byte[BUFFER];

  private TreeComparison(Kernel kernel, Fd root) {
    this.kernel = kernel;
    this.root = root;
    this.keptOwners = kernel.euid() == 0;
  }

  static TreeComparison open(Kernel kernel, String rootfs) throws ErrnoException {
    int flags = Open.O_RDONLY | Open.O_DIRECTORY | Open.O_NOFOLLOW;
    return new TreeComparison(kernel, kernel.open(rootfs, flags, 0));
  }

  @Override
  public void visit(AciEntry entry, InputStream content) throws IOException {
    RawName name = entry.name();
    for (RawName part = name; !part.isEmpty(); part = part.parent()) {
      if (!expected.add(part)) {
        break;
      }
    }
    try (Fd place =
        name.isEmpty()
            ? kernel.duplicate(root.number())
            : kernel.openInRoot(root.number(), name.bytes(), PLACE, 0)) {
      compare(entry, place.number(), content);
    } catch (ErrnoException e) {
      differs(name, e.getMessage() == null ? "cannot be looked at" : e.getMessage());
    }
  }

  private void compare(AciEntry entry, int place, InputStream content) throws IOException {
    FileStatus status = kernel.stat(place);
    if (entry.type() == EntryType.HARD_LINK) {
      compareLink(entry, status);
      return;
    }
    if ((status.mode() & FileStatus.S_IFMT) != typeBits(entry.type())) {
      differs(entry.name(), "is of another type");
      return;
    }
    compareAttributes(entry, status);
    if (entry.type() == EntryType.REGULAR) {
      compareRegular(entry, status, content);
    } else if (entry.type() == EntryType.DIRECTORY) {
      int flags = Open.O_RDONLY | Open.O_DIRECTORY | Open.O_NOFOLLOW;
      byte[] path = entry.name().isEmpty() ? new byte[] {'.'} : entry.name().bytes();
      try (Fd directory = kernel.openInRoot(root.number(), path, flags, 0)) {
        compareXattrs(entry, directory.number());
      }
    } else if (entry.type() == EntryType.SYMLINK) {
      byte[] target = kernel.readlinkAt(place, new byte[0]);
      if (!Arrays.equals(target, entry.link().bytes())) {
        differs(entry.name(), "links to something else");
      }
    } else if (entry.type() == EntryType.CHARACTER_DEVICE) {
      AciEntry.Device device = entry.device();
      if (status.rdev() != FileStatus.device(device.major(), device.minor())) {
        differs(entry.name(), "is another device");
      }
    }
  }

  private static int typeBits(EntryType type) {
    return switch (type) {
      case REGULAR, HARD_LINK -> FileStatus.S_IFREG;
      case DIRECTORY -> FileStatus.S_IFDIR;
      case SYMLINK -> FileStatus.S_IFLNK;
      case CHARACTER_DEVICE -> FileStatus.S_IFCHR;
      case FIFO -> FileStatus.S_IFIFO;
    };
  }

  private void compareLink(AciEntry entry, FileStatus status) throws ErrnoException {
    try (Fd target = kernel.openInRoot(root.number(), entry.link().bytes(), PLACE, 0)) {
      FileStatus other = kernel.stat(target.number());
      if (other.inode() != status.inode() || other.device() != status.device()) {
        differs(entry.name(), "is not the same file as \"" + entry.link() + "\"");
      }
    }
  }

  private void compareAttributes(AciEntry entry, FileStatus status) {
    AciEntry.Attributes attributes = entry.attributes();
    boolean link = entry.type() == EntryType.SYMLINK;
    if (!link && (status.mode() & 07777) != attributes.mode()) {
      differs(entry.name(), "has another mode");
    }
    if (keptOwners && (status.uid() != attributes.uid() || status.gid() != attributes.gid())) {
      differs(entry.name(), "has another owner");
    }
    if (status.mtimeSeconds() != attributes.mtimeSeconds()) {
      differs(entry.name(), "has another modification time");
    }
  }

  private void compareRegular(AciEntry entry, FileStatus status, InputStream content)
      throws IOException {
    if (status.size() != entry.size()) {
      differs(entry.name(), "has another size");
      return;
    }
    int flags = Open.O_RDONLY | Open.O_NOFOLLOW | Open.O_NONBLOCK;
    try (Fd file = kernel.openInRoot(root.number(), entry.name().bytes(), flags, 0)) {
      compareXattrs(entry, file.number());
      long left = entry.size();
      while (left > 0) {
        int length = (int) Math.min(left, BUFFER);
        if (content.readNBytes(wanted, 0, length) < length) {
          throw new EOFException("content of an entry ends early");
        }
        if (!holds(file.number(), length)) {
          differs(entry.name(), "has other content");
          return;
        }
        left -= length;
      }
    }
  }

  /** Whether the next bytes of the file are those wanted. */
  private boolean holds(int file, int length) throws ErrnoException {
    int have = 0;
    while (have < length) {
      int count = kernel.read(file, found, have, length - have);
      if (count == 0) {
        return false;
      }
      have += count;
    }
    return Arrays.equals(wanted, 0, length, found, 0, length);
  }

  private void compareXattrs(AciEntry entry, int file) throws ErrnoException {
    List<ExtendedAttribute> expectedOnes = entry.attributes().xattrs();
    for (ExtendedAttribute xattr : expectedOnes) {
      byte[] value = kernel.getXattr(file, xattr.name().bytes());
      if (!Arrays.equals(value, xattr.value().bytes())) {
        differs(entry.name(), "has another extended attribute " + xattr.name());
      }
    }
  }

  /** Looks for what should not be there; what was found wrong, one message each. */
  List<String> finish() throws IOException {
    Deque<RawName> todo = new ArrayDeque<>();
    todo.add(RawName.EMPTY);
    while (!todo.isEmpty() && differences.size() < MOST_MESSAGES) {
      RawName directory = todo.remove();
      byte[] path = directory.isEmpty() ? new byte[] {'.'} : directory.bytes();
      int flags = Open.O_RDONLY | Open.O_DIRECTORY | Open.O_NOFOLLOW;
      try (Fd fd = kernel.openInRoot(root.number(), path, flags, 0)) {
        for (byte[] child : kernel.list(fd.number())) {
          RawName name = directory.resolve(RawName.of(child));
          if (!expected.contains(name)) {
            differs(name, "should not be there");
          } else if (kernel.statAt(fd.number(), child).isDirectory()) {
            todo.add(name);
          }
        }
      }
    }
    return List.copyOf(differences);
  }

  private void differs(RawName name, String how) {
    if (differences.size() < MOST_MESSAGES) {
      differences.add("\"/" + name + "\" " + how);
    }
  }

  @Override
  public void close() {
    root.close();
  }
}
