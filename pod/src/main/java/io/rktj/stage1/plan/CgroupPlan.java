// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

import java.util.List;

/**
 * Control groups to make, set and join, in order, parents first; removed in reverse when the pod
 * has ended.
 *
 * @param directories what to make and set
 * @param join absolute directories whose {@code cgroup.procs} the process enters
 */
public record CgroupPlan(List<Directory> directories, List<String> join) {
  /** No control groups. */
  public static final CgroupPlan NONE = new CgroupPlan(List.of(), List.of());

  /** Copies its lists. */
  public CgroupPlan {
    directories = List.copyOf(directories);
    join = List.copyOf(join);
  }

  /**
   * A control group's directory.
   *
   * @param path absolute path on the host
   * @param deviceProgram eBPF instructions of type {@code cgroup/dev} to attach (version 2), or
   *     empty
   */
  public record Directory(String path, List<Setting> settings, Bytes deviceProgram) {
    /** Copies its list. */
    public Directory {
      settings = List.copyOf(settings);
    }
  }

  /**
   * A value written to a control file.
   *
   * @param required whether failing to write it ends the start; otherwise it is a warning
   */
  public record Setting(String file, String value, boolean required) {}
}
