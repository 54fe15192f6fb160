// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.TreeRemover;
import io.rktj.pod.HostException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * A file or directory that a command makes where the user says. It is made beside that place and
 * gets its name when it is whole, so that a failure leaves what was there before, and nothing else.
 */
final class OutputTarget implements AutoCloseable {
  private static final int NO_REPLACE = 1;
  private static final int EXCHANGE = 2;

  private final Kernel kernel;
  private final Path place;
  private final Path work;
  private final boolean overwrite;
  private final String taken;

  private OutputTarget(Kernel kernel, Path place, boolean overwrite, String taken) {
    this.kernel = kernel;
    this.place = place;
    this.overwrite = overwrite;
    this.taken = taken;
    String name = ".rkt-" + kernel.pid() + "-" + Long.toHexString(System.nanoTime());
    this.work = place.resolveSibling(name);
  }

  /**
   * A place for a directory; refused where it is taken, unless {@code overwrite}, and where rkt's
   * own data, or everything, would be replaced.
   */
  static OutputTarget directory(Session session, String name, boolean overwrite) {
    Path place = Path.of(name).toAbsolutePath().normalize();
    String taken = "output directory exists (try --overwrite)";
    if (place.getParent() == null || real(place).getParent() == null) {
      throw new UsageException("refusing to replace the root directory");
    }
    if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      if (!overwrite) {
        throw new UsageException(taken);
      }
      if (real(session.dataDirectory()).startsWith(real(place))) {
        throw new UsageException(
            "refusing to replace " + Quoted.of(name) + ": the data directory lies in it");
      }
    }
    makeParent(place);
    return new OutputTarget(session.kernel(), place, overwrite, taken);
  }

  /** A place for a file; refused where it is taken, unless {@code overwrite}. */
  static OutputTarget file(Session session, String name, boolean overwrite, String taken) {
    Path place = Path.of(name).toAbsolutePath().normalize();
    if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      if (!overwrite) {
        throw new UsageException(taken);
      }
      if (Files.isDirectory(place)) {
        throw new UsageException(Quoted.of(name) + " is a directory");
      }
    }
    return new OutputTarget(session.kernel(), real(place), overwrite, taken);
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path; // not there: it names itself
    }
  }

  private static void makeParent(Path place) {
    Path parent = place.getParent();
    try {
      if (parent != null) {
        Files.createDirectories(parent);
      }
    } catch (IOException e) {
      throw new HostException("error creating output directory", e);
    }
  }

  /**
   * Where to write: a name that is free. A device or a pipe that was named is written to as it is.
   */
  Path work() {
    return isStream() ? place : work;
  }

  private boolean isStream() {
    return Files.exists(place) && !Files.isRegularFile(place) && !Files.isDirectory(place);
  }

  /** Gives what was made its name; what had that name before is removed. */
  void publish() {
    if (isStream()) {
      return;
    }
    try {
      if (!overwrite || !Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
        rename(NO_REPLACE);
      } else if (Files.isDirectory(work)) {
        rename(EXCHANGE); // what was there is removed by close
      } else {
        rename(0);
      }
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EEXIST) {
        throw new UsageException(taken, e);
      }
      throw new HostException("cannot make \"" + place + "\"", e);
    }
  }

  private void rename(int flags) throws ErrnoException {
    byte[] from = Kernel.path(work.toString());
    kernel.renameAt(Fd.AT_FDCWD, from, Fd.AT_FDCWD, Kernel.path(place.toString()), flags);
  }

  /** Removes what has no other name than the one it was made under. */
  @Override
  public void close() {
    try {
      TreeRemover.remove(kernel, work.toString());
    } catch (ErrnoException e) {
      throw new HostException("cannot remove \"" + work + "\"", e);
    }
  }
}
