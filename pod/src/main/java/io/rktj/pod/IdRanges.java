// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rktj.linux.DirectoryLock;
import io.rktj.linux.DirectoryMaker;
import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.linux.SmallFiles;
import io.rktj.spec.Uuid;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Gives pods ranges of ids, so that no two pods of this host share one, whatever their data
 * directories. A range that is taken is a link in the host's directory of claims:
 *
 * <pre>{@code
 * /run/rkt/private-users/4711 -> /var/lib/rkt/pods 6733c4e4-a1d4-4bfc-9a1c-2f1f4f4c1d11
 * }</pre>
 *
 * stands for the 65536 ids from 4711 * 65536 on. A claim counts only while that pod's own file
 * {@code private-users-prepared} says the same; so whatever is killed between the two leaves a
 * claim that anybody may take. Both are written, and claims are judged, under a lock on the
 * directory. Claims are gone after a boot, like the processes they were about: a prepared pod
 * claims anew when it is run.
 */
public final class IdRanges {
  /** Where the claims of all of this host's pods are. */
  public static final Path DIRECTORY = Path.of("/run/rkt/private-users");

  private static final int COUNT = 1 << 16;

  /** Ranges that systemd leaves to containers, all among those that rkt takes ids from. */
  private static final int FIRST = 0x8;

  private static final int LAST = 0x6fff;

  private static final int ATTEMPTS = 1000;
  private static final int FILE_MODE = 0640;

  /** In the order that pods pass through them, so that none is missed while it moves on. */
  private static final List<PodDirectory> PLACES = List.of(PodDirectory.values());

  private final Kernel kernel;
  private final String directory;
  private final HostIds hostIds;
  private final RandomGenerator random;

  /** Ranges claimed in {@code directory}, {@link #DIRECTORY} but in tests. */
  public IdRanges(Kernel kernel, Path directory, HostIds hostIds, RandomGenerator random) {
    this.kernel = kernel;
    this.directory = directory.toString();
    this.hostIds = hostIds;
    this.random = random;
  }

  /** Gives the pod at {@code layout} a range that nobody has, and writes it into its directory. */
  public IdRange claim(PodLayout layout) {
    try (DirectoryLock lock = lock()) {
      return choose(lock, layout);
    } catch (ErrnoException e) {
      throw failure(layout.uuid(), e);
    }
  }

  /**
   * Claims again what a pod was given before; if somebody else has it by now, another one. Nothing
   * on the disk depends on it.
   */
  public IdRange renew(PodLayout layout, IdRange given) {
    try (DirectoryLock lock = lock()) {
      int number = given.first() / COUNT;
      String owner = owner(lock, number);
      if (!owner.isEmpty() && !owner.equals(text(layout)) && isLive(owner, number)) {
        return choose(lock, layout);
      }
      link(lock, number, layout);
      return given;
    } catch (ErrnoException e) {
      throw failure(layout.uuid(), e);
    }
  }

  /** Takes back the range of a pod that has been deleted, if it is still that pod's. */
  public void release(PodLayout layout, IdRange range) {
    int number = range.first() / COUNT;
    try (DirectoryLock lock = lock()) {
      if (owner(lock, number).equals(text(layout))) {
        kernel.unlinkAt(lock.number(), name(number), 0);
      }
    } catch (ErrnoException e) {
      throw failure(layout.uuid(), e);
    }
  }

  /** Takes back every range whose pod is gone. */
  public void sweep() {
    try {
      kernel.open(directory, Open.O_PATH | Open.O_DIRECTORY, 0).close();
    } catch (ErrnoException e) {
      return; // no pod of this host has ever had any
    }
    try (DirectoryLock lock = lock()) {
      for (byte[] entry : kernel.list(lock.number())) {
        int number = number(new String(entry, UTF_8));
        if (number > 0 && !isLive(owner(lock, number), number)) {
          kernel.unlinkAt(lock.number(), entry, 0);
        }
      }
    } catch (ErrnoException e) {
      throw new HostException("cannot take back ranges of user ids", e);
    }
  }

  private DirectoryLock lock() throws ErrnoException {
    DirectoryMaker.make(kernel, directory, 0755);
    return DirectoryLock.exclusive(kernel, directory);
  }

  private IdRange choose(DirectoryLock lock, PodLayout layout) throws ErrnoException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int number = random.nextInt(FIRST, LAST + 1);
      IdRange range = new IdRange(number * COUNT, COUNT);
      String owner = owner(lock, number);
      boolean free = owner.isEmpty() || owner.equals(text(layout)) || !isLive(owner, number);
      if (free && !hostIds.overlap(range)) {
        link(lock, number, layout);
        String file = layout.privateUsersPrepared().toString();
        SmallFiles.write(kernel, file, range.toString().getBytes(UTF_8), FILE_MODE);
        return range;
      }
    }
    throw new HostException(
        "cannot give pod \"" + layout.uuid() + "\" user ids of its own: no range is free");
  }

  private void link(DirectoryLock lock, int number, PodLayout layout) throws ErrnoException {
    try {
      kernel.unlinkAt(lock.number(), name(number), 0);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
    kernel.symlinkAt(text(layout).getBytes(UTF_8), lock.number(), name(number));
  }

  /** What the claim on a range says; empty if there is none. */
  private String owner(DirectoryLock lock, int number) throws ErrnoException {
    try {
      return new String(kernel.readlinkAt(lock.number(), name(number)), UTF_8);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return "";
      }
      throw e;
    }
  }

  /** Whether the pod that a claim names is there and says the same. */
  private boolean isLive(String owner, int number) throws ErrnoException {
    int space = owner.lastIndexOf(' ');
    if (space < 0) {
      return false;
    }
    Path pods = Path.of(owner.substring(0, space));
    for (PodDirectory place : PLACES) {
      Path pod = pods.resolve(place.directoryName()).resolve(owner.substring(space + 1));
      if (isThere(pod) && IdRange.of(kernel, new PodLayout(pod)).first() == number * COUNT) {
        return true;
      }
    }
    return false;
  }

  private boolean isThere(Path path) throws ErrnoException {
    try {
      kernel.statAt(Fd.AT_FDCWD, Kernel.path(path.toString()));
      return true;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  private static String text(PodLayout layout) {
    Path pods = layout.directory().resolve("../..").normalize();
    return pods + " " + layout.uuid();
  }

  private static byte[] name(int number) {
    return Integer.toString(number).getBytes(UTF_8);
  }

  private static int number(String name) {
    try {
      return Integer.parseInt(name);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static HostException failure(Uuid uuid, ErrnoException cause) {
    return new HostException("cannot give pod \"" + uuid + "\" user ids of its own", cause);
  }
}
