// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

import io.rktj.pod.IdRange;
import io.rktj.spec.Uuid;
import java.util.List;

/**
 * A whole pod, decided: everything that pod-init does around the apps, in the order it does it. A
 * value: printable, comparable, made without touching the host.
 *
 * @param podDirectory absolute host path; the file {@code ppid} and the socket {@code control} are
 *     made here
 * @param root absolute host path of the pod's own root ({@code stage1/rootfs})
 * @param shareIpc whether the pod keeps the host's IPC name space
 * @param mounts how the pod's own root is made; app roots lie below it
 * @param cgroups the pod's control groups
 * @param readyLink absolute host path of the symbolic link {@code ready} that appears once all apps
 *     have started ({@code rkt/supervisor-status} in the pod's root)
 * @param interactive whether the one app gets the caller's terminal or standard streams
 * @param takesApps whether apps may come and go while the pod runs, which then ends only when asked
 * @param stopTimeoutMillis how long apps have between SIGTERM and SIGKILL
 * @param users the ids that are the pod's own; none if it shares the host's
 * @param logs how much of the apps' output is kept
 */
public record SandboxPlan(
    Uuid uuid,
    String hostname,
    String podDirectory,
    String root,
    NetworkPlan network,
    boolean shareIpc,
    List<MountOp> mounts,
    CgroupPlan cgroups,
    String readyLink,
    boolean interactive,
    boolean takesApps,
    int stopTimeoutMillis,
    IdRange users,
    LogLimits logs,
    List<AppSandbox> apps) {
  /** Copies its lists. */
  public SandboxPlan {
    mounts = List.copyOf(mounts);
    apps = List.copyOf(apps);
  }
}
