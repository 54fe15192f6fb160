// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodInitTest {
  @TempDir private Path directory;

  @BeforeEach
  void podsCanBeRun() {
    TestPod.assumePossible();
  }

  @Test
  void runsAnAppAndKeepsItsOutput() throws Exception {
    TestPod pod = new TestPod(directory).app("one", "echo hello; echo oops >&2; id -u");

    int status = pod.run();

    assertThat(pod.stderr()).isEmpty();
    assertThat(status).isZero();
    assertThat(pod.lines("one")).containsExactlyInAnyOrder("hello", "oops", "0");
    assertThat(pod.stdout()).containsPattern("\\[ *\\d+\\.\\d{6}\\] one\\[\\d+\\]: hello\n");
    assertThat(pod.status("one")).isEqualTo("0\n");
    assertThat(pod.reason("one")).isEqualTo("exited 0\n");
  }
}
