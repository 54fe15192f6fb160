// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

import io.rktj.spec.AcName;
import java.util.List;

/**
 * The surroundings of one app: its root, its control groups, and where its records go. What runs in
 * it is the app plan of stage2.
 *
 * @param rootfs absolute host path of the directory the root is mounted on, below the pod root
 * @param mounts how the root is made
 * @param readOnlyRoot whether the root becomes read-only once made (other mounts keep their own)
 * @param logFile absolute host path that the app's output is appended to
 * @param kubernetesLog absolute host path that a kubelet reads its output from; empty for none
 * @param statusFile absolute host path that the exit status is written to
 */
public record AppSandbox(
    AcName name,
    String rootfs,
    List<MountOp> mounts,
    boolean readOnlyRoot,
    CgroupPlan cgroups,
    String logFile,
    String kubernetesLog,
    String statusFile) {
  /** Copies its list. */
  public AppSandbox {
    mounts = List.copyOf(mounts);
  }
}
