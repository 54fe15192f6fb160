// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

import java.util.List;

/**
 * Which volume is seen where, for all apps of a pod.
 *
 * @param mounts per app, in the pod's order
 * @param emptyVolumes directories to be made, each once
 * @param hostVolumes mounts whose source the host must have, each source once
 * @param warnings what the user should know
 */
public record PodVolumes(
    List<List<AppMount>> mounts,
    List<EmptyVolume> emptyVolumes,
    List<AppMount> hostVolumes,
    List<String> warnings) {
  /** Copies its lists. */
  public PodVolumes {
    mounts = List.copyOf(mounts);
    emptyVolumes = List.copyOf(emptyVolumes);
    hostVolumes = List.copyOf(hostVolumes);
    warnings = List.copyOf(warnings);
  }
}
