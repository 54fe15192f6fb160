// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Control groups of version 2. Only leaves hold processes: the pod's first process has a leaf of
 * its own beside the apps' slice.
 */
final class UnifiedCgroupPlanner extends CgroupPlanner {
  private static final long CPU_PERIOD_MICROS = 100_000;
  private static final long USUAL_SHARES = 1024;
  private static final long USUAL_WEIGHT = 100;
  private static final long LARGEST_WEIGHT = 10_000;

  private final HostFacts.Unified unified;
  private final DevicePolicy devicePolicy;

  UnifiedCgroupPlanner(HostFacts.Unified unified, String uuid, DevicePolicy devicePolicy) {
    super(uuid);
    this.unified = unified;
    this.devicePolicy = devicePolicy;
  }

  @Override
  CgroupPlan pod(ResourceLimits limits, boolean limitsDevices, List<ResourceLimits> apps) {
    String base = unified.directory();
    List<CgroupPlan.Setting> forChildren = delegation(limits, apps);
    List<CgroupPlan.Setting> own = new ArrayList<>(settings(limits));
    own.addAll(forChildren);
    List<CgroupPlan.Directory> directories = new ArrayList<>();
    if (!forChildren.isEmpty()) {
      directories.add(new CgroupPlan.Directory(base, forChildren, Bytes.EMPTY));
    }
    directories.add(new CgroupPlan.Directory(base + scope, own, Bytes.EMPTY));
    directories.add(new CgroupPlan.Directory(base + leaf(), List.of(), Bytes.EMPTY));
    directories.add(new CgroupPlan.Directory(base + slice(), forChildren, Bytes.EMPTY));
    return new CgroupPlan(directories, List.of(base + leaf()));
  }

  @Override
  CgroupPlan app(String name, ResourceLimits limits, @Nullable List<DeviceRule> devices) {
    String path = unified.directory() + service(name);
    Bytes program = devices == null ? Bytes.EMPTY : devicePolicy.compile(devices);
    return new CgroupPlan(
        List.of(new CgroupPlan.Directory(path, settings(limits), program)), List.of(path));
  }

  @Override
  String subcgroup() {
    return (unified.base() + scope).substring(1);
  }

  private String leaf() {
    return scope + "/init.scope";
  }

  /** What is written so that groups below have the controllers that anybody asks for. */
  private List<CgroupPlan.Setting> delegation(ResourceLimits pod, List<ResourceLimits> apps) {
    boolean memory = pod.memory != ResourceLimits.NONE;
    boolean cpu = usesCpu(pod);
    for (ResourceLimits app : apps) {
      memory |= app.memory != ResourceLimits.NONE;
      cpu |= usesCpu(app);
    }
    List<CgroupPlan.Setting> settings = new ArrayList<>();
    if (memory && has("memory")) {
      // where a group above has passed it on already, refusal is harmless: the limit itself is not
      settings.add(new CgroupPlan.Setting("cgroup.subtree_control", "+memory", false));
    }
    if (cpu && has("cpu")) {
      settings.add(new CgroupPlan.Setting("cgroup.subtree_control", "+cpu", false));
    }
    return settings;
  }

  private static boolean usesCpu(ResourceLimits limits) {
    return limits.milliCpus != ResourceLimits.NONE || limits.cpuShares != ResourceLimits.NONE;
  }

  private boolean has(String controller) {
    return unified.controllers().contains(controller);
  }

  private List<CgroupPlan.Setting> settings(ResourceLimits limits) {
    List<CgroupPlan.Setting> settings = new ArrayList<>();
    if (limits.memory != ResourceLimits.NONE) {
      if (has("memory")) {
        settings.add(new CgroupPlan.Setting("memory.max", Long.toString(limits.memory), true));
      } else {
        unavailable("resource/memory");
      }
    }
    if (limits.cpuShares != ResourceLimits.NONE) {
      if (has("cpu")) {
        settings.add(
            new CgroupPlan.Setting("cpu.weight", Long.toString(weight(limits.cpuShares)), true));
      } else {
        unavailable("os/linux/cpu-shares");
      }
    }
    if (limits.milliCpus != ResourceLimits.NONE) {
      if (has("cpu")) {
        addQuota(settings, LegacyCgroupPlanner.quotaMicros(limits.milliCpus));
      } else {
        unavailable("resource/cpu");
      }
    }
    return settings;
  }

  private static void addQuota(List<CgroupPlan.Setting> settings, long quota) {
    if (quota <= LegacyCgroupPlanner.LARGEST_QUOTA_MICROS) {
      settings.add(new CgroupPlan.Setting("cpu.max", quota + " " + CPU_PERIOD_MICROS, true));
    }
  }

  /** Shares as a weight, the usual of one being the usual of the other. */
  private static long weight(long shares) {
    return Math.max(1, Math.min(LARGEST_WEIGHT, shares * USUAL_WEIGHT / USUAL_SHARES));
  }
}
