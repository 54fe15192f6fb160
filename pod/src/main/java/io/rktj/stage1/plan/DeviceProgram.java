// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

import java.util.List;

/** Compiles device rules to eBPF for control group version 2; asked only where that is in use. */
public interface DeviceProgram {
  /** Instructions of type {@code cgroup/dev} that allow what {@code rules} allow and no more. */
  Bytes compile(List<DeviceRule> rules);
}
