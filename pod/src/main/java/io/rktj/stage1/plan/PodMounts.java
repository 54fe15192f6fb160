// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * The pod's own root: the kernel file systems that all apps share, with what apps may not see or
 * change taken away ({@code spec/rkt-runtime.md} section 4; security rules for {@code /proc} and
 * {@code /sys}).
 */
final class PodMounts {
  private static final int KERNEL = MountOp.NO_SUID | MountOp.NO_DEV | MountOp.NO_EXEC;

  /**
   * Read-only. Differs from rkt: all of {@code /proc/sys}, of which rkt names three files, and what
   * other runtimes have learned to protect since.
   */
  private static final String[] READ_ONLY = {
    "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
  };

  /** Hidden: rkt's list, and what other runtimes have learned to hide since. */
  private static final String[] HIDDEN = {
    "/proc/acpi",
    "/proc/asound",
    "/proc/config.gz",
    "/proc/kallsyms",
    "/proc/kcore",
    "/proc/keys",
    "/proc/kmem",
    "/proc/latency_stats",
    "/proc/mem",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/firmware",
    "/sys/fs",
    "/sys/hypervisor",
    "/sys/module",
    "/sys/power",
  };

  /** Process 1, which has all capabilities and is outside the device policy. */
  private static final String SUPERVISOR = "/proc/1";

  private static final MountOp HOST_SYS =
      new MountOp.Bind("/sys", "/sys", KERNEL | MountOp.READ_ONLY | MountOp.RECURSIVE);

  private PodMounts() {}

  /**
   * With {@code tracers} in the pod, to whom process 1 is as open as any other, it is hidden.
   *
   * @param hostSys whether the pod's root may not mount a sysfs, for it shows a network that is not
   *     the pod's: then it is the host's, all of it for reading only
   */
  static List<MountOp> plan(
      boolean protectPaths, boolean tracers, boolean hostSys, HostFacts host) {
    List<MountOp> mounts = new ArrayList<>();
    mounts.add(new MountOp.SelfBind());
    mounts.add(new MountOp.FileSystem("proc", "/proc", KERNEL, ""));
    if (protectPaths) {
      // read-only as a whole: nothing in it is for an app to change
      mounts.add(
          hostSys
              ? HOST_SYS
              : new MountOp.FileSystem("sysfs", "/sys", KERNEL | MountOp.READ_ONLY, ""));
      for (String path : READ_ONLY) {
        mounts.add(new MountOp.ReadOnly(path, MountOp.OPTIONAL | MountOp.RECURSIVE));
      }
      for (String path : HIDDEN) {
        mounts.add(new MountOp.Mask(path));
      }
      if (tracers) {
        mounts.add(new MountOp.Mask(SUPERVISOR));
      }
    } else {
      mounts.add(hostSys ? HOST_SYS : new MountOp.FileSystem("sysfs", "/sys", KERNEL, ""));
      if (!hostSys) {
        addCgroups(mounts, host); // which are in the host's
      }
    }
    mounts.add(
        new MountOp.FileSystem(
            "devpts",
            "/dev/pts",
            MountOp.NO_SUID | MountOp.NO_EXEC,
            "newinstance,ptmxmode=0666,mode=0620,gid=5"));
    mounts.add(
        new MountOp.FileSystem("tmpfs", "/dev/shm", MountOp.NO_SUID | MountOp.NO_DEV, "mode=1777"));
    return mounts;
  }

  /** Control groups to look at, where {@code /sys/fs} is not hidden; never to write. */
  private static void addCgroups(List<MountOp> mounts, HostFacts host) {
    int flags = KERNEL | MountOp.READ_ONLY;
    if (host.unified().isPresent()) {
      mounts.add(new MountOp.FileSystem("cgroup2", "/sys/fs/cgroup", flags, ""));
      return;
    }
    if (host.hierarchies().isEmpty()) {
      return;
    }
    mounts.add(new MountOp.FileSystem("tmpfs", "/sys/fs/cgroup", KERNEL, "mode=755"));
    for (HostFacts.Hierarchy hierarchy : host.hierarchies()) {
      String point = hierarchy.mountPoint();
      String path = "/sys/fs/cgroup" + point.substring(point.lastIndexOf('/'));
      mounts.add(new MountOp.FileSystem("cgroup", path, flags, options(hierarchy)));
      for (String controller : hierarchy.controllers()) {
        if (hierarchy.controllers().size() > 1) {
          mounts.add(
              new MountOp.Symlink(
                  point.substring(point.lastIndexOf('/') + 1), "/sys/fs/cgroup/" + controller));
        }
      }
    }
  }

  private static String options(HostFacts.Hierarchy hierarchy) {
    StringBuilder options = new StringBuilder();
    for (String controller : hierarchy.controllers()) {
      options.append(options.length() == 0 ? "" : ",");
      options.append(controller.startsWith("name=") ? "none," : "").append(controller);
    }
    return options.toString();
  }
}
