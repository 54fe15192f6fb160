// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

import java.util.List;

/**
 * A planned pod.
 *
 * @param sandbox what pod-init carries out
 * @param subcgroup the pod's group below the mount point of the hierarchy that tracks it, without a
 *     leading slash; empty if there is none
 * @param cgroupDirectories absolute directories of all groups that come into being, parents first
 * @param warnings what the user should know
 */
public record PodPlan(
    SandboxPlan sandbox, String subcgroup, List<String> cgroupDirectories, List<String> warnings) {
  /** Copies its lists. */
  public PodPlan {
    cgroupDirectories = List.copyOf(cgroupDirectories);
    warnings = List.copyOf(warnings);
  }
}
