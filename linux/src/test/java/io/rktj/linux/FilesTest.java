// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link SmallFiles}, {@link AtomicFile} and {@link DirectoryMaker}. */
class FilesTest {
  private final Kernel kernel = Kernels.named("jni");

  @TempDir Path directory;

  @Test
  void readsUpToTheLimitAndNoFurther() throws Exception {
    for (int size : new int[] {0, 1, 8191, 8192, 8193, 100_000}) {
      byte[] content = new byte[size];
      Arrays.fill(content, (byte) 7);
      String path = Files.write(directory.resolve("file"), content).toString();

      assertThat(SmallFiles.read(kernel, path, size)).isEqualTo(content);
      if (size > 0) {
        assertThatThrownBy(() -> SmallFiles.read(kernel, path, size - 1))
            .hasMessage("read " + path + ": file too large");
      }
    }
    assertThat(SmallFiles.read(kernel, "/proc/self/status", 100_000)).startsWith('N', 'a', 'm');
  }

  @Test
  void readsInRootRegularFilesOnly() throws Exception {
    Files.writeString(directory.resolve("file"), "text");
    byte[] pipe = Kernel.path(directory + "/pipe");
    kernel.mknodAt(Fd.AT_FDCWD, pipe, FileStatus.S_IFIFO | 0600, 0);
    Files.createSymbolicLink(directory.resolve("out"), Path.of("/etc/hostname-of-the-host"));

    try (Fd root = kernel.open(directory.toString(), Open.O_PATH, 0)) {
      int fd = root.number();
      byte[] content = SmallFiles.readInRoot(kernel, fd, Kernel.path("/../file"), 10);

      assertThat(new String(content, UTF_8)).isEqualTo("text");
      for (String name : List.of("pipe", ".")) {
        assertThatThrownBy(() -> SmallFiles.readInRoot(kernel, fd, Kernel.path(name), 10))
            .hasMessage("read " + name + ": invalid argument");
      }
      assertThatThrownBy(() -> SmallFiles.readInRoot(kernel, fd, Kernel.path("out"), 10))
          .hasMessageEndingWith("no such file or directory");
    }
  }

  @Test
  void writesWholeFiles() throws Exception {
    String path = directory.resolve("file").toString();

    SmallFiles.write(kernel, path, "longer".getBytes(UTF_8), 0640);
    SmallFiles.write(kernel, path, "text".getBytes(UTF_8), 0640);

    assertThat(Path.of(path)).hasContent("text");
  }

  @Test
  void replacesAFileAtOnce() throws Exception {
    Path path = directory.resolve("file");
    Files.writeString(path, "old");

    AtomicFile.write(kernel, path.toString(), "new".getBytes(UTF_8), 0600);

    assertThat(path).hasContent("new");
    assertThat(names()).containsExactly("file");
  }

  @Test
  void showsOldOrNewContentsAfterACrashAtAnyStep() throws Exception {
    Path path = directory.resolve("file");
    boolean failed = true;
    int n = 0;
    while (failed) {
      n++;
      Files.writeString(path, "old");
      FaultyKernel faulty = FaultyKernel.crashingAt(kernel, n);
      try {
        AtomicFile.write(faulty, path.toString(), "new".getBytes(UTF_8), 0600);
      } catch (ErrnoException e) {
        assertThat(e.errno()).isEqualTo(Errno.EIO);
      }
      failed = faulty.hasFailed();
      assertThat(Files.readString(path)).as("crash at %d", n).isIn("old", "new");
      for (String name : names()) {
        assertThat(name.equals("file") || AtomicFile.isLeftover(name)).isTrue();
      }
    }
    assertThat(n).isGreaterThan(4);
    assertThat(path).hasContent("new");
  }

  @Test
  void leavesNothingBehindWhenTheDiskFails() throws Exception {
    String path = directory.resolve("file").toString();

    for (int n = 1; n <= 4; n++) {
      FaultyKernel faulty = FaultyKernel.failingAt(kernel, n);
      assertThatThrownBy(() -> AtomicFile.write(faulty, path, new byte[] {1}, 0600))
          .isInstanceOf(ErrnoException.class);
    }

    assertThat(names()).isEmpty();
  }

  @Test
  void makesMissingDirectories() throws Exception {
    String path = directory + "/a/b/c";

    DirectoryMaker.make(kernel, path, 0750);
    DirectoryMaker.make(kernel, path, 0700);

    assertThat(kernel.statAt(Fd.AT_FDCWD, Kernel.path(path)).permissions()).isEqualTo(0750);
    Files.createFile(directory.resolve("file"));
    assertThatThrownBy(() -> DirectoryMaker.make(kernel, directory + "/file", 0700))
        .hasMessageEndingWith("not a directory");
    assertThatThrownBy(() -> DirectoryMaker.make(kernel, directory + "/file/x", 0700))
        .hasMessageEndingWith("not a directory");
  }

  private List<String> names() throws Exception {
    try (Stream<Path> paths = Files.list(directory)) {
      return paths.map(path -> path.getFileName().toString()).toList();
    }
  }
}
