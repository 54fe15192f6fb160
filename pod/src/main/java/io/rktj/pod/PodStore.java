// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import io.rktj.PodException;
import io.rktj.linux.DirectoryLock;
import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.linux.TreeRemover;
import io.rktj.spec.Uuid;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The pods below {@code DIR/pods} ({@code spec/rkt-cli.md} section 6.3). What a pod is doing is the
 * directory it is in and whether it is locked; it moves by rename, always under a lock and always
 * forward in the order of {@link PodDirectory}, so one look through the directories in that order
 * never misses a pod, and a crash at any moment leaves it in a legal state. Safe for any number of
 * processes at once.
 */
public final class PodStore {
  private static final int CREATE_ATTEMPTS = 16;
  private static final int LOCK_ATTEMPTS = 100;
  private static final int LOCK_PAUSE_MILLIS = 10;

  private final Kernel kernel;
  private final PodPlaces places;
  private final PodFinder finder;

  /** The pods of a data directory; touches nothing yet. */
  public PodStore(Kernel kernel, Path dataDirectory) {
    this.kernel = kernel;
    places = new PodPlaces(kernel, dataDirectory + "/pods");
    finder = new PodFinder(kernel, places);
  }

  /**
   * Makes a pod with a random identity and takes its lock: made in embryo, moved to prepare once it
   * is locked.
   */
  public LockedPod create() {
    try {
      places.requireClosed();
      for (int attempt = 0; attempt < CREATE_ATTEMPTS; attempt++) {
        Optional<LockedPod> pod = tryCreate(randomUuid());
        if (pod.isPresent()) {
          return pod.get();
        }
      }
      throw new HostException(
          "cannot create a pod in \"" + places.root() + "\": somebody keeps removing it");
    } catch (ErrnoException e) {
      throw new HostException("cannot create a pod in \"" + places.root() + "\"", e);
    }
  }

  /** From the kernel's pool; Java's own source costs a good part of a whole start. */
  private Uuid randomUuid() throws ErrnoException {
    byte[] random = new byte[16];
    kernel.random(random);
    return Uuid.ofRandom(random);
  }

  /** Empty where a clean-up came in between, or the identity is taken. */
  private Optional<LockedPod> tryCreate(Uuid uuid) throws ErrnoException {
    String text = uuid.toString();
    String path = places.path(PodDirectory.EMBRYO, text);
    if (!places.makeEmbryo(path)) {
      return Optional.empty();
    }
    Optional<Fd> directory = places.openIfThere(path);
    if (directory.isEmpty()) {
      return Optional.empty();
    }
    Optional<DirectoryLock> lock = DirectoryLock.attempt(kernel, directory.get(), true);
    if (lock.isEmpty()) {
      return Optional.empty();
    }
    LockedPod pod =
        new LockedPod(
            uuid, PodDirectory.EMBRYO, places.layout(PodDirectory.EMBRYO, text), lock.get());
    boolean moved = false;
    try {
      moved = tryMove(pod, PodDirectory.PREPARE);
    } finally {
      if (!moved) {
        pod.close();
      }
    }
    return moved ? Optional.of(pod) : Optional.empty();
  }

  /** prepare to prepared; the lock stays with the caller, to be given back when it likes. */
  public void markPrepared(LockedPod pod) {
    require(pod, pod.where() == PodDirectory.PREPARE, "mark as prepared", "preparing");
    move(pod, PodDirectory.PREPARED);
  }

  /** prepare or prepared to run: from now on the pod runs for as long as its lock is held. */
  public void markRunning(LockedPod pod) {
    boolean legal = pod.where() == PodDirectory.PREPARE || pod.where() == PodDirectory.PREPARED;
    require(pod, legal, "run", "preparing or prepared");
    move(pod, PodDirectory.RUN);
  }

  /** Takes the lock of a prepared pod, so that it can be run. */
  public LockedPod lockPrepared(Pod pod) {
    Optional<LockedPod> locked = Optional.empty();
    if (pod.where() == PodDirectory.PREPARED) {
      locked = lockExclusively(pod);
    }
    if (locked.isEmpty()) {
      throw new PodStateException("pod \"" + pod.uuid() + "\" is not prepared");
    }
    return locked.get();
  }

  /**
   * Marks a pod that does nothing any more for removal: exited to exited-garbage, aborted prepare
   * and prepared to garbage. Empty if it has moved on, or started to, since it was looked at.
   */
  public Optional<Pod> markGarbage(Pod pod) {
    PodState state = pod.state();
    boolean legal =
        state == PodState.EXITED || state == PodState.ABORTED_PREPARE || state == PodState.PREPARED;
    if (!legal) {
      throw illegal(pod.uuid(), "mark as garbage", state, "exited, aborted prepare or prepared");
    }
    PodDirectory target =
        state == PodState.EXITED ? PodDirectory.EXITED_GARBAGE : PodDirectory.GARBAGE;
    String text = pod.uuid().toString();
    String path = places.path(pod.where(), text);
    try {
      // shared: enough to keep everybody from running it, and not taken for a running pod
      Optional<DirectoryLock> lock = lockAt(path, false);
      if (lock.isEmpty()) {
        return Optional.empty();
      }
      try (DirectoryLock held = lock.get()) {
        if (!places.isAt(held.number(), path) || !places.rename(text, pod.where(), target)) {
          return Optional.empty();
        }
        places.sync(pod.where(), target);
        return Optional.of(
            new Pod(pod.uuid(), target, target.state(false), places.layout(target, text)));
      }
    } catch (ErrnoException e) {
      throw new HostException("cannot mark pod \"" + pod.uuid() + "\" as garbage", e);
    }
  }

