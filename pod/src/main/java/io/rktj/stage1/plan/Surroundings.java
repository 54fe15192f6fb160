// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

import java.util.List;

/**
 * What the planner needs beside the call, found out before.
 *
 * @param host the host
 * @param volumes the pod's volumes
 * @param devices volume sources that are device nodes
 * @param network the pod's network
 * @param networkResolv whether the network has written {@code etc/rkt-resolv.conf}
 * @param devicePolicy compiler for control groups of version 2
 */
public record Surroundings(
    HostFacts host,
    PodVolumes volumes,
    List<SourceDevice> devices,
    NetworkPlan network,
    boolean networkResolv,
    DevicePolicy devicePolicy) {
  /** Copies its list. */
  public Surroundings {
    devices = List.copyOf(devices);
  }

  /** A volume's source that is a device node. */
  public record SourceDevice(String source, boolean block, int major, int minor) {}
}
