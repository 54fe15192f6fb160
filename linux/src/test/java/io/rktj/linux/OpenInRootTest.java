// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The tree of every test, once through openat2 (jni) and once through our own walk (old):
 *
 * <pre>
 * secret                   "outside"
 * root/secret              "inside"
 * root/dir/file            "inside"
 * root/dir/back         -> ../dir/file
 * root/abs              -> /dir
 * root/climb            -> ../../../../../../secret
 * root/out              -> SECRET, an absolute path that exists outside only
 * root/loop             -> loop
 * root/chain            -> abs/back
 * root/dangling         -> new
 * root/slash            -> dir/
 * </pre>
 */
class OpenInRootTest {
  @TempDir Path outside;

  private Path root;

  @BeforeEach
  void makeTree() throws Exception {
    root = Files.createDirectory(outside.resolve("root"));
    Files.writeString(outside.resolve("secret"), "outside");
    Files.writeString(root.resolve("secret"), "inside");
    Files.writeString(Files.createDirectory(root.resolve("dir")).resolve("file"), "inside");
    link("dir/back", "../dir/file");
    link("abs", "/dir");
    link("climb", "../../../../../../secret");
    link("out", outside.resolve("secret").toString());
    link("loop", "loop");
    link("chain", "abs/back");
    link("dangling", "new");
    link("slash", "dir/");
  }

  @ParameterizedTest
  @CsvSource({
    "jni, secret", "old, secret",
    "jni, /secret", "old, /secret",
    "jni, ../../secret", "old, ../../secret",
    "jni, dir/../../../secret", "old, dir/../../../secret",
    "jni, ./dir//./file", "old, ./dir//./file",
    "jni, abs/file", "old, abs/file",
    "jni, abs/../secret", "old, abs/../secret",
    "jni, climb", "old, climb",
    "jni, chain", "old, chain",
    "jni, slash/file", "old, slash/file"
  })
  void readsWhatIsInside(String kernel, String path) throws Exception {
    assertThat(read(Kernels.named(kernel), path)).isEqualTo("inside");
  }

  @ParameterizedTest
  @CsvSource({
    "jni, out, 2", "old, out, 2",
    "jni, loop, 40", "old, loop, 40",
    "jni, loop/x, 40", "old, loop/x, 40",
    "jni, missing, 2", "old, missing, 2",
    "jni, missing/x, 2", "old, missing/x, 2",
    "jni, '', 2", "old, '', 2",
    "jni, secret/, 20", "old, secret/, 20",
    "jni, secret/., 20", "old, secret/., 20",
    "jni, secret/x, 20", "old, secret/x, 20",
    "jni, secret/.., 20", "old, secret/.., 20",
    "jni, dangling, 2", "old, dangling, 2"
  })
  void failsAsTheKernelDoes(String kernel, String path, int errno) {
    assertThatThrownBy(() -> read(Kernels.named(kernel), path))
        .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }

  @ParameterizedTest
  @ValueSource(strings = {"jni", "old"})
  void opensTheRootItself(String name) throws Exception {
    Kernel kernel = Kernels.named(name);
    try (Fd top = openRoot(kernel)) {
      for (String path : new String[] {"/", ".", "..", "dir/..", "/../.."}) {
        byte[] bytes = Kernel.path(path);
        try (Fd again = kernel.openInRoot(top.number(), bytes, Open.O_RDONLY, 0)) {
          assertThat(kernel.stat(again.number()).isSameFile(kernel.stat(top.number())))
              .as(path)
              .isTrue();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"jni", "old"})
  void takesAFinalLinkForItselfWhenAskedTo(String name) throws Exception {
    Kernel kernel = Kernels.named(name);
    byte[] path = Kernel.path("climb");
    try (Fd top = openRoot(kernel);
        Fd link = kernel.openInRoot(top.number(), path, Open.O_PATH | Open.O_NOFOLLOW, 0)) {
      assertThat(kernel.stat(link.number()).isSymlink()).isTrue();
      assertThatThrownBy(() -> kernel.openInRoot(top.number(), path, Open.O_NOFOLLOW, 0))
          .isInstanceOfSatisfying(
              ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ELOOP));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"jni", "old"})
  void makesFilesBehindLinksInside(String name) throws Exception {
    Kernel kernel = Kernels.named(name);
    int flags = Open.O_WRONLY | Open.O_CREAT;
    try (Fd top = openRoot(kernel);
        Fd file = kernel.openInRoot(top.number(), Kernel.path("dangling"), flags, 0600)) {
      kernel.writeFully(file.number(), new byte[] {'x'}, 0, 1);

      assertThat(root.resolve("new")).hasContent("x");
      assertThatThrownBy(
              () ->
                  kernel.openInRoot(top.number(), Kernel.path("climb"), flags | Open.O_EXCL, 0600))
          .isInstanceOfSatisfying(
              ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST));
    }
    assertThat(outside.resolve("secret")).hasContent("outside");
  }

  @ParameterizedTest
  @ValueSource(strings = {"jni", "old"})
  void staysInsideWhileSomebodySwapsDirectoriesForLinks(String name) throws Exception {
    Kernel kernel = Kernels.named(name);
    Path swapped = Files.createDirectory(root.resolve("swapped"));
    Files.writeString(swapped.resolve("secret"), "inside");
    Path link = Files.createSymbolicLink(root.resolve("link"), outside);
    AtomicBoolean end = new AtomicBoolean();
    Thread swapper =
        new Thread(
            () -> {
              byte[] one = Kernel.path(swapped.toString());
              byte[] other = Kernel.path(link.toString());
              while (!end.get()) {
                try {
                  int exchange = Open.RENAME_EXCHANGE;
                  kernel.renameAt(Fd.AT_FDCWD, one, Fd.AT_FDCWD, other, exchange);
                } catch (ErrnoException e) {
                  throw new AssertionError(e);
                }
              }
            });
    swapper.start();
    try {
      for (int i = 0; i < 3000; i++) {
        try {
          assertThat(read(kernel, "swapped/secret")).isEqualTo("inside");
        } catch (ErrnoException e) {
          assertThat(e.errno()).isIn(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP);
        }
      }
    } finally {
      end.set(true);
      swapper.join();
    }
  }

  private String read(Kernel kernel, String path) throws ErrnoException {
    try (Fd top = openRoot(kernel);
        Fd file = kernel.openInRoot(top.number(), Kernel.path(path), Open.O_RDONLY, 0)) {
      byte[] content = new byte[100];
      return new String(content, 0, kernel.read(file.number(), content, 0, 100), UTF_8);
    }
  }

  private Fd openRoot(Kernel kernel) throws ErrnoException {
    return kernel.open(root.toString(), Open.O_PATH | Open.O_DIRECTORY, 0);
  }

  private void link(String name, String target) throws Exception {
    // not through Path, which would drop a final slash
    byte[] place = Kernel.path(root.resolve(name).toString());
    Kernel.host().symlinkAt(Kernel.path(target), Fd.AT_FDCWD, place);
  }
}
