// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import io.rktj.linux.DirectoryMaker;
import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.FileStatus;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** The directories below {@code DIR/pods}: which names are in them, and moves between them. */
final class PodPlaces {
  private static final int MODE = 0750;
  private static final int OTHERS = 0007;
  private static final int UUID_LENGTH = 36;

  private final Kernel kernel;
  private final String pods;

  PodPlaces(Kernel kernel, String pods) {
    this.kernel = kernel;
    this.pods = pods;
  }

  String root() {
    return pods;
  }

  String path(PodDirectory where, String uuid) {
    return pods + "/" + where.directoryName() + "/" + uuid;
  }

  PodLayout layout(PodDirectory where, String uuid) {
    return new PodLayout(Path.of(path(where, uuid)));
  }

  /** Makes an empty embryo, and all the directories if this is the first; false if it is there. */
  boolean makeEmbryo(String path) throws ErrnoException {
    try {
      kernel.mkdirAt(Fd.AT_FDCWD, Kernel.path(path), MODE);
      return true;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EEXIST) {
        return false;
      }
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
    makeAll();
    kernel.mkdirAt(Fd.AT_FDCWD, Kernel.path(path), MODE);
    return true;
  }

  /** Refuses pods that everybody could enter: set-user-ID programs of apps lie there. */
  void requireClosed() {
    FileStatus status;
    try {
      status = kernel.statAt(Fd.AT_FDCWD, Kernel.path(pods));
    } catch (ErrnoException e) {
      return; // none yet, or whoever makes one will say what is wrong
    }
    if (status.isDirectory() && (status.mode() & OTHERS) != 0) {
      throw new HostException(
          "directory \"" + pods + "\" can be entered by everybody", "chmod o-rwx " + pods, null);
    }
  }

  private void makeAll() throws ErrnoException {
    for (PodDirectory directory : PodDirectory.values()) {
      DirectoryMaker.make(kernel, pods + "/" + directory.directoryName(), MODE);
    }
  }

  /** A directory for reading; empty if it is not there, or no directory. */
  Optional<Fd> openIfThere(String path) throws ErrnoException {
    try {
      int flags = Open.O_RDONLY | Open.O_DIRECTORY | Open.O_NOFOLLOW;
      return Optional.of(kernel.open(path, flags, 0));
    } catch (ErrnoException e) {
      int errno = e.errno();
      if (errno == Errno.ENOENT || errno == Errno.ENOTDIR || errno == Errno.ELOOP) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Whether an open directory is still the one at {@code path}. */
  boolean isAt(int fd, String path) throws ErrnoException {
    try {
      return kernel.stat(fd).isSameFile(kernel.statAt(Fd.AT_FDCWD, Kernel.path(path)));
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  /** Whether there is anything at {@code path}. */
  boolean isThere(String path) throws ErrnoException {
    try {
      kernel.statAt(Fd.AT_FDCWD, Kernel.path(path));
      return true;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  /** Renames, without waiting for the disk; false if the pod is not there. */
  boolean rename(String uuid, PodDirectory from, PodDirectory to) throws ErrnoException {
    if (tryRename(uuid, from, to)) {
      return true;
    }
    // missing may be the pod or, in a directory that others have tidied, the place to move it to
    makeAll();
    return tryRename(uuid, from, to);
  }

  private boolean tryRename(String uuid, PodDirectory from, PodDirectory to) throws ErrnoException {
    byte[] oldPath = Kernel.path(path(from, uuid));
    byte[] newPath = Kernel.path(path(to, uuid));
    try {
      kernel.renameAt(Fd.AT_FDCWD, oldPath, Fd.AT_FDCWD, newPath, 0);
      return true;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  /** The new parent first: after a power cut the pod may be in both, but never in none. */
  void sync(PodDirectory from, PodDirectory to) throws ErrnoException {
    sync(to);
    sync(from);
  }

  private void sync(PodDirectory directory) throws ErrnoException {
    String path = pods + "/" + directory.directoryName();
    try (Fd open = kernel.open(path, Open.O_RDONLY | Open.O_DIRECTORY, 0)) {
      kernel.fsync(open.number());
    }
  }

  /** The pods in a directory; other names in it are nobody's business. */
  SortedSet<String> names(PodDirectory directory) {
    SortedSet<String> names = new TreeSet<>();
    String path = pods + "/" + directory.directoryName();
    try {
      Optional<Fd> open = openIfThere(path);
      if (open.isEmpty()) {
        requireNoFileAbove(path);
        return names;
      }
      try (Fd dir = open.get()) {
        for (byte[] name : kernel.list(dir.number())) {
          String text = new String(name, StandardCharsets.ISO_8859_1);
          if (isUuid(text)) {
            names.add(text);
          }
        }
      }
    } catch (ErrnoException e) {
      throw new HostException("cannot list \"" + path + "\"", e);
    }
    return names;
  }

  /** A store that is not there yet holds nothing; a file in the place of one is a mistake. */
  private void requireNoFileAbove(String path) throws ErrnoException {
    try {
      kernel.statAt(Fd.AT_FDCWD, Kernel.path(path));
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  /** Whether it is a uuid as directories are named: 36 characters, lower case, dashes in place. */
  static boolean isUuid(String text) {
    if (text.length() != UUID_LENGTH) {
      return false;
    }
    for (int i = 0; i < UUID_LENGTH; i++) {
      char c = text.charAt(i);
      boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
      boolean hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
      if (dash ? c != '-' : !hex) {
        return false;
      }
    }
    return true;
  }
}
