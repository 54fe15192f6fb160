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
      throw unable(supervisor, e);
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

  private int supervisor() {
    try {
      return Integer.parseInt(HostFactsReader.text(file.toString()).strip());
    } catch (IOException | NumberFormatException e) {
      throw new HostException(
          "stage1: cannot stop pod \"" + pod.uuid() + "\": error reading pid", e);
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
    Optional<DirectoryLock> lock =
        DirectoryLock.tryShared(kernel, pod.layout().directory().toString());
    if (lock.isPresent()) {
      lock.get().close();
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
