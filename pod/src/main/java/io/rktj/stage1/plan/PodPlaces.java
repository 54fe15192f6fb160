// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

/**
 * Absolute host paths of one pod's files that a flavour makes or hands to pod-init; the names are
 * those of {@code spec/rkt-cli.md} section 6.2.
 */
public record PodPlaces(String directory) {
  /** The pod's own root file system. */
  public String root() {
    return directory + "/stage1/rootfs";
  }

  /** Where an app's root is mounted. */
  public String appRoot(String app) {
    return root() + "/opt/stage2/" + app + "/rootfs";
  }

  /** What an app has changed in its root. */
  public String upper(String tree, String app) {
    return directory + "/overlay/" + tree + "/upper/" + app;
  }

  /** The overlay's scratch directory. */
  public String work(String tree, String app) {
    return directory + "/overlay/" + tree + "/work/" + app;
  }

  /** An empty volume. */
  public String sharedVolume(String volume) {
    return directory + "/sharedVolumes/" + volume;
  }

  /** What an app has printed. */
  public String log(String app) {
    return directory + "/logs/" + app;
  }

  /** An app's exit status, once it has ended. */
  public String status(String app) {
    return root() + "/rkt/status/" + app;
  }

  /** An app's environment, {@code NAME=VALUE} lines. */
  public String environment(String app) {
    return root() + "/rkt/env/" + app;
  }
}
