// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.tree;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rktj.PodException;
import io.rktj.linux.FaultyKernel;
import io.rktj.linux.Fd;
import io.rktj.linux.FileStatus;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.spec.archive.ExtendedAttribute;
import io.rktj.spec.archive.RawName;
import io.rktj.stage0.store.ImageStore;
import io.rktj.stage0.store.ImportWish;
import io.rktj.stage0.store.Requested;
import io.rktj.stage0.store.StoreException;
import io.rktj.stage0.store.StoredImage;
import io.rktj.stage0.store.TestImage;
import io.rktj.stage0.store.TestStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeStoreTest {
  private static final byte[] BYTES = {'c', 'a', 'f', (byte) 0xe9, '\n'};

  private final Kernel kernel = Kernel.host();
  private final TestStore.Listener listener = new TestStore.Listener();

  @TempDir Path directory;

  private Path data;
  private ImageStore store;
  private TreeStore trees;

  @BeforeEach
  void openStore() {
    data = TestStore.dataIn(directory);
    store = TestStore.open(data, kernel);
    trees = TreeStore.open(store, kernel, listener);
  }

  private StoredImage add(TestImage image) {
    return TestStore.add(store, image.write(directory.resolve("app.aci")), TestStore.ANY);
  }

  private static ImageTree alone(StoredImage image) {
    return new ImageTree(image, List.of());
  }

  /** What may be in a tree: every kind of file, odd names, links of both kinds. */
  private static TestImage rich() {
    ExtendedAttribute attribute =
        new ExtendedAttribute(RawName.of("user.colour"), RawName.of("blue"));
    return TestImage.named("example.com/rich")
        .directory("etc")
        .file("etc/conf", "x=1\n")
        .hardLink("etc/conf.again", "etc/conf")
        .symlink("etc/link", "../../../../etc/passwd")
        .fifo("etc/pipe")
        .file("deep/down/here", "made without its parents")
        .file("bin/su".getBytes(UTF_8), 06755, "#!", List.of(attribute))
        .file(BYTES, 0600, "name is not text", List.of());
  }

  private static List<String> names(String root) {
    Path top = Path.of(root);
    try (Stream<Path> files = Files.walk(top)) {
      return files
          .filter(file -> !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS))
          .map(file -> top.relativize(file).toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private FileStatus status(String root, byte[] name) throws IOException {
    try (Fd directoryFd = kernel.open(root, Open.O_RDONLY | Open.O_DIRECTORY, 0)) {
      return kernel.statAt(directoryFd.number(), name);
    }
  }

  @Test
  void unpacksInTheSamePassAsTheImport() {
    Path file = rich().write(directory.resolve("rich.aci"));

    StoredImage image;
    Optional<RenderedTree> tree;
    try (TreeUnpack unpack = trees.begin()) {
      ImportWish wish = new ImportWish(Requested.ANY, false, unpack, listener);
      image = TestStore.add(store, file, wish);
      tree = unpack.publish(image);
    }

    assertThat(tree.orElseThrow().rootfs())
        .isEqualTo(trees.find(alone(image)).orElseThrow().rootfs());
    assertThat(trees.verify(alone(image))).isEmpty();
    assertThat(data.resolve("cas/tmp")).isEmptyDirectory();
    assertThat(trees.sizes()).containsEntry(image.id(), 4L + 24 + 2 + 16);
  }

  @Test
  void rendersEveryKindOfFileExactly() throws IOException {
    StoredImage image = add(rich());

    RenderedTree tree = trees.render(alone(image));

    assertThat(trees.verify(alone(image))).isEmpty();
    String root = tree.rootfs();
    FileStatus bytes = status(root, BYTES);
    assertThat(bytes.size()).isEqualTo(16);
    assertThat(bytes.mode() & 07777).isEqualTo(0600);
    assertThat(bytes.mtimeSeconds()).isEqualTo(TestImage.TIME);
    assertThat(status(root, "bin/su".getBytes(UTF_8)).mode() & 07777).isEqualTo(06755);
    assertThat(status(root, "etc".getBytes(UTF_8)).mtimeSeconds()).isEqualTo(TestImage.TIME);
    assertThat(status(root, "etc".getBytes(UTF_8)).mode() & 07777).isEqualTo(0750);
    assertThat(status(root, "deep/down".getBytes(UTF_8)).mode() & 07777).isEqualTo(0755);
    assertThat(status(root, "etc/conf".getBytes(UTF_8)).inode())
        .isEqualTo(status(root, "etc/conf.again".getBytes(UTF_8)).inode());
    assertThat(Files.readSymbolicLink(Path.of(root, "etc/link")))
        .isEqualTo(Path.of("../../../../etc/passwd"));
    if (kernel.euid() == 0) {
      assertThat(bytes.uid()).isEqualTo(1000);
      assertThat(bytes.gid()).isEqualTo(2000);
    }
  }

  @Test
  void copiesATreeExactly() throws IOException {
    StoredImage image = add(rich());
    RenderedTree tree = trees.render(alone(image));
    Path copy = directory.resolve("copy");

    trees.copyTo(tree, copy);

    try (TreeComparison comparison = TreeComparison.open(kernel, copy.toString())) {
      new TreeRenderer(store).render(alone(image), comparison);
      assertThat(comparison.finish()).isEmpty();
    }
    assertThat(status(copy.toString(), "etc/conf".getBytes(UTF_8)).links()).isEqualTo(2);
  }

  @Test
  void findsEveryDifferenceWhenVerifying() throws IOException {
    StoredImage image = add(rich());
    Path root = Path.of(trees.render(alone(image)).rootfs());
    Files.writeString(root.resolve("deep/down/here"), "made without its PARENTS");
    Files.delete(root.resolve("bin/su"));
    Files.writeString(root.resolve("bin/added"), "");

    assertThat(trees.verify(alone(image)))
        .anySatisfy(line -> assertThat(line).startsWith("\"/deep/down/here\" has other content"))
        .anySatisfy(line -> assertThat(line).startsWith("\"/bin/su\""))
        .anySatisfy(line -> assertThat(line).isEqualTo("\"/bin/added\" should not be there"));
    trees.renderAgain(alone(image));
    assertThat(trees.verify(alone(image))).isEmpty();
  }

  @Test
  void laysAnImageOverThoseItDependsOn() throws IOException {
    StoredImage base =
        add(TestImage.named("example.com/base").file("bin/sh", "old").file("lib/c", "c"));
    StoredImage top = add(TestImage.named("example.com/top").file("bin/sh", "new"));
    ImageTree tree = new ImageTree(top, List.of(alone(base)));

    RenderedTree rendered = trees.render(tree);

    assertThat(names(rendered.rootfs())).containsExactly("bin/sh", "lib/c");
    assertThat(Path.of(rendered.rootfs(), "bin/sh")).hasContent("new");
    assertThat(rendered.id()).startsWith("deps-" + top.id() + "-");
    assertThat(trees.verify(tree)).isEmpty();
    assertThat(trees.byId(rendered.id()).orElseThrow().rootfs()).isEqualTo(rendered.rootfs());
  }

  @Test
  void keepsTheBytesOfAHardLinkWhoseFileIsReplacedFromAbove() {
    StoredImage base =
        add(
            TestImage.named("example.com/base")
                .file("bin/sh", "old")
                .hardLink("bin/bash", "bin/sh")
                .hardLink("bin/dash", "bin/bash"));
    StoredImage top = add(TestImage.named("example.com/top").file("bin/sh", "new"));
    ImageTree tree = new ImageTree(top, List.of(alone(base)));

    RenderedTree rendered = trees.render(tree);

    assertThat(Path.of(rendered.rootfs(), "bin/sh")).hasContent("new");
    assertThat(Path.of(rendered.rootfs(), "bin/bash")).hasContent("old");
    assertThat(Path.of(rendered.rootfs(), "bin/dash")).hasContent("old");
    assertThat(trees.verify(tree)).isEmpty();
  }

  @Test
  void keepsOnlyWhatTheWhitelistNames() {
    Path file =
        TestImage.named("example.com/listed")
            .with("\"pathWhitelist\":[\"/keep\"]")
            .file("keep", "k")
            .file("drop", "d")
            .write(directory.resolve("listed.aci"));

    StoredImage image;
    try (TreeUnpack unpack = trees.begin()) {
      image = TestStore.add(store, file, new ImportWish(Requested.ANY, false, unpack, listener));
      assertThat(unpack.publish(image)).isEmpty();
    }

    assertThat(names(trees.render(alone(image)).rootfs())).containsExactly("keep");
  }

  @Test
  void refusesToRenderAnImageThatChangedOnTheDisk() throws IOException {
    StoredImage image = add(TestImage.named("example.com/app").file("f", "hello"));
    Path blob = Path.of(store.layout().blob(image.id()));
    byte[] tar = Files.readAllBytes(blob);
    String text = new String(tar, ISO_8859_1);
    tar[text.indexOf("hello")] = 'H';
    Files.write(blob, tar);

    assertThatThrownBy(() -> trees.render(alone(image)))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith("image hash does not match expected (");
    assertThat(trees.ids()).isEmpty();
    assertThat(data.resolve("cas/tmp")).isEmptyDirectory();
  }

  @Test
  void removesATree() {
    StoredImage image = add(rich());
    RenderedTree tree = trees.render(alone(image));

    trees.remove(tree.id());
    trees.remove(tree.id());

    assertThat(trees.find(alone(image))).isEmpty();
    assertThat(trees.ids()).isEmpty();
  }

  @Test
  void isWholeOrNotThereWhereverRenderingIsCutShort() {
    StoredImage image = add(TestImage.named("example.com/app").directory("d").file("d/f", "x"));
    boolean failed = true;
    for (int n = 1; failed; n++) {
      assertThat(n).isLessThan(500);
      FaultyKernel faulty = FaultyKernel.crashingAt(kernel, n);
      boolean done = false;
      try {
        TreeStore.open(TestStore.open(data, faulty), faulty, listener).render(alone(image));
        done = true;
      } catch (PodException e) {
        assertThat(faulty.hasFailed()).as(e.toString()).isTrue();
      }
      failed = faulty.hasFailed();

      if (done) {
        assertThat(trees.find(alone(image))).isPresent();
      }
      assertThat(trees.verify(alone(image))).isEmpty();
      store.sweep();
      assertThat(data.resolve("cas/tmp")).isEmptyDirectory();
      trees.render(alone(image));
      assertThat(trees.verify(alone(image))).isEmpty();
      trees.remove(image.id().toString());
    }
  }

  @Test
  void isWholeOrNotThereWhereverRemovalIsCutShort() {
    StoredImage image = add(TestImage.named("example.com/app").directory("d").file("d/f", "x"));
    boolean failed = true;
    for (int n = 1; failed; n++) {
      RenderedTree tree = trees.render(alone(image));
      FaultyKernel faulty = FaultyKernel.crashingAt(kernel, n);
      try {
        TreeStore.open(TestStore.open(data, faulty), faulty, listener).remove(tree.id());
      } catch (PodException e) {
        assertThat(faulty.hasFailed()).as(e.toString()).isTrue();
      }
      failed = faulty.hasFailed();

      assertThat(trees.verify(alone(image))).isEmpty();
      store.sweep();
      assertThat(data.resolve("cas/tmp")).isEmptyDirectory();
    }
  }

  @Test
  void bringsAttributesAlong() throws IOException {
    StoredImage image = add(rich());
    String root = trees.render(alone(image)).rootfs();

    try (Fd file = kernel.open(root + "/bin/su", Open.O_RDONLY, 0)) {
      List<byte[]> names = kernel.listXattr(file.number());
      assumeTrue(!names.isEmpty(), "this file system has no extended attributes");
      assertThat(kernel.getXattr(file.number(), "user.colour".getBytes(UTF_8)))
          .isEqualTo("blue".getBytes(UTF_8));
    }
  }
}
