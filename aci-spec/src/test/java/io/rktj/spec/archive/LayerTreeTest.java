// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.spec.MalformedException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What layers make up, by the OCI image specification and under the rules for archives. */
class LayerTreeTest {
  private static final String MANIFEST =
      "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",\"name\":\"example.com/app\"}";

  private LayerTree tree = new LayerTree("docker://x", ArchiveLimits.ofDefaults());
  private int layers;

  @AfterEach
  void leavesNoThread() {
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("inflate");
  }

  private LayerTreeTest layer(RawTar tar) throws IOException {
    return layer(tar.end());
  }

  private LayerTreeTest layer(byte[] bytes) throws IOException {
    String name = "sha256:" + layers++;
    tree.add(
        new LayerTree.Layer() {
          @Override
          public String name() {
            return name;
          }

          @Override
          public InputStream open() {
            return new ByteArrayInputStream(bytes);
          }
        },
        ByteSink.NONE);
    return this;
  }

  /** What the image holds, read by the reader of images: a line for each file, sorted. */
  private List<String> files() throws IOException {
    List<String> files = new ArrayList<>();
    new AciStream(tree.image(MANIFEST.getBytes(UTF_8)), "squashed", ArchiveLimits.ofDefaults())
        .visit(
            (entry, content) ->
                files.add(
                    switch (entry.type()) {
                      case DIRECTORY -> entry.name() + "/";
                      case REGULAR ->
                          entry.name() + "=" + new String(content.readAllBytes(), UTF_8);
                      case HARD_LINK -> entry.name() + "==" + entry.link();
                      case SYMLINK -> entry.name() + "->" + entry.link();
                      case CHARACTER_DEVICE, FIFO -> entry.name() + "!";
                    }))
        .run();
    files.remove("/");
    files.sort(null);
    return files;
  }

  private static RawTar tar() {
    return new RawTar();
  }

  private static RawTar base() {
    return tar()
        .directory("./")
        .directory("./d/")
        .file("./d/a", "1")
        .file("./d/b", "2")
        .file("./top", "3");
  }

  @Test
  void laterLayersAddAndReplace() throws IOException {
    layer(base()).layer(tar().file("d/a", "new").file("e/f/g", "4").symlink("top", "d/a"));

    assertThat(files())
        .containsExactly("d/", "d/a=new", "d/b=2", "e/", "e/f/", "e/f/g=4", "top->d/a");
  }

  @Test
  void whiteoutsHideWhatIsBelowWhereverTheyStand() throws IOException {
    layer(base())
        .layer(
            tar().file("d/new", "5").file(".wh.top", "").file("d/.wh.a", "").file("d/.wh.no", ""));

    assertThat(files()).containsExactly("d/", "d/b=2", "d/new=5");
  }

  @Test
  void whiteoutOfWhatTheLayerBringsAnewHidesOnlyTheOld() throws IOException {
    layer(base())
        .layer(tar().directory("d").file("d/new", "5").file(".wh.d", ""))
        .layer(tar().file("top", "6").file(".wh.top", ""));

    assertThat(files()).containsExactly("d/", "d/new=5", "top=6");
  }

  @Test
  void opaqueDirectoryHidesLowerLayersOnly() throws IOException {
    layer(base().file("d/sub/deep", "7").file("d/kept/old", "8"))
        .layer(tar().file("d/first", "9").file("d/.wh..wh..opq", "").file("d/kept/last", "10"));

    assertThat(files()).containsExactly("d/", "d/first=9", "d/kept/", "d/kept/last=10", "top=3");
  }

  @Test
  void opaqueRootLeavesNothingBelow() throws IOException {
    layer(base()).layer(tar().file("only", "1").file(".wh..wh..opq", ""));

    assertThat(files()).containsExactly("only=1");
  }

  @Test
  void fileTakesThePlaceOfADirectoryAndTheOtherWay() throws IOException {
    layer(base()).layer(tar().file("d", "flat").directory("top").file("top/x", "1"));

    assertThat(files()).containsExactly("d=flat", "top/", "top/x=1");
  }

