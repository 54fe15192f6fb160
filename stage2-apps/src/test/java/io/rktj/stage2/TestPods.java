// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import io.rktj.spec.AcName;
import io.rktj.stage1.plan.AppSandbox;
import io.rktj.stage1.plan.Bytes;
import io.rktj.stage1.plan.SandboxPlan;
import java.util.ArrayList;
import java.util.List;

/** Variations on plans of {@link TestPod}. */
final class TestPods {
  private TestPods() {}

  static SandboxPlan readOnlyRoots(SandboxPlan plan) {
    List<AppSandbox> apps = new ArrayList<>();
    for (AppSandbox app : plan.apps()) {
      apps.add(
          new AppSandbox(
              app.name(),
              app.rootfs(),
              app.mounts(),
              true,
              app.cgroups(),
              app.logFile(),
              app.kubernetesLog(),
              app.statusFile()));
    }
    return with(plan, plan.interactive(), plan.takesApps(), apps);
  }

  static SandboxPlan interactive(SandboxPlan plan) {
    return with(plan, true, plan.takesApps(), plan.apps());
  }

  static SandboxPlan takingApps(SandboxPlan plan) {
    return with(plan, plan.interactive(), true, plan.apps());
  }

  private static SandboxPlan with(
      SandboxPlan plan, boolean interactive, boolean takesApps, List<AppSandbox> apps) {
    return new SandboxPlan(
        plan.uuid(),
        plan.hostname(),
        plan.podDirectory(),
        plan.root(),
        plan.network(),
        plan.shareIpc(),
        plan.mounts(),
        plan.cgroups(),
        plan.readyLink(),
        interactive,
        takesApps,
        plan.stopTimeoutMillis(),
        plan.users(),
        plan.logs(),
        apps);
  }

  /** An app plan to be changed step by step. */
  static final class Profile {
    private final AcName name;
    private final AppPlan base;
    private String directory;
    private int uid;
    private int gid;
    private List<Integer> gids = List.of();
    private boolean noNewPrivileges;
    private Bytes seccomp = Bytes.EMPTY;
    private List<List<String>> preStart = List.of();
    private List<List<String>> postStop = List.of();

    Profile(AppPlan base) {
      this.base = base;
      name = base.name();
      directory = base.workingDirectory();
    }

    Profile user(int newUid, int newGid, List<Integer> newGids) {
      uid = newUid;
      gid = newGid;
      gids = newGids;
      return this;
    }

    Profile directory(String value) {
      directory = value;
      return this;
    }

    Profile seccomp(Bytes value) {
      seccomp = value;
      return this;
    }

    Profile noNewPrivileges() {
      noNewPrivileges = true;
      return this;
    }

    Profile handlers(List<String> before, List<String> after) {
      preStart = List.of(before);
      postStop = List.of(after);
      return this;
    }

    AppPlan plan() {
      return new AppPlan(
          name,
          base.arguments(),
          base.searchPath(),
          base.environment(),
          directory,
          uid,
          gid,
          gids,
          base.capabilities(),
          noNewPrivileges,
          seccomp,
          base.oomScoreAdjust(),
          base.notifies(),
          preStart,
          postStop,
          base.sockets(),
          base.streams());
    }
  }
}
