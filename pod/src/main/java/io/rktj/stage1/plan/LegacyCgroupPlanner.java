// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Control groups of version 1: one directory for a pod in each hierarchy that it needs. */
final class LegacyCgroupPlanner extends CgroupPlanner {
  static final String TRACKING = "name=systemd";

  private static final long CPU_PERIOD_MICROS = 100_000;
  private static final long LEAST_QUOTA_MICROS = 1_000;
  static final long LARGEST_QUOTA_MICROS = (1L << 44) - 1;

  private final HostFacts host;

  LegacyCgroupPlanner(HostFacts host, String uuid) {
    super(uuid);
    this.host = host;
  }

  @Override
  CgroupPlan pod(ResourceLimits limits, boolean limitsDevices, List<ResourceLimits> apps) {
    Groups groups = new Groups();
    boolean memory = limits.memory != ResourceLimits.NONE;
    boolean cpu = usesCpu(limits);
    for (ResourceLimits app : apps) {
      memory |= app.memory != ResourceLimits.NONE;
      cpu |= usesCpu(app);
    }
    groups.use(TRACKING);
    if (limitsDevices) {
      groups.use("devices");
    }
    if (memory) {
      groups.use("memory");
    }
    if (cpu) {
      groups.use("cpu");
    }
    addLimits(groups, limits);
    List<CgroupPlan.Directory> directories = new ArrayList<>();
    for (Group group : groups.list) {
      String own = group.hierarchy.directory();
      directories.add(new CgroupPlan.Directory(own + scope, group.settings, Bytes.EMPTY));
      directories.add(new CgroupPlan.Directory(own + slice(), List.of(), Bytes.EMPTY));
    }
    HostFacts.Hierarchy tracking = host.hierarchyOf(TRACKING);
    return new CgroupPlan(
        directories, tracking == null ? List.of() : List.of(tracking.directory() + scope));
  }

  @Override
  CgroupPlan app(String name, ResourceLimits limits, @Nullable List<DeviceRule> devices) {
    Groups groups = new Groups();
    groups.use(TRACKING);
    if (devices != null) {
      addDevices(groups, devices);
    }
    addLimits(groups, limits);
    List<CgroupPlan.Directory> directories = new ArrayList<>();
    List<String> join = new ArrayList<>();
    for (Group group : groups.list) {
      String path = group.hierarchy.directory() + service(name);
      directories.add(new CgroupPlan.Directory(path, group.settings, Bytes.EMPTY));
      join.add(path);
    }
    return new CgroupPlan(directories, join);
  }

  @Override
  String subcgroup() {
    HostFacts.Hierarchy tracking = host.hierarchyOf(TRACKING);
    return tracking == null ? "" : (tracking.path() + scope).substring(1);
  }

  private static boolean usesCpu(ResourceLimits limits) {
    return limits.milliCpus != ResourceLimits.NONE || limits.cpuShares != ResourceLimits.NONE;
  }

  private void addDevices(Groups groups, List<DeviceRule> devices) {
    Group group = groups.use("devices");
    if (group == null) {
      warnings.add(
          "warning: the control group controller \"devices\" is not mounted:"
              + " access to device nodes is not restricted");
      return;
    }
    group.set("devices.deny", "a", true);
    for (DeviceRule rule : devices) {
      // a group above ours may allow less than we would, then less is what the app gets
      group.set("devices.allow", rule.text(), false);
    }
  }

  private void addLimits(Groups groups, ResourceLimits limits) {
    if (limits.memory != ResourceLimits.NONE) {
      Group group = groups.use("memory");
      if (group == null) {
        unavailable("resource/memory");
      } else {
        group.set("memory.limit_in_bytes", Long.toString(limits.memory), true);
      }
    }
    if (usesCpu(limits)) {
      addCpu(groups.use("cpu"), limits);
    }
  }

  private void addCpu(@Nullable Group group, ResourceLimits limits) {
    if (limits.cpuShares != ResourceLimits.NONE) {
      if (group == null) {
        unavailable("os/linux/cpu-shares");
      } else {
        group.set("cpu.shares", Long.toString(limits.cpuShares), true);
      }
    }
    if (limits.milliCpus != ResourceLimits.NONE) {
      if (group == null) {
        unavailable("resource/cpu");
      } else {
        long quota = quotaMicros(limits.milliCpus);
        if (quota <= LARGEST_QUOTA_MICROS) {
          group.set("cpu.cfs_period_us", Long.toString(CPU_PERIOD_MICROS), true);
          group.set("cpu.cfs_quota_us", Long.toString(quota), true);
        }
      }
    }
  }

  /** Time per period, the least the kernel takes at least. */
  static long quotaMicros(long milliCpus) {
    if (milliCpus > LARGEST_QUOTA_MICROS) {
      return Long.MAX_VALUE;
    }
    return Math.max(LEAST_QUOTA_MICROS, milliCpus * (CPU_PERIOD_MICROS / 1000));
  }

  /** One group per hierarchy, however many of its controllers are used. */
  private final class Groups {
    final List<Group> list = new ArrayList<>();

    @Nullable Group use(String controller) {
      HostFacts.Hierarchy hierarchy = host.hierarchyOf(controller);
      if (hierarchy == null) {
        return null;
      }
      for (Group group : list) {
        if (group.hierarchy.mountPoint().equals(hierarchy.mountPoint())) {
          return group;
        }
      }
      Group group = new Group(hierarchy);
      list.add(group);
      return group;
    }
  }

  private static final class Group {
    final HostFacts.Hierarchy hierarchy;
    final List<CgroupPlan.Setting> settings = new ArrayList<>();

    Group(HostFacts.Hierarchy hierarchy) {
      this.hierarchy = hierarchy;
    }

    void set(String file, String value, boolean required) {
      settings.add(new CgroupPlan.Setting(file, value, required));
    }
  }
}
