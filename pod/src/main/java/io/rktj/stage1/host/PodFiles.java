// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.host;

import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.FileStatus;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.linux.TreeCopier;
import io.rktj.pod.HostException;
import io.rktj.pod.PodLayout;
import io.rktj.spec.AcName;
import io.rktj.stage1.PreparedApp;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.plan.EmptyVolume;
import io.rktj.stage1.plan.PodPlan;
import io.rktj.stage1.plan.PodVolumes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Files and directories that a pod has on the host before it starts. All lie in the pod's
 * directory, which nobody but root can write to and no app has seen yet.
 */
public final class PodFiles {
  private final Kernel kernel;
  private final Stage1Call call;
  private final PodLayout layout;

  /** The files of {@code call}'s pod. */
  public PodFiles(Kernel kernel, Stage1Call call) {
    this.kernel = kernel;
    this.call = call;
    layout = call.layout();
  }

  /**
   * Makes everything; what is there already from a run before is written anew.
   *
   * @param environments the {@code NAME=VALUE} entries of each app, in the pod's order
   */
  public void make(
      PodPlan plan, List<List<String>> environments, PodVolumes volumes, String flavour) {
    try {
      directories(volumes);
      hosts(plan.sandbox().hostname());
      for (int i = 0; i < environments.size(); i++) {
        environment(call.apps().get(i).runtime().name(), environments.get(i));
      }
      flavour(flavour);
      // the groups are named before they exist, so that gc finds whatever a crash leaves
      cgroups(plan);
    } catch (IOException e) {
      throw new HostException("stage1: cannot make the files of pod \"" + call.uuid() + "\"", e);
    }
  }

  /**
   * Makes what belongs to the one app of the call, in a pod that runs already.
   *
   * @param environment its {@code NAME=VALUE} entries
   */
  public void makeApp(List<String> environment, PodVolumes volumes) {
    AcName name = call.apps().get(0).runtime().name();
    try {
      app(call.apps().get(0));
      emptyVolumes(volumes);
      environment(name, environment);
      write(layout.statusCreated(name).toString(), "", 0644);
    } catch (IOException e) {
      throw new HostException("stage1: cannot make the files of app \"" + name + "\"", e);
    }
  }

  private void directories(PodVolumes volumes) throws IOException {
    String root = layout.stage1Rootfs().toString();
    makeDirectory(layout.stage1Directory().toString(), 0755);
    makeDirectory(root, 0755);
    makeDirectory(root + "/etc", 0755);
    makeDirectory(root + "/opt", 0755);
    makeDirectory(layout.apps().toString(), 0755);
    makeDirectory(layout.exchange().toString(), 0755);
    makeDirectory(layout.statuses().toString(), 0755);
    makeDirectory(layout.environments().toString(), 0755);
    makeDirectory(layout.logs().toString(), 0750);
    for (PreparedApp app : call.apps()) {
      app(app);
    }
    emptyVolumes(volumes);
  }

  private void emptyVolumes(PodVolumes volumes) throws IOException {
    if (!volumes.emptyVolumes().isEmpty()) {
      makeDirectory(layout.sharedVolumes().toString(), 0755);
    }
    for (EmptyVolume volume : volumes.emptyVolumes()) {
      emptyVolume(volume);
    }
  }

  private void app(PreparedApp app) throws ErrnoException {
    AcName name = app.runtime().name();
    makeDirectory(layout.appDirectory(name).toString(), 0755);
    makeDirectory(layout.appRootfs(name).toString(), 0755);
    if (call.overlay()) {
      String overlay = layout.overlay(app.treeId()).toString();
      makeDirectory(layout.overlays().toString(), 0755);
      makeDirectory(overlay, 0755);
      makeDirectory(overlay + "/upper", 0755);
      makeDirectory(overlay + "/work", 0755);
      makeDirectory(layout.overlayWork(app.treeId(), name).toString(), 0755);
      upper(app.treeRootfs(), layout.overlayUpper(app.treeId(), name).toString());
    }
  }

