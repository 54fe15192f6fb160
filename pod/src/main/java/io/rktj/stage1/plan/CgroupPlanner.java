// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The control groups of one pod and its apps ({@code spec/rkt-runtime.md} section 11): {@code
 * OWN/machine-rkt\x2dUUID.scope} for the pod and {@code system.slice/APP.service} below it for each
 * app. A hierarchy is used only if something is to be set in it or if it is the one that tracks
 * services, for each one joined costs start time.
 */
abstract class CgroupPlanner {
  private static final String SLICE = "/system.slice";

  final List<String> warnings = new ArrayList<>();
  final String scope;

  CgroupPlanner(String uuid) {
    scope = "/machine-rkt\\x2d" + escape(uuid) + ".scope";
  }

  /** The planner for {@code host}'s kind of control groups. */
  static CgroupPlanner of(HostFacts host, String uuid, DevicePolicy devicePolicy) {
    if (host.unified().isPresent()) {
      return new UnifiedCgroupPlanner(host.unified().get(), uuid, devicePolicy);
    }
    return new LegacyCgroupPlanner(host, uuid);
  }

  /** A dash in a unit name's part is written {@code \x2d} (systemd.unit(5)). */
  private static String escape(String uuid) {
    StringBuilder escaped = new StringBuilder(uuid.length() + 16);
    for (int i = 0; i < uuid.length(); i++) {
      char c = uuid.charAt(i);
      if (c == '-') {
        escaped.append("\\x2d");
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }

  /** The pod's own groups, given what its apps have asked for. */
  abstract CgroupPlan pod(ResourceLimits limits, boolean limitsDevices, List<ResourceLimits> apps);

  /** One app's groups; {@code devices} is what it may use, or null for everything. */
  abstract CgroupPlan app(String name, ResourceLimits limits, @Nullable List<DeviceRule> devices);

  /** The pod's group as the file {@code subcgroup} names it; empty if nothing tracks it. */
  abstract String subcgroup();

  final String slice() {
    return scope + SLICE;
  }

  final String service(String app) {
    return scope + SLICE + "/" + app + ".service";
  }

  final void unavailable(String isolator) {
    String warning =
        "warning: " + isolator + " isolator set but support disabled in the kernel, skipping";
    if (!warnings.contains(warning)) {
      warnings.add(warning);
    }
  }

  /** Directories of {@code pod} and {@code apps} that did not exist before, parents first. */
  final List<String> made(CgroupPlan pod, List<CgroupPlan> apps) {
    List<String> made = new ArrayList<>();
    collect(pod, made);
    for (CgroupPlan app : apps) {
      collect(app, made);
    }
    return made;
  }

  private void collect(CgroupPlan plan, List<String> made) {
    for (CgroupPlan.Directory directory : plan.directories()) {
      if (directory.path().contains(scope)) {
        made.add(directory.path());
      }
    }
  }
}
