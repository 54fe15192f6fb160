// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.linux.Kernel;
import io.rktj.pod.HostException;
import io.rktj.stage1.plan.AppMount;
import io.rktj.stage1.plan.PodVolumes;
import io.rktj.stage1.plan.Surroundings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumeSourcesTest {
  @TempDir Path directory;

  private static List<Surroundings.SourceDevice> check(String... sources) {
    List<AppMount> mounts = new ArrayList<>();
    for (String source : sources) {
      mounts.add(new AppMount("data", source, "/data", false, true));
    }
    return VolumeSources.check(
        Kernel.host(), new PodVolumes(List.of(), List.of(), mounts, List.of()));
  }

  @Test
  void findsDeviceNodes() {
    assertThat(check(directory.toString(), "/dev/null"))
        .containsExactly(new Surroundings.SourceDevice("/dev/null", false, 1, 3));
  }

  @Test
  void refusesASourceThatIsMissing() {
    assertThatThrownBy(() -> check(directory + "/missing"))
        .isInstanceOf(HostException.class)
        .hasMessage(
            "stage1: cannot mount volume \"data\": cannot open its source \""
                + directory
                + "/missing\"")
        .cause()
        .hasMessageContaining("no such file or directory");
  }
}
