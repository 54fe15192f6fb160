// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.host;

import io.rktj.linux.DirectoryLock;
import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.pod.HostException;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.Stage1Pod;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The processes of a running pod, as the host sees them. */
public final class PodProcess {
  private static final int SIGKILL = 9;
  private static final int SIGTERM = 15;
  private static final long PATIENCE_NANOS = 10_000_000_000L;
  private static final long PAUSE_MILLIS = 20;

  private final Kernel kernel;
  private final Stage1Pod pod;
  private final Path file;

  /** The processes of {@code pod}. */
  public PodProcess(Kernel kernel, Stage1Pod pod) {
    this(kernel, pod, pod.layout().ppid());
  }

  /** The processes of {@code pod}, whose supervisor is named by {@code file}. */
  public PodProcess(Kernel kernel, Stage1Pod pod, Path file) {
    this.kernel = kernel;
    this.pod = pod;
    this.file = file;
  }

  /** Asks the pod to end, or with {@code force} ends it. */
  public void stop(boolean force) {
    if (force) {
      kill();
    } else {
      terminate();
    }
  }

  private void terminate() {
    int supervisor = supervisor();
    try (Fd process = open(supervisor)) {
      kernel.pidfdSendSignal(process.number(), SIGTERM);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ESRCH || !isRunning()) { // else killed, and the pod ends with it
        throw unable(supervisor, e);
      }
    }
  }

  /** Kills the pod's first process, with which all others go, then its supervisor. */
  private void kill() {
    int supervisor = supervisor();
    try (Fd process = open(supervisor)) {
      for (String child : children(supervisor)) {
        signal(Integer.parseInt(child));
      }
      kernel.pidfdSendSignal(process.number(), SIGKILL);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ESRCH) {
        throw unable(supervisor, e);
      }
    }
  }

  /** A pod that has just begun to run names its supervisor a moment later. */
  private int supervisor() {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      try {
        return Integer.parseInt(HostFactsReader.text(file.toString()).strip());
      } catch (IOException | NumberFormatException e) {
        if (System.nanoTime() > deadline || !isRunning() || !pause()) {
          throw new HostException(
              "stage1: cannot stop pod \"" + pod.uuid() + "\": error reading pid", e);
        }
      }
    }
  }

  private boolean isRunning() {
    try {
      Optional<DirectoryLock> lock =
          DirectoryLock.tryShared(kernel, pod.layout().directory().toString());
      lock.ifPresent(DirectoryLock::close);
      return lock.isEmpty();
    } catch (ErrnoException e) {
      return false; // marked for removal, or removed
    }
  }

  private static boolean pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The pod's supervisor, for those who signal or join it. */
  public Fd open() throws ErrnoException {
    return open(supervisor());
  }

  /**
   * The number in the file is the supervisor's as long as the pod runs. That is asked after the
   * process has been opened: if the pod runs then, the process opened is the right one, whatever
   * becomes of the number later.
   */
  private Fd open(int supervisor) throws ErrnoException {
    Fd process = kernel.pidfdOpen(supervisor);
    if (!isRunning()) {
      process.close();
      throw new Stage1Exception(
          "stage1: cannot stop pod \"" + pod.uuid() + "\": it is not running anymore");
    }
    return process;
  }

  private static List<String> children(int supervisor) {
    try {
      return HostFactsReader.words(
          HostFactsReader.text("/proc/" + supervisor + "/task/" + supervisor + "/children"));
    } catch (IOException e) {
      return List.of(); // it has ended meanwhile
    }
  }

  private void signal(int child) throws ErrnoException {
    try (Fd process = kernel.pidfdOpen(child)) {
      kernel.pidfdSendSignal(process.number(), SIGKILL);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ESRCH) {
        throw e;
      }
    }
  }

  private static HostException unable(int supervisor, ErrnoException e) {
    return new HostException("stage1: unable to terminate process " + supervisor, e);
  }
}