  /**
   * Takes the lock of a pod that is marked for removal, or of an embryo that nobody finished. Empty
   * if somebody else is removing it, or has.
   */
  public Optional<LockedPod> claim(Pod pod) {
    PodDirectory where = pod.where();
    boolean legal =
        where == PodDirectory.EMBRYO
            || where == PodDirectory.EXITED_GARBAGE
            || where == PodDirectory.GARBAGE;
    if (!legal) {
      throw illegal(pod.uuid(), "remove", pod.state(), "garbage or exited garbage");
    }
    return lockExclusively(pod);
  }

  /**
   * Deletes a claimed pod from the disk, the stage1 root first, and gives the lock back. Fails
   * where something is still mounted below; may be repeated.
   */
  public void delete(LockedPod pod) {
    boolean legal =
        pod.where() == PodDirectory.EMBRYO
            || pod.where() == PodDirectory.EXITED_GARBAGE
            || pod.where() == PodDirectory.GARBAGE;
    require(pod, legal, "remove", "garbage or exited garbage");
    try (pod) {
      removeStage1Root(pod.lock().number());
      TreeRemover.remove(kernel, pod.layout().directory().toString());
    } catch (ErrnoException e) {
      throw new HostException("cannot remove pod \"" + pod.uuid() + "\"", e);
    }
  }

  /** By the lock's own descriptor, so that a link in the place of {@code stage1} leads nowhere. */
  private void removeStage1Root(int pod) throws ErrnoException {
    int flags = Open.O_RDONLY | Open.O_DIRECTORY | Open.O_NOFOLLOW;
    try (Fd stage1 = kernel.openAt(pod, Kernel.path("stage1"), flags, 0)) {
      TreeRemover.removeAt(kernel, stage1.number(), Kernel.path("rootfs"));
    } catch (ErrnoException e) {
      int errno = e.errno();
      if (errno != Errno.ENOENT && errno != Errno.ENOTDIR && errno != Errno.ELOOP) {
        throw e;
      }
    }
  }

  /** The pods that users can name, those of prepare, prepared, run and exited-garbage, by uuid. */
  public List<Pod> list() {
    return finder.list();
  }

  /** The pods of one directory, by uuid. */
  public List<Pod> list(PodDirectory directory) {
    return finder.list(directory);
  }

  /** The pod whose uuid begins with what a user has typed ({@code spec/rkt-cli.md} 6.4). */
  public Pod find(String prefix) {
    return finder.find(prefix);
  }

  /** The pod as it is now, wherever it is; empty once it is deleted. */
  public Optional<Pod> look(Uuid uuid) {
    return finder.look(uuid.toString());
  }

  /**
   * What {@code reading} finds of a pod that stands still meanwhile: it is read again where it has
   * moved. Empty if it is deleted by then.
   */
  public <T> Optional<T> read(Pod pod, Function<Pod, T> reading) {
    return finder.read(pod, reading);
  }

  /**
   * As {@link #read}, of all pods of {@link #list()}; failures to read one go to {@code problems}.
   */
  public <T> List<T> readAll(Function<Pod, T> reading, Consumer<PodException> problems) {
    return finder.readAll(reading, problems);
  }

  /** Waits a moment, because whoever only looks holds the lock too, if briefly. */
  private Optional<LockedPod> lockExclusively(Pod pod) {
    String text = pod.uuid().toString();
    String path = places.path(pod.where(), text);
    try {
      for (int attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
        Optional<Fd> directory = places.openIfThere(path);
        if (directory.isEmpty()) {
          return Optional.empty();
        }
        Optional<DirectoryLock> lock = DirectoryLock.attempt(kernel, directory.get(), true);
        if (lock.isPresent()) {
          if (places.isAt(lock.get().number(), path)) {
            return Optional.of(
                new LockedPod(
                    pod.uuid(), pod.where(), places.layout(pod.where(), text), lock.get()));
          }
          lock.get().close();
          return Optional.empty();
        }
        Thread.sleep(LOCK_PAUSE_MILLIS);
      }
      return Optional.empty();
    } catch (ErrnoException e) {
      throw new HostException("cannot lock pod \"" + pod.uuid() + "\"", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostException("cannot lock pod \"" + pod.uuid() + "\": interrupted", e);
    }
  }

  private Optional<DirectoryLock> lockAt(String path, boolean exclusive) throws ErrnoException {
    Optional<Fd> directory = places.openIfThere(path);
    if (directory.isEmpty()) {
      return Optional.empty();
    }
    return DirectoryLock.attempt(kernel, directory.get(), exclusive);
  }

  private void move(LockedPod pod, PodDirectory target) {
    try {
      if (!tryMove(pod, target)) {
        throw new HostException("cannot move pod \"" + pod.uuid() + "\": it was deleted");
      }
    } catch (ErrnoException e) {
      throw new HostException("cannot move pod \"" + pod.uuid() + "\"", e);
    }
  }

  private boolean tryMove(LockedPod pod, PodDirectory target) throws ErrnoException {
    String text = pod.uuid().toString();
    PodDirectory from = pod.where();
    if (!places.rename(text, from, target)) {
      return false;
    }
    pod.movedTo(target, places.layout(target, text));
    if (target == PodDirectory.PREPARED) { // only this is a promise; no other survives the kernel
      places.sync(from, target);
    }
    return true;
  }

  private static void require(LockedPod pod, boolean legal, String operation, String allowed) {
    if (!legal) {
      throw illegal(pod.uuid(), operation, pod.where().state(true), allowed);
    }
  }

  private static PodStateException illegal(
      Uuid uuid, String operation, PodState found, String allowed) {
    return new PodStateException(
        "cannot "
            + operation
            + " pod \""
            + uuid
            + "\": it is "
            + found.text()
            + ", not "
            + allowed);
  }
}
