// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rktj.linux.AtomicFile;
import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.linux.SmallFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The few things the store does to files and directories of its own. */
final class StoreFiles {
  static final int DIRECTORY_MODE = 0750;
  static final int FILE_MODE = 0640;
  static final int LARGEST_RECORD = 16 << 20;

  private final Kernel kernel;

  StoreFiles(Kernel kernel) {
    this.kernel = kernel;
  }

  Kernel kernel() {
    return kernel;
  }

  /** A file's contents; empty if it is not there. */
  Optional<byte[]> read(String path) {
    try {
      return Optional.of(SmallFiles.read(kernel, path, LARGEST_RECORD));
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return Optional.empty();
      }
      throw new StoreException("cannot read \"" + path + "\"", e);
    }
  }

  /** The names in a directory, without temporary ones; none if it is not there. */
  List<String> names(String path) {
    return names(path, false);
  }

  /** The names in a directory that an atomic write cut short has left behind. */
  List<String> leftovers(String path) {
    return names(path, true);
  }

  private List<String> names(String path, boolean leftovers) {
    List<String> names = new ArrayList<>();
    try (Fd directory = kernel.open(path, Open.O_RDONLY | Open.O_DIRECTORY, 0)) {
      for (byte[] name : kernel.list(directory.number())) {
        String text = new String(name, UTF_8);
        if (AtomicFile.isLeftover(text) == leftovers) {
          names.add(text);
        }
      }
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT) {
        throw new StoreException("cannot list \"" + path + "\"", e);
      }
    }
    return names;
  }

  boolean exists(String path) {
    try {
      kernel.statAt(Fd.AT_FDCWD, Kernel.path(path));
      return true;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw new StoreException("cannot look at \"" + path + "\"", e);
    }
  }

  /** Makes one directory, lastingly; one that is there stays. */
  void makeDirectory(String path) throws ErrnoException {
    try {
      kernel.mkdirAt(Fd.AT_FDCWD, Kernel.path(path), DIRECTORY_MODE);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EEXIST) {
        return;
      }
      throw e;
    }
    sync(path.substring(0, path.lastIndexOf('/')));
  }

  /** Makes an empty file, lastingly; one that is there stays. */
  void makeEmptyFile(String directory, String name) throws ErrnoException {
    int flags = Open.O_WRONLY | Open.O_CREAT | Open.O_NOFOLLOW;
    kernel.open(directory + "/" + name, flags, FILE_MODE).close();
    sync(directory);
  }

  /** Moves a file within the file system; lasting once the target's directory is synced. */
  void rename(String from, String to) throws ErrnoException {
    kernel.renameAt(Fd.AT_FDCWD, Kernel.path(from), Fd.AT_FDCWD, Kernel.path(to), 0);
  }

  /** Removes a file; one that is not there is no failure. */
  void unlink(String path) throws ErrnoException {
    try {
      kernel.unlinkAt(Fd.AT_FDCWD, Kernel.path(path), 0);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  /** Waits until a directory's entries are on the disk. */
  void sync(String directory) throws ErrnoException {
    try (Fd fd = kernel.open(directory, Open.O_RDONLY | Open.O_DIRECTORY, 0)) {
      kernel.fsync(fd.number());
    }
  }
}
