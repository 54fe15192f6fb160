// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.nspawn;

import io.rktj.linux.Kernel;
import io.rktj.spec.AcName;
import io.rktj.spec.manifest.PodManifest;
import io.rktj.stage1.Notices;
import io.rktj.stage1.PreparedApp;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Pod;
import io.rktj.stage1.host.ControlGroupRemover;
import io.rktj.stage1.host.PodFiles;
import io.rktj.stage1.host.RunRecord;
import io.rktj.stage1.host.VolumeSources;
import io.rktj.stage1.plan.NetworkPlan;
import io.rktj.stage1.plan.Planner;
import io.rktj.stage1.plan.PodPlan;
import io.rktj.stage1.plan.PodVolumes;
import io.rktj.stage1.plan.Surroundings;
import io.rktj.stage1.plan.VolumeResolver;
import io.rktj.stage2.AppPlan;
import io.rktj.stage2.AppRequests;
import io.rktj.stage2.CompiledDevicePolicy;
import io.rktj.stage2.PodApps;
import io.rktj.stage2.PodInitPlan;
import java.util.List;

/**
 * The apps of a mutable pod: planned here as those of any pod, then handed to the pod's first
 * process, which makes their roots inside.
 */
final class PodChanges {
  private static final int UMASK = 022;

  private final Kernel kernel;
  private final Stage1Pod pod;

  PodChanges(Kernel kernel, Stage1Pod pod) {
    this.kernel = kernel;
    this.pod = pod;
  }

  void add(PodManifest manifest, PreparedApp app, boolean overlay, Notices notices) {
    int umask = kernel.umask(UMASK);
    try {
      RunRecord record = RunRecord.read(kernel, pod.layout());
      Stage1Call call = record.call(pod, manifest, app, overlay);
      PodVolumes volumes = VolumeResolver.resolve(call);
      List<Surroundings.SourceDevice> devices = VolumeSources.check(kernel, volumes);
      List<AppPlan> plans =
          PodApps.withMetadata(PodApps.compile(kernel, call, notices), record.metadataUrl());
      PodPlan plan =
          Planner.plan(
              call,
              new Surroundings(
                  record.host(),
                  volumes,
                  devices,
                  new NetworkPlan.Host(), // that of the pod stays as it is
                  record.networkResolv(),
                  new CompiledDevicePolicy()));
      for (String warning : plan.warnings()) {
        notices.warn(warning);
      }
      new PodFiles(kernel, call).makeApp(plans.get(0).environment(), volumes);
      byte[] bytes = PodInitPlan.write(call.users(), plan.sandbox().apps().get(0), plans.get(0));
      AcName name = app.runtime().name();
      AppRequests.add(pod, name, bytes);
    } finally {
      kernel.umask(umask);
    }
  }

  void start(AcName app) {
    AppRequests.start(pod, app);
  }

  void stop(AcName app) {
    AppRequests.stop(pod, app);
  }

  void remove(AcName app, Notices notices) {
    AppRequests.remove(pod, app);
    new ControlGroupRemover(kernel, notices).remove(pod, app);
  }
}
