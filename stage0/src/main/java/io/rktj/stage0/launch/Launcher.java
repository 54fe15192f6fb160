// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.ProcessImage;
import io.rktj.pod.HostException;
import io.rktj.pod.LockedPod;
import io.rktj.pod.PodStore;
import io.rktj.stage0.Diagnostics;
import io.rktj.stage0.prepare.PreparedPod;
import io.rktj.stage1.ActivationSocket;
import io.rktj.stage1.Stage1;
import io.rktj.stage1.Stage1Call;
import java.nio.file.Path;
import java.util.List;

/**
 * The last step of stage0: moves a prepared pod to run, tells its flavour all it must know, and
 * becomes what the flavour answers. From then on the pod runs for as long as that process keeps the
 * pod's lock.
 */
public final class Launcher {
  /** Versions of rkt's stage1 interface. */
  private static final int HOSTNAME_SINCE = 2;

  private static final int IPC_SINCE = 6;

  private final Kernel kernel;
  private final PodStore pods;
  private final Diagnostics diagnostics;

  /** Launches pods of {@code pods}. */
  public Launcher(Kernel kernel, PodStore pods, Diagnostics diagnostics) {
    this.kernel = kernel;
    this.pods = pods;
    this.diagnostics = diagnostics;
  }

  /**
   * Leaves the JVM and becomes the pod.
   *
   * @return never; the failure to do so is thrown
   */
  public AssertionError run(PreparedPod pod, Stage1 stage1, RunOptions options) {
    LockedPod locked = pod.locked();
    remember(pod, stage1);
    warn(stage1, options);
    options.names().write(stage1.layout(locked.layout(), pod.usesOverlay()));
    diagnostics.note("stage0", "Setting up stage1");
    String token = register(pod, options.metadataSocket());
    pods.markRunning(locked);
    ProcessImage image =
        stage1.run(call(pod, locked, token, options), new Stage1Notices(diagnostics));
    diagnostics.note("stage0", "Pivoting to filesystem " + locked.layout().directory());
    diagnostics.note("stage0", "Execing " + image.program());
    return become(image);
  }

  private void warn(Stage1 stage1, RunOptions options) {
    if (stage1.interfaceVersion() < HOSTNAME_SINCE && !options.hostname().isEmpty()) {
      diagnostics.warn("stage0", "--hostname option is not supported by stage1");
    }
    if (stage1.interfaceVersion() < IPC_SINCE && !options.ipc().isEmpty()) {
      diagnostics.warn("stage0", "--ipc option is not supported by stage1");
    }
  }

  /** Leaves the JVM and becomes {@code image}. */
  public AssertionError become(ProcessImage image) {
    try {
      throw image.exec(kernel);
    } catch (ErrnoException e) {
      throw new HostException("cannot become \"" + image.program() + "\"", e);
    }
  }

  /** Before the pod is moved to run, so that one that cannot be registered stays what it was. */
  private String register(PreparedPod pod, String socket) {
    return socket.isEmpty() ? "" : new PodRegistration(kernel, Path.of(socket)).register(pod);
  }

  private Stage1Call call(PreparedPod pod, LockedPod locked, String token, RunOptions options) {
    return new Stage1Call(
        locked.uuid(),
        locked.layout(),
        pod.manifest(),
        pod.apps(),
        pod.usesOverlay(),
        options.networks(),
        options.interactive(),
        options.hostname(),
        options.names().dns(),
        options.names().hosts(),
        options.ipc(),
        options.restrictCapabilities(),
        options.protectPaths(),
        options.filterSystemCalls(),
        options.caller().localConfig(),
        options.caller().debug(),
        pod.users(),
        locked.lock().number(),
        sockets(options),
        token,
        options.caller().environment());
  }

  private List<ActivationSocket> sockets(RunOptions options) {
    if (!options.caller().isActivated(kernel.pid())) {
      return List.of();
    }
    return PassedSockets.of(kernel, options.caller().environment());
  }

  /** Notes the flavour in the pod, so that later commands reach the same one. */
  public void remember(PreparedPod pod, Stage1 stage1) {
    if (!stage1.treeId().isEmpty()) {
      return; // the pod names its tree already
    }
    String link = pod.layout().flavour().toString();
    try {
      kernel.symlinkAt(Kernel.path(stage1.flavour()), Fd.AT_FDCWD, Kernel.path(link));
    } catch (ErrnoException e) {
      if (e.errno() != Errno.EEXIST) {
        throw new HostException("cannot write \"" + link + "\"", e);
      }
    }
  }
}
