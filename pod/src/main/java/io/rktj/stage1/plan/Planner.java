// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

import io.rktj.spec.AcName;
import io.rktj.spec.manifest.Isolator;
import io.rktj.stage1.PreparedApp;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Exception;
import java.util.ArrayList;
import java.util.List;

/**
 * Decides a pod: a call, and the facts it depends on, become a {@link PodPlan}. Pure: looks at
 * nothing but its arguments, so that equal arguments give equal plans.
 */
public final class Planner {
  private static final int STOP_TIMEOUT_MILLIS = 90_000;
  private static final int LONGEST_HOSTNAME = 64;
  private static final int READ_WRITE = DeviceRule.READ | DeviceRule.WRITE;

  /** What every app may open; nodes may be made of those that carry no state. */
  private static final List<DeviceRule> STANDARD_DEVICES =
      List.of(
          pseudo(1, 3, READ_WRITE | DeviceRule.MKNOD),
          pseudo(1, 5, READ_WRITE | DeviceRule.MKNOD),
          pseudo(1, 7, READ_WRITE | DeviceRule.MKNOD),
          pseudo(1, 8, READ_WRITE | DeviceRule.MKNOD),
          pseudo(1, 9, READ_WRITE | DeviceRule.MKNOD),
          pseudo(5, 0, READ_WRITE | DeviceRule.MKNOD),
          pseudo(5, 1, READ_WRITE),
          pseudo(5, 2, READ_WRITE),
          pseudo(136, DeviceRule.ANY, READ_WRITE));

  private final Stage1Call call;
  private final Surroundings surroundings;
  private final CgroupPlanner cgroups;

  private Planner(Stage1Call call, Surroundings surroundings) {
    this.call = call;
    this.surroundings = surroundings;
    cgroups =
        CgroupPlanner.of(surroundings.host(), call.uuid().toString(), surroundings.devicePolicy());
  }

  /** The plan for {@code call}; what cannot be is a {@link Stage1Exception}. */
  public static PodPlan plan(Stage1Call call, Surroundings surroundings) {
    return new Planner(call, surroundings).plan();
  }

  /** The host name of {@code call}'s pod. */
  public static String hostname(Stage1Call call) {
    String name = call.hostname().isEmpty() ? "rkt-" + call.uuid() : call.hostname();
    if (name.length() > LONGEST_HOSTNAME) {
      throw new Stage1Exception(
          "stage1: cannot use host name \""
              + name
              + "\": longer than "
              + LONGEST_HOSTNAME
              + " characters");
    }
    return name;
  }

  private PodPlan plan() {
    List<ResourceLimits> limits = new ArrayList<>();
    for (PreparedApp app : call.apps()) {
      limits.add(ResourceLimits.of(app.app().isolators()));
    }
    CgroupPlan podCgroups =
        cgroups.pod(
            ResourceLimits.of(call.manifest().isolators()),
            call.protectPaths(),
            call.isMutable() ? List.of(ResourceLimits.ANY) : limits);
    List<CgroupPlan> appCgroups = new ArrayList<>();
    List<AppSandbox> apps = new ArrayList<>();
    for (int i = 0; i < call.apps().size(); i++) {
      PreparedApp app = call.apps().get(i);
      List<AppMount> volumes = surroundings.volumes().mounts().get(i);
      CgroupPlan groups =
          cgroups.app(
              app.runtime().name().value(),
              limits.get(i),
              call.protectPaths() ? devices(volumes) : null);
      appCgroups.add(groups);
      apps.add(app(app, volumes, groups));
    }
    List<String> warnings = new ArrayList<>(surroundings.volumes().warnings());
    warnings.addAll(cgroups.warnings);
    return new PodPlan(
        sandbox(podCgroups, apps),
        cgroups.subcgroup(),
        cgroups.made(podCgroups, appCgroups),
        warnings);
  }

  private SandboxPlan sandbox(CgroupPlan podCgroups, List<AppSandbox> apps) {
    return new SandboxPlan(
        call.uuid(),
        hostname(call),
        call.layout().directory().toString(),
        call.layout().stage1Rootfs().toString(),
        surroundings.network(),
        !call.privateIpc(),
        PodMounts.plan(
            call.protectPaths(),
            call.isMutable() || hasTracers(),
            !call.users().isNone() && surroundings.network() instanceof NetworkPlan.Host,
            surroundings.host()),
        podCgroups,
        call.layout().supervisorStatus().toString(),
        call.interactive(),
        call.isMutable(),
        STOP_TIMEOUT_MILLIS,
        call.users(),
        LogLimits.of(call.environment()),
        apps);
  }

  /** Whether an app keeps the capability that opens every process in {@code /proc} to it. */
  private boolean hasTracers() {
    for (PreparedApp app : call.apps()) {
      for (Isolator isolator : app.app().isolators()) {
        if (isolator instanceof Isolator.Capabilities capabilities
            && capabilities.retain()
            && capabilities.set().contains("CAP_SYS_PTRACE")) {
          return true;
        }
      }
    }
    return false;
  }

  private AppSandbox app(PreparedApp app, List<AppMount> volumes, CgroupPlan groups) {
    AcName name = app.runtime().name();
    return new AppSandbox(
        name,
        call.layout().appRootfs(name).toString(),
        AppMounts.plan(call, app, volumes, surroundings),
        app.runtime().readOnlyRootFs(),
        groups,
        call.layout().log(name).toString(),
        KubernetesLog.path(call, app),
        call.layout().status(name).toString());
  }

  /** The standard devices and those given as volumes, read-only ones for reading only. */
  private List<DeviceRule> devices(List<AppMount> volumes) {
    List<DeviceRule> rules = new ArrayList<>(STANDARD_DEVICES);
    for (AppMount volume : volumes) {
      for (Surroundings.SourceDevice device : surroundings.devices()) {
        if (device.source().equals(volume.source())) {
          int access = volume.readOnly() ? DeviceRule.READ : READ_WRITE;
          rules.add(new DeviceRule(device.block(), device.major(), device.minor(), access));
        }
      }
    }
    return rules;
  }

  private static DeviceRule pseudo(int major, int minor, int access) {
    return new DeviceRule(false, major, minor, access);
  }
}