  @Test
  void hardLinksKeepTheirContentWhateverBecomesOfTheFirstName() throws IOException {
    layer(
            tar()
                .file("a", "one")
                .hardLink("b", "a")
                .hardLink("c", "./b")
                .symlink("s", "x")
                .hardLink("t", "s"))
        .layer(tar().file(".wh.a", "").hardLink("up", "c"));

    assertThat(files()).containsExactly("b=one", "c==b", "s->x", "t->x", "up==b");
  }

  @Test
  void linksOfLowerLayersAreFollowedWithinTheImage() throws IOException {
    layer(
            tar()
                .directory("usr")
                .directory("usr/lib")
                .symlink("lib", "usr/lib")
                .symlink("up", "../../../usr")
                .file("usr/lib/old", "1"))
        .layer(
            tar()
                .file("lib/new", "2")
                .file("up/lib/more", "3")
                .file("lib/.wh.old", "")
                .hardLink("h", "lib/new"));

    assertThat(files())
        .containsExactly(
            "h=2",
            "lib->usr/lib",
            "up->../../../usr",
            "usr/",
            "usr/lib/",
            "usr/lib/more=3",
            "usr/lib/new==h");
  }

  @Test
  void directoriesSaidTwiceAreWhatIsSaidLast() throws IOException {
    layer(tar().directory("d").file("d/a", "1").directory("d")).layer(tar().directory("d"));

    assertThat(files()).containsExactly("d/", "d/a=1");
  }

  @Test
  void notesOfAufsAreLeftOut() throws IOException {
    layer(base().directory(".wh..wh.plnk").file(".wh..wh.aufs", "").file(".wh..wh.plnk/1.2", "x"));

    assertThat(files()).containsExactly("d/", "d/a=1", "d/b=2", "top=3");
  }

  @Test
  void addedLinksYieldToWhatIsThere() throws IOException {
    layer(tar().directory("dev").file("dev/stdin", "mine"));
    tree.addLink("dev", "stdin", "/proc/self/fd/0");
    tree.addLink("dev", "fd", "/proc/self/fd");

    assertThat(files()).containsExactly("dev/", "dev/fd->/proc/self/fd", "dev/stdin=mine");
  }

  @Test
  void sameLayersGiveTheSameBytes() throws IOException {
    layer(base()).layer(tar().hardLink("x", "top").file("d/c", "0"));
    byte[] manifest = MANIFEST.getBytes(UTF_8);

    assertThat(tree.image(manifest).readAllBytes()).isEqualTo(tree.image(manifest).readAllBytes());
  }

  @Test
  void layersMayBeCompressed() throws IOException {
    for (Compression compression : List.of(Compression.GZIP, Compression.ZSTD)) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (var out = compression.compress(bytes)) {
        out.write(tar().file(compression.name(), "x").end());
      }
      layer(bytes.toByteArray());
    }