  /** The upper layer's own directory is what the app sees as /, so it takes after the tree's. */
  private void upper(String treeRootfs, String upper) throws ErrnoException {
    try (Fd tree = kernel.open(treeRootfs, Open.O_PATH | Open.O_DIRECTORY, 0)) {
      FileStatus root = kernel.stat(tree.number());
      own(upper, root.mode() & 07777, root.uid(), root.gid());
    }
  }

  private void emptyVolume(EmptyVolume volume) throws IOException {
    if (volume.seed().isPresent() && fill(volume.directory(), volume.seed().get())) {
      return;
    }
    own(volume.directory(), volume.mode(), volume.uid(), volume.gid());
  }

  /** Makes a volume a copy of a directory; false if there is no such directory to be copied. */
  private boolean fill(String directory, EmptyVolume.Seed seed) throws IOException {
    try (Fd root = kernel.open(seed.treeRootfs(), Open.O_PATH | Open.O_DIRECTORY, 0);
        TreeCopier copier =
            TreeCopier.open(
                kernel,
                kernel.openInRoot(
                    root.number(), Kernel.path(seed.path()), Open.O_RDONLY | Open.O_DIRECTORY, 0),
                directory)) {
      copier.copy();
      return true;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EEXIST) {
        return true; // the app has been in the pod before, and finds what it has left
      }
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
        return false;
      }
      throw e;
    }
  }

  private void own(String directory, int mode, int uid, int gid) throws ErrnoException {
    makeDirectory(directory, 0700);
    try (Fd fd = kernel.open(directory, Open.O_RDONLY | Open.O_DIRECTORY | Open.O_NOFOLLOW, 0)) {
      kernel.chownAt(fd.number(), new byte[0], uid, gid);
      kernel.chmod(fd.number(), mode);
    }
  }

  private void hosts(String hostname) throws IOException {
    Stage1Call.HostsMode mode = call.hosts();
    if (mode == Stage1Call.HostsMode.STAGE0) {
      String file = layout.hosts().toString();
      write(file, HostsFile.withHostname(HostFactsReader.text(file), hostname), 0644);
    } else if (mode == Stage1Call.HostsMode.DEFAULT) {
      write(
          layout.stage1Rootfs() + "/etc/hosts-fallback",
          HostsFile.withHostname(HostsFile.FALLBACK, hostname),
          0644);
    }
  }

  private void environment(AcName app, List<String> environment) throws ErrnoException {
    StringBuilder lines = new StringBuilder();
    for (String entry : environment) {
      lines.append(entry).append('\n');
    }
    // root's alone: it may hold passwords
    write(layout.environment(app).toString(), lines.toString(), 0600);
  }

  /** One link where rkt's tools look, and one that is still there when the root is not. */
  private void flavour(String flavour) throws ErrnoException {
    symlink(flavour, layout.stage1Rootfs() + "/flavor");
    symlink(flavour, layout.flavour().toString());
  }

  private void cgroups(PodPlan plan) throws ErrnoException {
    if (!plan.subcgroup().isEmpty()) {
      write(layout.subcgroup().toString(), plan.subcgroup(), 0644);
    }
    StringBuilder lines = new StringBuilder();
    for (String directory : plan.cgroupDirectories()) {
      lines.append(directory).append('\n');
    }
    write(layout.controlGroups().toString(), lines.toString(), 0644);
  }

  private void makeDirectory(String path, int mode) throws ErrnoException {
    try {
      kernel.mkdirAt(Fd.AT_FDCWD, Kernel.path(path), mode);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
    }
  }

  private void symlink(String target, String path) throws ErrnoException {
    try {
      kernel.symlinkAt(Kernel.path(target), Fd.AT_FDCWD, Kernel.path(path));
    } catch (ErrnoException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
    }
  }

  private void write(String path, String text, int mode) throws ErrnoException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int flags = Open.O_WRONLY | Open.O_CREAT | Open.O_TRUNC | Open.O_NOFOLLOW;
    try (Fd fd = kernel.open(path, flags, mode)) {
      kernel.writeFully(fd.number(), bytes, 0, bytes.length);
    }
  }
}
