// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In every test {@code canary/file} lies outside the tree and must survive. */
class TreeRemoverTest {
  private final Kernel kernel = Kernels.named("jni");

  @TempDir Path directory;

  private Path tree;
  private Path canary;

  @BeforeEach
  void makeCanary() throws Exception {
    tree = directory.resolve("tree");
    canary = Files.createDirectory(directory.resolve("canary"));
    Files.writeString(canary.resolve("file"), "alive");
  }

  @Test
  void removesFilesLinksPipesAndDirectories() throws Exception {
    fill();

    TreeRemover.remove(kernel, tree.toString());

    assertGone();
  }

  @Test
  void removesWhatIsNoDirectoryAndMindsNothingMissing() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), canary);

    TreeRemover.remove(kernel, link.toString());
    TreeRemover.remove(kernel, link.toString());
    TreeRemover.remove(kernel, tree + "/not/there");

    assertThat(Files.exists(link)).isFalse();
    assertGone();
  }

  @Test
  void removesWideTrees() throws Exception {
    for (int i = 0; i < 15; i++) {
      Path sub = Files.createDirectories(tree.resolve("directory" + i));
      for (int j = 0; j < 60; j++) {
        Files.createFile(sub.resolve("file" + j));
      }
    }
    for (int i = 0; i < 2500; i++) {
      Files.createFile(tree.resolve("file" + i));
    }

    TreeRemover.remove(kernel, tree.toString());

    assertGone();
  }

  @Test
  void removesTreesDeeperThanAnyPath() throws Exception {
    byte[] name = Kernel.path("directory-with-a-name");
    Files.createDirectory(tree);
    Fd here = kernel.open(tree.toString(), Open.O_RDONLY | Open.O_DIRECTORY, 0);
    for (int i = 0; i < 2500; i++) {
      kernel.mkdirAt(here.number(), name, 0700);
      Fd next = kernel.openAt(here.number(), name, Open.O_RDONLY | Open.O_DIRECTORY, 0);
      here.close();
      here = next;
    }
    here.close();

    TreeRemover.remove(kernel, tree.toString());

    assertGone();
  }

  @Test
  void canBeCutShortAnywhereAndRepeated() throws Exception {
    boolean failed = true;
    int n = 0;
    while (failed) {
      n++;
      fill();
      FaultyKernel faulty = FaultyKernel.crashingAt(kernel, n);
      try {
        TreeRemover.remove(faulty, tree.toString());
      } catch (ErrnoException e) {
        assertThat(e.errno()).isEqualTo(Errno.EIO);
      }
      failed = faulty.hasFailed();
      TreeRemover.remove(kernel, tree.toString());
      assertGone();
    }
    assertThat(n).isGreaterThan(10);
  }

  @Test
  void stopsAtAMountPoint() throws Exception {
    Kernels.assumeRoot();
    fill();
    Path mounted = Files.createDirectories(tree.resolve("sub/mounted"));

    Kernels.inThread(
        () -> {
          kernel.unshare(Kernels.CLONE_NEWNS);
          kernel.mount("", "/", "", Kernels.MS_PRIVATE_ALL, "");
          kernel.mount(canary.toString(), mounted.toString(), "", Kernels.MS_BIND, "");
          assertThatThrownBy(() -> TreeRemover.remove(kernel, tree.toString()))
              .hasMessage("remove tree/sub/mounted (a mount point): device or resource busy");
          assertThatThrownBy(() -> TreeRemover.remove(kernel, mounted.toString()))
              .hasMessage("remove mounted (a mount point): device or resource busy");
          kernel.umount(mounted.toString(), 0);
        });

    assertThat(canary.resolve("file")).hasContent("alive");
    TreeRemover.remove(kernel, tree.toString());
    assertGone();
  }

  @Test
  void leavesTheCanaryAloneWhileSomebodySwapsDirectoriesForLinks() throws Exception {
    for (int round = 0; round < 150; round++) {
      Path swapped = Files.createDirectories(tree.resolve("a/swapped"));
      Files.writeString(swapped.resolve("file"), "ours");
      Path link = Files.createSymbolicLink(tree.resolve("link"), canary);
      AtomicBoolean end = new AtomicBoolean();
      Thread swapper = new Thread(() -> swap(swapped, link, end));
      swapper.start();
      try {
        TreeRemover.remove(kernel, tree.toString());
      } catch (ErrnoException e) {
        assertThat(e.errno()).isIn(Errno.ENOTEMPTY, Errno.ESTALE, Errno.ENOTDIR, Errno.ELOOP);
      } finally {
        end.set(true);
        swapper.join();
      }
      assertThat(canary.resolve("file")).hasContent("alive");
      TreeRemover.remove(kernel, tree.toString());
    }
    assertGone();
  }

  private void swap(Path one, Path other, AtomicBoolean end) {
    byte[] first = Kernel.path(one.toString());
    byte[] second = Kernel.path(other.toString());
    while (!end.get()) {
      try {
        kernel.renameAt(Fd.AT_FDCWD, first, Fd.AT_FDCWD, second, Open.RENAME_EXCHANGE);
      } catch (ErrnoException e) {
        assertThat(e.errno()).isEqualTo(Errno.ENOENT);
        return;
      }
    }
  }

  private void fill() throws Exception {
    Files.createDirectories(tree.resolve("sub/empty"));
    Files.createDirectories(tree.resolve("other"));
    Files.writeString(tree.resolve("sub/file"), "text");
    Files.writeString(tree.resolve("other/file"), "text");
    Files.createSymbolicLink(tree.resolve("sub/out"), canary);
    Files.createSymbolicLink(tree.resolve("dangling"), Path.of("nowhere"));
    byte[] pipe = Kernel.path(tree + "/other/pipe");
    kernel.mknodAt(Fd.AT_FDCWD, pipe, FileStatus.S_IFIFO | 0600, 0);
    Files.createLink(tree.resolve("hard"), canary.resolve("file"));
  }

  private void assertGone() {
    assertThat(Files.exists(tree)).isFalse();
    assertThat(canary.resolve("file")).hasContent("alive");
  }
}
