// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import io.rktj.stage1.plan.Bytes;
import io.rktj.stage1.plan.DeviceRule;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The device policy of a version 2 control group as an eBPF program of type {@code
 * BPF_PROG_TYPE_CGROUP_DEVICE}: what no rule allows is refused.
 *
 * <p>The kernel calls it with {@code struct bpf_cgroup_dev_ctx} ({@code linux/bpf.h}): access (high
 * half: kinds wanted, low half: type of device), major, minor.
 */
public final class DeviceProgram {
  private static final int TYPE_BLOCK = 1;
  private static final int TYPE_CHARACTER = 2;

  private static final int LOAD_WORD = 0x61; // BPF_LDX | BPF_MEM | BPF_W
  private static final int MOVE_REGISTER = 0xbc; // BPF_ALU | BPF_MOV | BPF_X
  private static final int AND = 0x54; // BPF_ALU | BPF_AND | BPF_K
  private static final int SHIFT_RIGHT = 0x74; // BPF_ALU | BPF_RSH | BPF_K
  private static final int JUMP_IF_NOT_EQUAL = 0x55; // BPF_JMP | BPF_JNE | BPF_K
  private static final int MOVE_CONSTANT = 0xb7; // BPF_ALU64 | BPF_MOV | BPF_K
  private static final int EXIT = 0x95; // BPF_JMP | BPF_EXIT

  private static final int RESULT = 0;
  private static final int CONTEXT = 1;
  private static final int TYPE = 2;
  private static final int ACCESS = 3;
  private static final int MAJOR = 4;
  private static final int MINOR = 5;

  private final List<Long> code = new ArrayList<>();

  private DeviceProgram() {}

  /** The program that allows what one of {@code rules} allows in full, and nothing else. */
  public static Bytes of(List<DeviceRule> rules) {
    DeviceProgram program = new DeviceProgram();
    program.prologue();
    for (DeviceRule rule : rules) {
      program.allow(rule);
    }
    program.emit(MOVE_CONSTANT, RESULT, 0, 0, 0);
    program.emit(EXIT, 0, 0, 0, 0);
    return program.bytes();
  }

  private void prologue() {
    emit(LOAD_WORD, TYPE, CONTEXT, 0, 0);
    emit(MOVE_REGISTER, ACCESS, TYPE, 0, 0);
    emit(AND, TYPE, 0, 0, 0xffff);
    emit(SHIFT_RIGHT, ACCESS, 0, 0, 16);
    emit(LOAD_WORD, MAJOR, CONTEXT, 4, 0);
    emit(LOAD_WORD, MINOR, CONTEXT, 8, 0);
  }

  /** One rule: every test that fails jumps to the instruction after the rule's exit. */
  private void allow(DeviceRule rule) {
    boolean anyMinor = rule.minor() == DeviceRule.ANY;
    int length = 1 + 3 + 1 + (anyMinor ? 0 : 1) + 2;
    int end = code.size() + length;
    skipUnless(TYPE, rule.block() ? TYPE_BLOCK : TYPE_CHARACTER, end);
    emit(MOVE_REGISTER, RESULT, ACCESS, 0, 0);
    emit(AND, RESULT, 0, 0, ~rule.access() & 7);
    skipUnless(RESULT, 0, end);
    skipUnless(MAJOR, rule.major(), end);
    if (!anyMinor) {
      skipUnless(MINOR, rule.minor(), end);
    }
    emit(MOVE_CONSTANT, RESULT, 0, 0, 1);
    emit(EXIT, 0, 0, 0, 0);
  }

  private void skipUnless(int register, int value, int end) {
    emit(JUMP_IF_NOT_EQUAL, register, 0, end - code.size() - 1, value);
  }

  private void emit(int opcode, int destination, int source, int offset, int immediate) {
    code.add(
        (opcode & 0xffL)
            | (destination & 15L) << 8
            | (source & 15L) << 12
            | (offset & 0xffffL) << 16
            | (immediate & 0xffffffffL) << 32);
  }

  private Bytes bytes() {
    ByteBuffer bytes = ByteBuffer.allocate(8 * code.size()).order(ByteOrder.LITTLE_ENDIAN);
    for (long instruction : code) {
      bytes.putLong(instruction);
    }
    return Bytes.copyOf(bytes.array());
  }
}
