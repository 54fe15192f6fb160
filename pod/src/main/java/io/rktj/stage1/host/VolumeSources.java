// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.host;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.FileStatus;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.pod.HostException;
import io.rktj.stage1.plan.AppMount;
import io.rktj.stage1.plan.PodVolumes;
import io.rktj.stage1.plan.Surroundings;
import java.util.ArrayList;
import java.util.List;

/** Looks at the sources of host volumes before anything of the pod is made. */
public final class VolumeSources {
  private VolumeSources() {}

  /**
   * The sources that are device nodes; a source that is missing ends the start here. Differs from
   * rkt, which finds out when half the pod is there, and exits with 1.
   */
  public static List<Surroundings.SourceDevice> check(Kernel kernel, PodVolumes volumes) {
    List<Surroundings.SourceDevice> devices = new ArrayList<>();
    for (AppMount volume : volumes.hostVolumes()) {
      try (Fd source = kernel.open(volume.source(), Open.O_PATH, 0)) {
        FileStatus status = kernel.stat(source.number());
        if (isDevice(status)) {
          boolean block = (status.mode() & FileStatus.S_IFMT) == FileStatus.S_IFBLK;
          devices.add(device(volume.source(), block, status.rdev()));
        }
      } catch (ErrnoException e) {
        throw new HostException(
            "stage1: cannot mount volume \""
                + volume.volume()
                + "\": cannot open its source \""
                + volume.source()
                + "\"",
            e);
      }
    }
    return devices;
  }

  /** Whether a source is a device node, as far as can be seen now: it may be missing. */
  public static boolean isDevice(Kernel kernel, String path) {
    try (Fd source = kernel.open(path, Open.O_PATH, 0)) {
      return isDevice(kernel.stat(source.number()));
    } catch (ErrnoException e) {
      return false; // what is missing is told when it is to be mounted
    }
  }

  private static boolean isDevice(FileStatus status) {
    int type = status.mode() & FileStatus.S_IFMT;
    return type == FileStatus.S_IFCHR || type == FileStatus.S_IFBLK;
  }

  /** Splits a device number as {@code makedev(3)} joins it. */
  private static Surroundings.SourceDevice device(String source, boolean block, long number) {
    int major = (int) (((number >>> 8) & 0xfff) | ((number >>> 32) & 0xfffff000L));
    int minor = (int) ((number & 0xff) | ((number >>> 12) & 0xffffff00L));
    return new Surroundings.SourceDevice(source, block, major, minor);
  }
}
