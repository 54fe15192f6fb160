// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the planner has to know of the host, read once: which control group hierarchies are mounted
 * and where we stand in them. Only mounted hierarchies count; a controller that the kernel has
 * enabled but nobody has mounted is as good as missing.
 *
 * @param hierarchies version 1 hierarchies in mount order
 * @param unified the version 2 hierarchy, if it has controllers (a host that keeps it for tracking
 *     only, "hybrid", counts as having none)
 * @param tun whether {@code /dev/net/tun} exists
 */
public record HostFacts(List<Hierarchy> hierarchies, Optional<Unified> unified, boolean tun) {
  /** Copies its list. */
  public HostFacts {
    hierarchies = List.copyOf(hierarchies);
  }

  /** The version 1 hierarchy that has {@code controller} ({@code name=systemd} for a named one). */
  @Nullable Hierarchy hierarchyOf(String controller) {
    for (Hierarchy hierarchy : hierarchies) {
      if (hierarchy.controllers.contains(controller)) {
        return hierarchy;
      }
    }
    return null;
  }

  /**
   * A mounted hierarchy of version 1.
   *
   * @param controllers its controllers, or the one entry {@code name=NAME}
   * @param mountPoint where it is mounted
   * @param path our own group below the mount point, {@code ""} for the mount point itself, else
   *     starting with a slash
   */
  public record Hierarchy(List<String> controllers, String mountPoint, String path) {
    /** Copies its list. */
    public Hierarchy {
      controllers = List.copyOf(controllers);
    }

    /** Absolute directory of our own group. */
    public String directory() {
      return mountPoint + path;
    }
  }

  /**
   * The version 2 hierarchy. Its rule that only leaves hold processes decides where a pod's groups
   * can be made.
   *
   * @param mountPoint where it is mounted
   * @param base group below which the pod's groups are made, as {@link Hierarchy#path}: our own if
   *     it is the root or holds nobody but us, else the nearest group above that may have children
   *     with controllers
   * @param controllers what {@code base} can give its children
   * @param vacate whether our process has to leave {@code base} before it can give them
   */
  public record Unified(String mountPoint, String base, List<String> controllers, boolean vacate) {
    /** Copies its list. */
    public Unified {
      controllers = List.copyOf(controllers);
    }

    /** Absolute directory of the base group. */
    public String directory() {
      return mountPoint + base;
    }
  }
}
