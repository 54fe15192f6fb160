// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.PodException;
import java.util.List;

/** The pods that a command is asked to work on, one after another ({@code stop}, {@code rm}). */
final class NamedPods {
  /** What is done to one pod. */
  interface Work {
    /** Does it to the pod whose UUID begins with {@code uuid}; false if that failed. */
    boolean on(String uuid);
  }

  private final Invocation invocation;
  private int failures;

  NamedPods(Invocation invocation) {
    this.invocation = invocation;
  }

  /**
   * Whether pods were named as they should be: by UUIDs, or by a file.
   *
   * @param file the value of {@code --uuid-file}
   */
  boolean areNamed(String file) {
    return file.isEmpty() != invocation.arguments().isEmpty();
  }

  /** Does {@code work} to each pod; returns how often it failed. */
  int each(List<String> uuids, Work work) {
    for (String uuid : uuids) {
      try {
        if (!work.on(uuid)) {
          failures++;
        }
      } catch (PodException e) {
        invocation.complain(e);
        failures++;
      }
    }
    return failures;
  }
}
