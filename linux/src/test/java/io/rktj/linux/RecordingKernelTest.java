// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingKernelTest {
  @TempDir Path directory;

  @Test
  void writesDownAndMakesCalls() throws Exception {
    RecordingKernel kernel = RecordingKernel.over(Kernels.named("jni"));

    kernel.mkdirAt(Fd.AT_FDCWD, Kernel.path(directory + "/sub"), 0700);

    assertThat(kernel.calls()).containsExactly("mkdirAt -100 " + directory + "/sub 448");
    assertThat(Files.isDirectory(directory.resolve("sub"))).isTrue();
  }

  @Test
  void withholdsWhatItIsToldTo() throws Exception {
    RecordingKernel kernel =
        RecordingKernel.withholding(Kernels.named("jni"), "mount", "umount", "open");

    kernel.mount("proc", "/nowhere", "proc", 14, "hidepid=2");
    kernel.umount("/nowhere", 2);

    assertThat(kernel.calls("mount")).containsExactly("mount proc /nowhere proc 14 hidepid=2");
    assertThat(kernel.calls()).hasSize(2);
    assertThatThrownBy(() -> kernel.open("/", Open.O_RDONLY, 0))
        .isInstanceOf(AssertionError.class)
        .hasMessage("open cannot be left out");
  }
}