    assertThat(files()).containsExactly("GZIP=x", "ZSTD=x");
  }

  static Stream<Arguments> hostile() {
    return Stream.of(
        evil("oci-tr-dotdot", t -> t.file("../x", ""), "climbs"),
        evil("oci-tr-absolute", t -> t.file("/x", ""), "is absolute"),
        evil("oci-tr-dup", t -> t.file("x", "").file("./x", ""), "duplicate file entry"),
        evil("oci-dup-link", t -> t.symlink("x", "/etc").file("x", ""), "duplicate file entry"),
        evil("oci-dup-dir", t -> t.file("x", "").directory("x"), "duplicate file entry"),
        evil("oci-under-file", t -> t.file("top/x", ""), "is not a directory"),
        evil("oci-under-own-link", t -> t.symlink("l", "d").file("l/x", ""), "is not a directory"),
        evil("oci-dir-then-file", t -> t.file("n/x", "").file("n", ""), "earlier entries lie"),
        evil("oci-hard-climbing", t -> t.hardLink("x", "../etc/passwd"), "climbs"),
        evil("oci-hard-absolute", t -> t.hardLink("x", "/top"), "is absolute"),
        evil("oci-hard-none", t -> t.hardLink("x", "none"), "is not an earlier regular file"),
        evil("oci-hard-dir", t -> t.hardLink("x", "d"), "is not an earlier regular file"),
        evil("oci-hard-loop", t -> t.hardLink("x", "loop/y"), "is not an earlier regular file"),
        evil("oci-sym-loop", t -> t.file("loop/y", ""), "is not a directory"),
        evil("oci-wh-dotdot", t -> t.file("d/.wh...", ""), "whiteout hides no single name"),
        evil("oci-wh-dot", t -> t.file("d/.wh..", ""), "whiteout hides no single name"),
        evil("oci-wh-empty", t -> t.file("d/.wh.", ""), "whiteout hides no single name"),
        evil("oci-wh-beneath", t -> t.file("d/.wh.a/x", ""), "beneath a whiteout"),
        evil("oci-wh-dir", t -> t.directory("d/.wh.a"), "whiteout is not a regular file"),
        evil("oci-dev-block", t -> t.device('4', "x", 8, 0), "block devices"),
        evil("oci-dev-whiteout", t -> t.device('3', "x", 0, 0), "is not allowed"),
        evil(
            "oci-xa-trusted",
            t -> t.pax("SCHILY.xattr.trusted.overlay.opaque", "y").directory("d"),
            "is not allowed"),
        evil("oci-root-link", t -> t.symlink(".", "/"), "root is not a directory"));
  }

  private static Arguments evil(String rule, Consumer<RawTar> change, String reason) {
    return Arguments.of(rule, change, reason);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostile")
  void refuses(String rule, Consumer<RawTar> change, String reason) throws IOException {
    layer(base().symlink("loop", "pool").symlink("pool", "loop"));
    RawTar evil = tar();
    change.accept(evil);

    assertThatThrownBy(() -> layer(evil))
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith("cannot read image \"docker://x\", layer \"sha256:1\": ")
        .hasMessageContaining(reason);
  }

  @Test
  void refusesOtherCompressionsAndAnImageWhoseDevIsNoDirectory() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (var out = Compression.XZ.compress(bytes)) {
      out.write(base().end());
    }
    assertThatThrownBy(() -> layer(bytes.toByteArray())).hasMessageContaining("XZ");

    layer(tar().symlink("dev", "/tmp"));
    assertThatThrownBy(() -> tree.addLink("dev", "fd", "x"))
        .hasMessageContaining("\"/dev\" is not a directory");
  }

  @Test
  void linksLeadNoDeeperThanNamesDo() throws IOException {
    String deep = "a/".repeat(600);
    layer(tar().pax("path", deep).directory("x/").pax("linkpath", deep).symlink("l", "x"));

    assertThatThrownBy(() -> layer(tar().pax("path", "l/" + "b/".repeat(500) + "c").file("x", "")))
        .hasMessageContaining("name has more than 1024 components");
  }

  @Test
  void namesOfAllLayersTogetherAreLimited() throws IOException {
    tree = new LayerTree("docker://x", ArchiveLimits.ofDefaults().withEntries(5));
    layer(tar().file("a", "").file("b", "").file("c", ""));

    assertThatThrownBy(() -> layer(tar().file("d", "").file("e/f/g", "")))
        .hasMessageContaining("image has more than 5 names");
  }

  /** Links that lead to links that lead to links: each is looked at a few times at most. */
  @Test
  void refusesLinksThatFanOutSoon() throws IOException {
    RawTar links = tar().symlink("l0", ".");
    for (int i = 1; i < 60; i++) {
      links.symlink("l" + i, ("l" + (i - 1) + "/").repeat(10) + ".");
    }
    layer(links);

    assertThatThrownBy(() -> layer(tar().file("l59/x", "")))
        .hasMessageContaining("not a directory");
  }
}
