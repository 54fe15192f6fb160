// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import java.util.List;

/**
 * A way to call the kernel, as a system call filter tells them apart.
 *
 * @param auditArchitecture value of {@code seccomp_data.arch} ({@code linux/audit.h})
 * @param column column of {@link SystemCallTable} with its numbers
 * @param firstNew the first number that rkt's lists could not know (statx of Linux 4.11)
 */
record SystemCallAbi(int auditArchitecture, int column, int firstNew) {
  static final SystemCallAbi X86_64 = new SystemCallAbi(0xc000003e, 1, 332);
  static final SystemCallAbi I386 = new SystemCallAbi(0x40000003, 2, 383);
  static final SystemCallAbi AARCH64 = new SystemCallAbi(0xc00000b7, 3, 291);

  /** Those of a machine, as {@code os.arch} names it; none for one that we have no numbers for. */
  static List<SystemCallAbi> of(String machine) {
    if (machine.equals("amd64") || machine.equals("x86_64")) {
      return List.of(X86_64, I386);
    }
    if (machine.equals("aarch64")) {
      return List.of(AARCH64);
    }
    return List.of();
  }
}
