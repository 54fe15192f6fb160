// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.host;

import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.pod.HostException;
import io.rktj.spec.AcName;
import io.rktj.stage1.Notices;
import io.rktj.stage1.Stage1Pod;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Removes what is left of a pod's control groups, deepest first, in every hierarchy. */
public final class ControlGroupRemover {
  private static final long PATIENCE_NANOS = 2_000_000_000L;
  private static final long PAUSE_MILLIS = 20;

  private final Kernel kernel;
  private final Notices notices;
  private final long deadline = System.nanoTime() + PATIENCE_NANOS;

  /** Removes through {@code kernel}. */
  public ControlGroupRemover(Kernel kernel, Notices notices) {
    this.kernel = kernel;
    this.notices = notices;
  }

  /** May be repeated; a group that does not go within two seconds for all is a warning. */
  public void remove(Stage1Pod pod) {
    String file = pod.layout().controlGroups().toString();
    List<String> directories = new ArrayList<>();
    try {
      for (String line : HostFactsReader.lines(HostFactsReader.text(file))) {
        if (isGroupOf(pod, line)) {
          directories.add(0, line);
        }
      }
    } catch (IOException e) {
      return; // the pod has never come so far
    }
    for (String directory : directories) {
      removeTree(new File(directory));
    }
  }

  /** Removes the groups of one app of a pod that goes on. */
  public void remove(Stage1Pod pod, AcName app) {
    try {
      for (String line :
          HostFactsReader.lines(HostFactsReader.text(pod.layout().controlGroups().toString()))) {
        if (isGroupOf(pod, line) && line.endsWith(".scope/system.slice")) {
          removeTree(new File(line + "/" + app + ".service"));
        }
      }
    } catch (IOException e) {
      throw new HostException(
          "stage1: cannot read the control groups of pod \"" + pod.uuid() + "\"", e);
    }
  }

  /** Only a pod's own groups, whatever the file says. */
  private static boolean isGroupOf(Stage1Pod pod, String line) {
    String scope = "/machine-rkt\\x2d" + pod.uuid().toString().replace("-", "\\x2d") + ".scope";
    int start = line.indexOf(scope);
    if (start < 0 || !line.startsWith("/") || line.contains("/../")) {
      return false;
    }
    int end = start + scope.length();
    return end == line.length() || line.charAt(end) == '/';
  }

  private void removeTree(File directory) {
    File[] below = directory.listFiles(File::isDirectory);
    if (below == null) {
      return;
    }
    for (File child : below) {
      removeTree(child);
    }
    removeGroup(directory.getPath());
  }

  /** A process that is just ending keeps its group for a moment. */
  private void removeGroup(String directory) {
    while (true) {
      try {
        kernel.unlinkAt(Fd.AT_FDCWD, Kernel.path(directory), Open.AT_REMOVEDIR);
        return;
      } catch (ErrnoException e) {
        if (e.errno() == Errno.ENOENT) {
          return;
        }
        if (e.errno() != Errno.EBUSY || System.nanoTime() > deadline || !pause()) {
          notices.warn("cannot remove control group \"" + directory + "\": " + e.getMessage());
          return;
        }
      }
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
}
