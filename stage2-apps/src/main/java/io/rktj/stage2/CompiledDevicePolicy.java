// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import io.rktj.stage1.plan.Bytes;
import io.rktj.stage1.plan.DevicePolicy;
import io.rktj.stage1.plan.DeviceRule;
import java.util.List;

/** Device rules for control groups of version 2, compiled here. */
public final class CompiledDevicePolicy implements DevicePolicy {
  @Override
  public Bytes compile(List<DeviceRule> rules) {
    return DeviceProgram.of(rules);
  }
}
