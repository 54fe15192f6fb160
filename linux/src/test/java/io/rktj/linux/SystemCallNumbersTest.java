// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SystemCallNumbersTest {
  @Test
  void translatesOpenFlagsForAarch64() {
    SystemCallNumbers numbers = SystemCallNumbers.of("aarch64");

    assertThat(numbers.openFlags(Open.O_DIRECTORY)).isEqualTo(040000);
    assertThat(numbers.openFlags(Open.O_NOFOLLOW)).isEqualTo(0100000);
    assertThat(numbers.openFlags(Open.O_TMPFILE)).isEqualTo(020040000);
    assertThat(numbers.openFlags(Open.O_CREAT | Open.O_PATH | Open.O_CLOEXEC))
        .isEqualTo(Open.O_CREAT | Open.O_PATH | Open.O_CLOEXEC);
    assertThat(numbers.openat).isEqualTo(56);
  }

  @Test
  void leavesOpenFlagsOfX86Alone() {
    SystemCallNumbers numbers = SystemCallNumbers.of("amd64");

    assertThat(numbers.openFlags(Open.O_DIRECTORY | Open.O_NOFOLLOW))
        .isEqualTo(Open.O_DIRECTORY | Open.O_NOFOLLOW);
    assertThat(numbers.openat).isEqualTo(257);
  }

  @Test
  void refusesMachinesItDoesNotKnow() {
    assertThatThrownBy(() -> SystemCallNumbers.of("s390x"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("no system call numbers for s390x");
  }
}
