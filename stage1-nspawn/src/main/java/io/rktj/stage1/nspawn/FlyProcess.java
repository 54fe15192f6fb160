// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.nspawn;

import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.SmallFiles;
import io.rktj.pod.HostException;
import io.rktj.stage1.Stage1Pod;
import io.rktj.stage1.host.PodProcess;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The app of a pod without name spaces, and what is left of it when it has ended itself. */
final class FlyProcess {
  private static final int LARGEST = 4096;
  private static final int GROUP_FIELD = 2; // behind the name: state, parent, group

  private final Kernel kernel;
  private final Stage1Pod pod;

  FlyProcess(Kernel kernel, Stage1Pod pod) {
    this.kernel = kernel;
    this.pod = pod;
  }

  /** The app's process, which is the pod's as long as the pod runs. */
  Fd open() throws ErrnoException {
    return new PodProcess(kernel, pod, pod.layout().pid()).open();
  }

  /** Sends a signal to the app, or else to what it has left running. */
  void signal(int number) {
    try (Fd process = open()) {
      kernel.pidfdSendSignal(process.number(), number);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ESRCH) {
        throw unable(e);
      }
      signalGroup(number);
    }
  }

  /**
   * Processes of the app's group that hold the pod's lock. Differs from rkt, which signals the
   * whole group: a script that called {@code rkt} may be in it.
   */
  private void signalGroup(int number) {
    String[] names = new File("/proc").list();
    try {
      String group = text(pod.layout().pgid().toString()).strip();
      for (String name : names == null ? new String[0] : names) {
        if (name.charAt(0) >= '1' && name.charAt(0) <= '9' && isOurs(name, group)) {
          kernel.kill(Integer.parseInt(name), number);
        }
      }
    } catch (ErrnoException e) {
      throw unable(e);
    }
  }

  private boolean isOurs(String process, String group) {
    try {
      String status = text("/proc/" + process + "/stat");
      String[] fields = status.substring(status.lastIndexOf(')') + 2).split(" ", -1);
      return fields[GROUP_FIELD].equals(group)
          && !process.equals(Integer.toString(kernel.pid()))
          && holdsLock(process);
    } catch (ErrnoException e) {
      return false; // it has ended meanwhile
    }
  }

  private boolean holdsLock(String process) {
    String[] open = new File("/proc/" + process + "/fd").list();
    for (String fd : open == null ? new String[0] : open) {
      if (isPodDirectory(Path.of("/proc/" + process + "/fd/" + fd))) {
        return true;
      }
    }
    return false;
  }

  private boolean isPodDirectory(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).equals(pod.layout().directory());
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  private String text(String file) throws ErrnoException {
    return new String(SmallFiles.read(kernel, file, LARGEST), StandardCharsets.UTF_8);
  }

  private HostException unable(ErrnoException e) {
    return new HostException("cannot stop pod \"" + pod.uuid() + "\"", e);
  }
}
