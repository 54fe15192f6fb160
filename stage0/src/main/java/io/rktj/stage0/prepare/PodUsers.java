// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.prepare;

import io.rktj.linux.Kernel;
import io.rktj.pod.HostIds;
import io.rktj.pod.IdRange;
import io.rktj.pod.IdRanges;
import io.rktj.pod.PodLayout;
import java.nio.file.Path;
import java.security.SecureRandom;

/** The user ids that pods of this host have as their own. */
public final class PodUsers {
  private PodUsers() {}

  /** Gives the pod at {@code layout} ids that nobody has. */
  static IdRange claim(Kernel kernel, PodLayout layout) {
    return ranges(kernel).claim(layout);
  }

  /** Claims what a prepared pod was given; another range if that is somebody else's by now. */
  static IdRange renew(Kernel kernel, PodLayout layout, IdRange given) {
    return ranges(kernel).renew(layout, given);
  }

  /** Takes back the ids of a pod that has been deleted. */
  public static void release(Kernel kernel, PodLayout layout, IdRange range) {
    ranges(kernel).release(layout, range);
  }

  /** Takes back the ids of all pods that are gone. */
  public static void sweep(Kernel kernel) {
    ranges(kernel).sweep();
  }

  private static IdRanges ranges(Kernel kernel) {
    return new IdRanges(
        kernel, IdRanges.DIRECTORY, HostIds.read(kernel, Path.of("/etc")), new SecureRandom());
  }
}
