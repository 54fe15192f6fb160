// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.host;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HostsFileTest {
  @Test
  void addsNameToTheLineForLoopback() {
    assertThat(HostsFile.withHostname(HostsFile.FALLBACK, "rkt-1"))
        .contains(
            "\n127.0.0.1 localhost localhost.domain localhost4 localhost4.localdomain4 rkt-1\n");
  }

  @Test
  void takesTheFirstOfSeveralLinesAndNoOtherAddress() {
    assertThat(HostsFile.withHostname("127.0.0.10 a\n127.0.0.1\tb\n127.0.0.1 c", "x"))
        .isEqualTo("127.0.0.10 a\n127.0.0.1\tb x\n127.0.0.1 c");
  }

  @Test
  void addsALineWhereThereIsNone() {
    assertThat(HostsFile.withHostname("10.0.0.1 a", "x")).isEqualTo("10.0.0.1 a\n127.0.0.1\tx\n");
  }
}
