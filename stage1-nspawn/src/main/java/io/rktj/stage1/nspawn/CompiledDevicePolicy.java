// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.nspawn;

import io.rktj.stage1.plan.Bytes;
import io.rktj.stage1.plan.DevicePolicy;
import io.rktj.stage1.plan.DeviceRule;
import io.rktj.stage2.DeviceProgram;
import java.util.List;

/** Device rules for control groups of version 2, compiled by stage2. */
final class CompiledDevicePolicy implements DevicePolicy {
  @Override
  public Bytes compile(List<DeviceRule> rules) {
    return DeviceProgram.of(rules);
  }
}
