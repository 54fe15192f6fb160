// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import io.rktj.pod.Pod;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is known of one pod at one moment: what {@code list} and {@code status} show.
 *
 * @param pid the process to enter, if it is known
 * @param hypervisor how the pod's machine runs, such as {@code tcg}; empty without a machine
 */
public record PodReport(
    Pod pod,
    Optional<Instant> created,
    Optional<Instant> started,
    OptionalInt pid,
    Optional<String> hypervisor,
    List<NetworkReport> networks,
    List<AppReport> apps,
    Map<String, String> userAnnotations,
    Map<String, String> userLabels) {
  /** Copies its lists. */
  public PodReport {
    networks = List.copyOf(networks);
    apps = List.copyOf(apps);
  }
}
