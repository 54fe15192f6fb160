// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import io.rktj.stage1.plan.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Runs a system call filter as the kernel would, checking that every jump goes forward and stays.
 */
final class FilterMachine {
  static final int ALLOW = 0x7fff0000;
  static final int KILL = 0x80000000;
  static final int ENOSYS = 0x00050000 | 38;
  static final int EPERM = 0x00050000 | 1;

  private final ByteBuffer code;
  private final SystemCallAbi abi;

  FilterMachine(Bytes program, SystemCallAbi abi) {
    code = ByteBuffer.wrap(program.toArray()).order(ByteOrder.LITTLE_ENDIAN);
    this.abi = abi;
  }

  int call(String name) {
    return call(name, 0);
  }

  int call(String name, long firstArgument) {
    int number = SystemCallTable.load().number(name, abi);
    if (number < 0) {
      throw new IllegalArgumentException(name);
    }
    return run(number, firstArgument);
  }

  int run(int number, long firstArgument) {
    return run(number, abi.auditArchitecture(), firstArgument);
  }

  int run(int number, int architecture, long firstArgument) {
    int accumulator = 0;
    int at = 0;
    while (true) {
      int opcode = code.getShort(8 * at);
      int ifTrue = code.get(8 * at + 2) & 0xff;
      int ifFalse = code.get(8 * at + 3) & 0xff;
      int constant = code.getInt(8 * at + 4);
      at++;
      switch (opcode) {
        case 0x20 -> accumulator = load(constant, number, architecture, firstArgument);
        case 0x05 -> at += constant;
        case 0x15 -> at += accumulator == constant ? ifTrue : ifFalse;
        case 0x35 -> at += Integer.compareUnsigned(accumulator, constant) >= 0 ? ifTrue : ifFalse;
        case 0x45 -> at += (accumulator & constant) != 0 ? ifTrue : ifFalse;
        case 0x06 -> {
          return constant;
        }
        default -> throw new AssertionError("opcode " + opcode);
      }
    }
  }

  private static int load(int offset, int number, int architecture, long firstArgument) {
    return switch (offset) {
      case 0 -> number;
      case 4 -> architecture;
      case 16 -> (int) firstArgument;
      default -> throw new AssertionError("offset " + offset);
    };
  }
}
