// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

import java.util.List;

/**
 * Compiles device rules to a program for control groups of version 2; asked only where those are in
 * use.
 */
public interface DevicePolicy {
  /** Instructions of type {@code cgroup/dev} that allow what {@code rules} allow and no more. */
  Bytes compile(List<DeviceRule> rules);
}
