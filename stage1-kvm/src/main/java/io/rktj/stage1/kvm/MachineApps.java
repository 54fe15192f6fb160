// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import io.rktj.linux.Kernel;
import io.rktj.spec.AcName;
import io.rktj.spec.manifest.PodManifest;
import io.rktj.stage1.Notices;
import io.rktj.stage1.PreparedApp;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.Stage1Pod;
import io.rktj.stage1.host.PodFiles;
import io.rktj.stage1.host.RunRecord;
import io.rktj.stage1.plan.Bytes;
import io.rktj.stage1.plan.NetworkPlan;
import io.rktj.stage1.plan.Planner;
import io.rktj.stage1.plan.PodPlan;
import io.rktj.stage1.plan.PodVolumes;
import io.rktj.stage1.plan.Surroundings;
import io.rktj.stage1.plan.VolumeResolver;
import io.rktj.stage2.AppPlan;
import io.rktj.stage2.AppRequests;
import io.rktj.stage2.CompiledDevicePolicy;
import io.rktj.stage2.MachineAppPlan;
import io.rktj.stage2.MachinePlan;
import io.rktj.stage2.PodApps;
import io.rktj.stage2.PodInitPlan;
import java.util.List;

/**
 * Apps that come to a machine that runs: planned as those it starts with, but their trees come as
 * their volumes do, for a machine gets no disk later on.
 */
final class MachineApps {
  private static final int UMASK = 022;

  private final Kernel kernel;
  private final Stage1Pod pod;

  MachineApps(Kernel kernel, Stage1Pod pod) {
    this.kernel = kernel;
    this.pod = pod;
  }

  void add(PodManifest manifest, PreparedApp app, boolean overlay, Notices notices) {
    requireRoom(app);
    int umask = kernel.umask(UMASK);
    try {
      RunRecord record = RunRecord.read(kernel, pod.layout());
      Stage1Call call = record.call(pod, manifest, app, overlay);
      PodVolumes volumes = VolumeResolver.resolve(call);
      GuestView.requireNoDevices(kernel, volumes);
      List<AppPlan> plans =
          PodApps.withMetadata(PodApps.compile(kernel, call, notices), record.metadataUrl());
      String name = app.runtime().name().value();
      GuestVolumes shared = GuestVolumes.ofApp(name, app.treeRootfs(), volumes);
      PodPlan plan =
          Planner.plan(
              GuestView.call(call, List.of(GuestVolumes.treeOf(name))),
              new Surroundings(
                  record.host(),
                  shared.inGuest(volumes),
                  List.of(),
                  new NetworkPlan.Host(), // that of the pod stays as it is
                  record.networkResolv(),
                  new CompiledDevicePolicy()));
      for (String warning : plan.warnings()) {
        notices.warn(warning);
      }
      new PodFiles(kernel, call).makeApp(plans.get(0).environment(), volumes);
      MachineAppPlan addition =
          new MachineAppPlan(
              Bytes.copyOf(
                  PodInitPlan.write(call.users(), plan.sandbox().apps().get(0), plans.get(0))),
              new MachinePlan.GuestSetup(
                  GuestView.directories(kernel, call), List.of(), List.of(), ""),
              shared.tree());
      AppRequests.addInMachine(pod, app.runtime().name(), addition.write());
    } finally {
      kernel.umask(umask);
    }
  }

  /** A machine does not grow. */
  private static void requireRoom(PreparedApp app) {
    int wanted = MachineSize.of(List.of(app)).mebibytes();
    if (wanted > MachineSize.OF_MUTABLE.mebibytes()) {
      throw new Stage1Exception(
          "stage1: cannot add app \""
              + app.runtime().name()
              + "\": its memory takes a machine of "
              + wanted
              + " MiB, and that of the pod has "
              + MachineSize.OF_MUTABLE.mebibytes(),
          "lower its --memory, or give it a pod of its own with rkt run",
          null);
    }
  }

  void start(AcName app) {
    AppRequests.start(pod, app);
  }

  void stop(AcName app) {
    AppRequests.stop(pod, app);
  }

  void remove(AcName app) {
    AppRequests.removeInMachine(pod, app);
  }
}
