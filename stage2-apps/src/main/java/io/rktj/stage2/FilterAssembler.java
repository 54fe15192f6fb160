// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import io.rktj.stage1.plan.Bytes;
import java.util.Arrays;

/**
 * Assembles a system call filter: a program of classic BPF over {@code struct seccomp_data} ({@code
 * linux/seccomp.h}), one part per ABI, each a binary search over ranges of numbers.
 *
 * <p>The ranges of an ABI come as one number each, ascending: {@code first << 3 | verdict} stands
 * for all calls from {@code first} up to the next range. The first range begins at 0.
 */
final class FilterAssembler {
  static final int ALLOW = 0;
  static final int DENY = 1;

  /** As if the kernel were too old to have it. */
  static final int UNKNOWN = 2;

  /** {@code clone}: allowed unless it makes a user name space. */
  static final int CLONE = 3;

  /**
   * {@code socket}: allowed unless it is a virtual machine socket, which no name space contains.
   */
  static final int SOCKET = 4;

  /** What {@link #DENY} does without an error number: the process dies of SIGSYS. */
  static final int KILL = 0x80000000;

  private static final int RETURN_ALLOW = 0x7fff0000;
  private static final int RETURN_ERRNO = 0x00050000;

  private static final int EPERM = 1;
  private static final int ENOSYS = 38;
  private static final int EAFNOSUPPORT = 97;
  private static final int CLONE_NEWUSER = 0x10000000;
  private static final int AF_VSOCK = 40;
  private static final int X32 = 0x40000000;

  private static final int LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
  private static final int JUMP = 0x05; // BPF_JMP | BPF_JA
  private static final int JUMP_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
  private static final int JUMP_NOT_LESS = 0x35; // BPF_JMP | BPF_JGE | BPF_K
  private static final int JUMP_SET = 0x45; // BPF_JMP | BPF_JSET | BPF_K
  private static final int RETURN = 0x06; // BPF_RET | BPF_K

  private static final int NUMBER = 0;
  private static final int ARCHITECTURE = 4;
  private static final int FIRST_ARGUMENT = 16; // its low half, least significant byte first
  private static final int LONGEST_JUMP = 255;

  private final int deny;
  private byte[] code = new byte[4096];
  private int length;

  /** An assembler whose {@link #DENY} is the given action of the kernel. */
  FilterAssembler(int deny) {
    this.deny = deny;
  }

  /** The action that makes a denied call fail with an error number. */
  static int errno(int number) {
    return RETURN_ERRNO | number;
  }

  /** The first number of a range. */
  static int first(int range) {
    return range >>> 3;
  }

  static int verdict(int range) {
    return range & 7;
  }

  static int range(int first, int verdict) {
    return first << 3 | verdict;
  }

  /** Begins the program. */
  void begin() {
    emit(LOAD, 0, 0, ARCHITECTURE);
  }

  /** The part for calls through {@code abi}. */
  void part(SystemCallAbi abi, int[] ranges) {
    boolean x32 = abi.column() == SystemCallAbi.X86_64.column();
    int size = 1 + (x32 ? 2 : 0) + size(ranges, 0, ranges.length);
    emit(JUMP_EQUAL, 1, 0, abi.auditArchitecture());
    emit(JUMP, 0, 0, size);
    emit(LOAD, 0, 0, NUMBER);
    if (x32) {
      // the x32 ABI, whose numbers are those of others with a bit set, is not offered
      emit(JUMP_NOT_LESS, 0, 1, X32);
      leaf(UNKNOWN);
    }
    search(ranges, 0, ranges.length);
  }

  /** Ends the program: calls through any other ABI kill the process. */
  Bytes end() {
    emit(RETURN, 0, 0, KILL);
    return Bytes.copyOf(Arrays.copyOf(code, length));
  }

  private void search(int[] ranges, int from, int to) {
    if (to - from == 1) {
      leaf(verdict(ranges[from]));
      return;
    }
    int middle = (from + to) >>> 1;
    int left = size(ranges, from, middle);
    if (left <= LONGEST_JUMP) {
      emit(JUMP_NOT_LESS, left, 0, first(ranges[middle]));
    } else {
      emit(JUMP_NOT_LESS, 0, 1, first(ranges[middle]));
      emit(JUMP, 0, 0, left);
    }
    search(ranges, from, middle);
    search(ranges, middle, to);
  }

  private int size(int[] ranges, int from, int to) {
    if (to - from == 1) {
      int verdict = verdict(ranges[from]);
      return verdict == CLONE || verdict == SOCKET ? 4 : 1;
    }
    int middle = (from + to) >>> 1;
    int left = size(ranges, from, middle);
    return (left <= LONGEST_JUMP ? 1 : 2) + left + size(ranges, middle, to);
  }

  private void leaf(int verdict) {
    if (verdict == CLONE) {
      emit(LOAD, 0, 0, FIRST_ARGUMENT);
      emit(JUMP_SET, 0, 1, CLONE_NEWUSER);
      emit(RETURN, 0, 0, errno(EPERM));
      emit(RETURN, 0, 0, RETURN_ALLOW);
    } else if (verdict == SOCKET) {
      emit(LOAD, 0, 0, FIRST_ARGUMENT);
      emit(JUMP_EQUAL, 0, 1, AF_VSOCK);
      emit(RETURN, 0, 0, errno(EAFNOSUPPORT));
      emit(RETURN, 0, 0, RETURN_ALLOW);
    } else if (verdict == ALLOW) {
      emit(RETURN, 0, 0, RETURN_ALLOW);
    } else {
      emit(RETURN, 0, 0, verdict == DENY ? deny : errno(ENOSYS));
    }
  }

  private void emit(int opcode, int ifTrue, int ifFalse, int constant) {
    if (length == code.length) {
      code = Arrays.copyOf(code, 2 * length);
    }
    code[length++] = (byte) opcode;
    code[length++] = (byte) (opcode >>> 8);
    code[length++] = (byte) ifTrue;
    code[length++] = (byte) ifFalse;
    for (int shift = 0; shift < 32; shift += 8) {
      code[length++] = (byte) (constant >>> shift);
    }
  }
}
