// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.FileStatus;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.pod.HostException;
import io.rktj.pod.PodLayout;
import io.rktj.spec.AcName;
import io.rktj.stage1.PreparedApp;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.host.VolumeSources;
import io.rktj.stage1.plan.HostFacts;
import io.rktj.stage1.plan.PodVolumes;
import io.rktj.stage1.plan.Surroundings;
import io.rktj.stage2.MachinePlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the guest of a machine sees: the paths of the host, but for the trees of images. */
final class GuestView {
  /** What a guest of ours offers: control groups of version 2, and no tap device. */
  static final HostFacts FACTS =
      new HostFacts(
          List.of(),
          Optional.of(new HostFacts.Unified("/sys/fs/cgroup", "", List.of("cpu", "memory"), false)),
          false);

  private GuestView() {}

  /**
   * The call as the guest sees it.
   *
   * @param trees where it finds the trees of the apps, in their order
   */
  static Stage1Call call(Stage1Call call, List<String> trees) {
    List<PreparedApp> apps = new ArrayList<>();
    for (int i = 0; i < call.apps().size(); i++) {
      PreparedApp app = call.apps().get(i);
      apps.add(
          new PreparedApp(
              app.runtime(),
              app.app(),
              app.imageName(),
              app.imageLabels(),
              app.imageAnnotations(),
              trees.get(i),
              app.treeId()));
    }
    return new Stage1Call(
        call.uuid(),
        call.layout(),
        call.manifest(),
        apps,
        true,
        call.networks(),
        call.interactive(),
        call.hostname(),
        call.dns(),
        call.hosts(),
        "",
        call.restrictCapabilities(),
        call.protectPaths(),
        call.filterSystemCalls(),
        call.localConfig(),
        call.debug(),
        call.users(),
        call.lockFd(),
        List.of(),
        call.metadataToken(),
        call.environment());
  }

  /** The directories that the apps' roots are made of; upper layers take after the trees. */
  static List<MachinePlan.Directory> directories(Kernel kernel, Stage1Call call) {
    PodLayout layout = call.layout();
    List<MachinePlan.Directory> directories = new ArrayList<>();
    for (PreparedApp app : call.apps()) {
      AcName name = app.runtime().name();
      FileStatus root = rootOf(kernel, app);
      directories.add(directory(layout.appRootfs(name)));
      directories.add(directory(layout.overlayWork(app.treeId(), name)));
      directories.add(
          new MachinePlan.Directory(
              layout.overlayUpper(app.treeId(), name).toString(),
              root.mode() & 07777,
              root.uid(),
              root.gid()));
    }
    return directories;
  }

  private static MachinePlan.Directory directory(Path path) {
    return new MachinePlan.Directory(path.toString(), 0755, 0, 0);
  }

  private static FileStatus rootOf(Kernel kernel, PreparedApp app) {
    try (Fd tree = kernel.open(app.treeRootfs(), Open.O_PATH | Open.O_DIRECTORY, 0)) {
      return kernel.stat(tree.number());
    } catch (ErrnoException e) {
      throw new HostException("stage1: cannot look at \"" + app.treeRootfs() + "\"", e);
    }
  }

  /** Refuses volumes that are devices of the host's, of which the machine knows nothing. */
  static void requireNoDevices(Kernel kernel, PodVolumes volumes) {
    for (Surroundings.SourceDevice device : VolumeSources.check(kernel, volumes)) {
      throw deviceRefused(device.source());
    }
  }

  static Stage1Exception deviceRefused(String source) {
    return new Stage1Exception(
        "stage1: cannot give the device \"" + source + "\" to a virtual machine");
  }
}
