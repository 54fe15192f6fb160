// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.stage1.plan.DeviceRule;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeviceProgramTest {
  private static final int CHARACTER = 2;
  private static final int BLOCK = 1;

  private static final List<DeviceRule> RULES =
      List.of(
          new DeviceRule(false, 1, 3, 7),
          new DeviceRule(false, 136, DeviceRule.ANY, DeviceRule.READ | DeviceRule.WRITE),
          new DeviceRule(true, 8, 0, DeviceRule.READ));

  @Test
  void allowsWhatARuleAllowsInFull() {
    assertThat(allows(CHARACTER, 7, 1, 3)).isTrue();
    assertThat(allows(CHARACTER, DeviceRule.READ, 136, 99)).isTrue();
    assertThat(allows(BLOCK, DeviceRule.READ, 8, 0)).isTrue();
  }

  @Test
  void refusesEverythingElse() {
    assertThat(allows(BLOCK, DeviceRule.READ, 1, 3)).isFalse();
    assertThat(allows(CHARACTER, DeviceRule.READ, 1, 1)).isFalse();
    assertThat(allows(CHARACTER, DeviceRule.MKNOD, 136, 0)).isFalse();
    assertThat(allows(BLOCK, DeviceRule.READ | DeviceRule.WRITE, 8, 0)).isFalse();
    assertThat(allows(BLOCK, DeviceRule.READ, 8, 1)).isFalse();
  }

  @Test
  void refusesAllWithoutRules() {
    ByteBuffer code = program(List.of());

    assertThat(run(code, CHARACTER, 1, 1, 3)).isZero();
  }

  private static boolean allows(int type, int access, int major, int minor) {
    return run(program(RULES), type, access, major, minor) != 0;
  }

  private static ByteBuffer program(List<DeviceRule> rules) {
    return ByteBuffer.wrap(DeviceProgram.of(rules).toArray()).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The few instructions that a device program is made of. */
  private static long run(ByteBuffer code, int type, int access, int major, int minor) {
    int[] context = {access << 16 | type, major, minor};
    long[] registers = new long[11];
    for (int at = 0; ; at++) {
      int opcode = code.get(8 * at) & 0xff;
      int to = code.get(8 * at + 1) & 15;
      int from = code.get(8 * at + 1) >>> 4 & 15;
      int offset = code.getShort(8 * at + 2);
      int constant = code.getInt(8 * at + 4);
      switch (opcode) {
        case 0x61 -> registers[to] = context[offset / 4] & 0xffffffffL;
        case 0xbc -> registers[to] = registers[from] & 0xffffffffL;
        case 0x54 -> registers[to] = registers[to] & constant & 0xffffffffL;
        case 0x74 -> registers[to] = registers[to] >>> constant;
        case 0x55 -> at += registers[to] != constant ? offset : 0;
        case 0xb7 -> registers[to] = constant;
        case 0x95 -> {
          return registers[0];
        }
        default -> throw new AssertionError("opcode " + opcode);
      }
    }
  }
}
