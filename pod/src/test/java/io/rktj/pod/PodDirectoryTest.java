// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of {@code spec/rkt-cli.md} section 6.3: directory x lock. */
class PodDirectoryTest {
  @ParameterizedTest
  @CsvSource({
    "EMBRYO, embryo, embryo, embryo",
    "PREPARE, prepare, aborted prepare, preparing",
    "PREPARED, prepared, prepared, prepared",
    "RUN, run, exited, running",
    "EXITED_GARBAGE, exited-garbage, exited garbage, exited deleting",
    "GARBAGE, garbage, garbage, deleting"
  })
  void saysWithTheLockWhatAPodDoes(
      PodDirectory directory, String name, String unlocked, String locked) {
    assertThat(directory.directoryName()).isEqualTo(name);
    assertThat(directory.state(false).text()).isEqualTo(unlocked);
    assertThat(directory.state(true).text()).isEqualTo(locked);
  }

  @ParameterizedTest
  @CsvSource({
    "EMBRYO, false, false",
    "PREPARING, false, false",
    "ABORTED_PREPARE, false, false",
    "PREPARED, false, false",
    "RUNNING, true, false",
    "EXITED, true, true",
    "EXITED_GARBAGE, true, true",
    "EXITED_DELETING, true, true",
    "GARBAGE, false, false",
    "DELETING, false, false"
  })
  void knowsWhatHasStartedAndExited(PodState state, boolean started, boolean exited) {
    assertThat(state.hasStarted()).isEqualTo(started);
    assertThat(state.hasExited()).isEqualTo(exited);
  }
}
