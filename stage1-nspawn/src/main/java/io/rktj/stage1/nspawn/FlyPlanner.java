// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.nspawn;

import io.rktj.pod.IdRange;
import io.rktj.spec.AcName;
import io.rktj.stage1.PreparedApp;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Call.DnsMode;
import io.rktj.stage1.Stage1Call.HostsMode;
import io.rktj.stage1.plan.AppMount;
import io.rktj.stage1.plan.AppSandbox;
import io.rktj.stage1.plan.CgroupPlan;
import io.rktj.stage1.plan.LogLimits;
import io.rktj.stage1.plan.MountOp;
import io.rktj.stage1.plan.NetworkPlan;
import io.rktj.stage1.plan.Planner;
import io.rktj.stage1.plan.PodPlan;
import io.rktj.stage1.plan.PodVolumes;
import io.rktj.stage1.plan.SandboxPlan;
import java.util.ArrayList;
import java.util.List;

/**
 * The plan of a pod without name spaces ({@code spec/rkt-runtime.md} section 19): a root with the
 * host's {@code /dev}, {@code /proc} and {@code /sys} in it, a {@code /tmp} of its own, and the
 * volumes. Pure, as {@link Planner} is.
 */
final class FlyPlanner {
  private static final String[] OF_THE_HOST = {"/dev", "/proc", "/sys"};
  private static final String RESOLV = "/etc/resolv.conf";
  private static final String HOSTS = "/etc/hosts";

  private final Stage1Call call;
  private final PreparedApp app;
  private final List<MountOp> mounts = new ArrayList<>();

  private FlyPlanner(Stage1Call call) {
    this.call = call;
    app = call.apps().get(0);
  }

  static PodPlan plan(Stage1Call call, PodVolumes volumes) {
    FlyPlanner planner = new FlyPlanner(call);
    planner.root();
    planner.volumes(volumes.mounts().get(0));
    planner.files();
    return new PodPlan(planner.sandbox(), "", List.of(), volumes.warnings());
  }

  private void root() {
    AcName name = app.runtime().name();
    if (call.overlay()) {
      mounts.add(
          new MountOp.Overlay(
              app.treeRootfs(),
              call.layout().overlayUpper(app.treeId(), name).toString(),
              call.layout().overlayWork(app.treeId(), name).toString(),
              false));
    } else {
      mounts.add(new MountOp.SelfBind());
    }
    for (String directory : OF_THE_HOST) {
      mounts.add(new MountOp.Bind(directory, directory, MountOp.RECURSIVE));
    }
    mounts.add(new MountOp.FileSystem("tmpfs", "/tmp", 0, "mode=1777"));
  }

  private void volumes(List<AppMount> volumes) {
    for (AppMount volume : volumes) {
      int flags =
          (volume.readOnly() ? MountOp.READ_ONLY : 0)
              | (volume.recursive() ? MountOp.RECURSIVE : 0);
      mounts.add(new MountOp.Bind(volume.source(), volume.path(), flags));
    }
  }

  private void files() {
    if (call.dns() == DnsMode.HOST) {
      mounts.add(new MountOp.Bind(RESOLV, RESOLV, MountOp.READ_ONLY | MountOp.OPTIONAL));
    } else if (call.dns() == DnsMode.STAGE0) {
      mounts.add(new MountOp.Bind(call.layout().resolvConf().toString(), RESOLV, 0));
    }
    if (call.hosts() == HostsMode.HOST) {
      mounts.add(new MountOp.Bind(HOSTS, HOSTS, MountOp.READ_ONLY | MountOp.OPTIONAL));
    } else if (call.hosts() == HostsMode.STAGE0) {
      mounts.add(new MountOp.Bind(call.layout().hosts().toString(), HOSTS, 0));
    } else {
      mounts.add(
          new MountOp.Bind(
              call.layout().stage1Rootfs() + "/etc/hosts-fallback", HOSTS, MountOp.IF_ABSENT));
    }
  }

  private SandboxPlan sandbox() {
    AcName name = app.runtime().name();
    AppSandbox surroundings =
        new AppSandbox(
            name,
            call.layout().appRootfs(name).toString(),
            mounts,
            app.runtime().readOnlyRootFs(),
            CgroupPlan.NONE,
            call.layout().log(name).toString(),
            "",
            call.layout().status(name).toString());
    return new SandboxPlan(
        call.uuid(),
        Planner.hostname(call),
        call.layout().directory().toString(),
        call.layout().stage1Rootfs().toString(),
        new NetworkPlan.Host(),
        true,
        List.of(),
        CgroupPlan.NONE,
        call.layout().supervisorStatus().toString(),
        false,
        false,
        0,
        IdRange.NONE,
        LogLimits.DEFAULT,
        List.of(surroundings));
  }
}
