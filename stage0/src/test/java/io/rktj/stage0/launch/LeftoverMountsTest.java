// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.linux.Kernel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftoverMountsTest {
  @TempDir Path directory;

  @Test
  void findsMountsBelowThePodDeepestFirst() throws Exception {
    Path table = directory.resolve("mountinfo");
    Files.writeString(
        table,
        """
        22 1 0:21 / / rw - ext4 /dev/x rw
        30 22 0:22 / /pods/u rw - tmpfs t rw
        31 30 0:23 / /pods/u/a rw - tmpfs t rw
        32 31 0:24 / /pods/u/a/b\\040c rw - tmpfs t rw
        33 30 0:25 / /pods/u/z rw - tmpfs t rw
        34 30 0:26 / /pods/u/z rw - tmpfs t rw
        35 22 0:27 / /pods/uv rw - tmpfs t rw
        """);

    LeftoverMounts mounts = new LeftoverMounts(Kernel.host(), table);

    assertThat(mounts.below(Path.of("/pods/u")))
        .containsExactly("/pods/u/a/b c", "/pods/u/z", "/pods/u/z", "/pods/u/a", "/pods/u");
  }

  @Test
  void findsNothingWhereNothingIsMounted() {
    new LeftoverMounts(Kernel.host(), Path.of("/proc/self/mountinfo")).remove(directory);

    assertThat(directory).isDirectory();
  }
}
