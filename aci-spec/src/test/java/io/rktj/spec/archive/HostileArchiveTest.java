// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.rktj.spec.MalformedException;
import io.rktj.spec.archive.RawTar.Header;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One archive for every way in which one can break a rule. */
class HostileArchiveTest {
  private static final String LONG = "x".repeat(250) + "/";

  @ParameterizedTest(name = "{0}")
  @MethodSource({"names", "layout", "types", "links", "numbers", "extensions", "ends", "sparse"})
  void refuses(String id, byte[] archive, String reason) {
    assertThatThrownBy(() -> read(archive, ArchiveLimits.ofDefaults()))
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith("cannot read image \"test.aci\": ")
        .hasMessageContaining(reason);
  }

  static Stream<Arguments> names() {
    return Stream.of(
        bad("tr-dotdot", image().file("rootfs/../etc/x", "").end(), "climbs"),
        bad("tr-dotdot-only", image().directory("..").end(), "climbs"),
        bad("tr-absolute", image().file("/rootfs/x", "").end(), "absolute"),
        bad("tr-empty", image().entry(new Header("", '0'), "").end(), "name is empty"),
        bad("tr-nul-pax", image().pax("path", "rootfs/a\0b").file("x", "").end(), "NUL"),
        bad("tr-nul-long", image().extension('L', "rootfs/a\0b\0").file("x", "").end(), "NUL"),
        bad("tr-beside", image().file("rootfsX/a", "").end(), "unrecognized file path"),
        bad("tr-other-top", image().file("etc/passwd", "").end(), "unrecognized file path"),
        bad("tr-slash-file", image().file("rootfs/a/", "").end(), "ends with a slash"),
        bad(
            "tr-component",
            image().pax("path", "rootfs/" + "y".repeat(256)).file("z", "").end(),
            "more than 255 bytes"),
        bad(
            "tr-long-name",
            image().pax("path", "rootfs/" + LONG.repeat(17)).file("z", "").end(),
            "name is longer than 4096 bytes"),
        bad(
            "tr-deep",
            image().pax("path", "rootfs/" + "a/".repeat(1024) + "b").file("z", "").end(),
            "more than 1024 components"));
  }

  static Stream<Arguments> layout() {
    RawTar noManifest = new RawTar().directory("rootfs/");
    RawTar noRoot = new RawTar().file("manifest", "{}");
    return Stream.of(
        bad("ly-dup-file", image().file("rootfs/a", "").file("rootfs/a", "").end(), "duplicate"),
        bad(
            "ly-dup-cleaned",
            image().file("rootfs/a", "").file("./rootfs//a", "").end(),
            "duplicate"),
        bad("ly-dup-rootfs", image().directory("rootfs").end(), "duplicate"),
        bad("ly-dup-dir", image().directory("rootfs/d").directory("rootfs/d/").end(), "duplicate"),
        bad(
            "dev-dup",
            image().device('3', "rootfs/n", 1, 3).file("rootfs/n", "x").end(),
            "duplicate"),
        bad(
            "dev-fifo-dup",
            image().entry(new Header("rootfs/p", '6'), "").file("rootfs/p", "x").end(),
            "duplicate"),
        bad(
            "tr-sym-write",
            image().symlink("rootfs/s", "/etc/x").file("rootfs/s", "x").end(),
            "duplicate"),
        bad("ly-two-manifests", image().file("./manifest", "{}").end(), "duplicate"),
        bad("ly-no-manifest", noManifest.end(), "no image manifest found in layout"),
        bad("ly-no-rootfs", noRoot.end(), "no rootfs found in layout"),
        bad(
            "ly-implied-rootfs",
            new RawTar().file("manifest", "{}").file("rootfs/a", "").end(),
            "no rootfs found in layout"),
        bad("ly-manifest-dir", new RawTar().directory("manifest").end(), "not a regular file"),
        bad("ly-manifest-link", new RawTar().symlink("manifest", "x").end(), "not a regular file"),
        bad("ly-rootfs-file", new RawTar().file("rootfs", "").end(), "rootfs is not a directory"),
        bad(
            "ly-rootfs-link",
            new RawTar().symlink("rootfs", "/").end(),
            "rootfs is not a directory"),
        bad(
            "tr-under-link",
            image().symlink("rootfs/s", "/etc").file("rootfs/s/passwd", "").end(),
            "is not a directory"),
        bad(
            "tr-under-file",
            image().file("rootfs/f", "").file("rootfs/f/x", "").end(),
            "is not a directory"),
        bad(
            "tr-link-over-dir",
            image().file("rootfs/d/x", "").symlink("rootfs/d", "/etc").end(),
            "earlier entries lie beneath it"));
  }

  static Stream<Arguments> types() {
    return Stream.of(
        bad("dev-block", image().device('4', "rootfs/sda", 8, 0).end(), "block devices"),
        bad("dev-mem", image().device('3', "rootfs/mem", 1, 1).end(), "1:1 is not allowed"),
        bad("dev-kmsg", image().device('3', "rootfs/kmsg", 1, 11).end(), "1:11 is not allowed"),
        bad("dev-whiteout", image().device('3', "rootfs/w", 0, 0).end(), "0:0 is not allowed"),
        bad("dev-tty3", image().device('3', "rootfs/t", 5, 3).end(), "5:3 is not allowed"),
        bad(
            "type-socket",
            image().entry(new Header("rootfs/s", 's'), "").end(),
            "unsupported type"),
        bad("type-multi", image().entry(new Header("rootfs/s", 'M'), "").end(), "unsupported type"),
        bad(
            "dir-content",
            image().entry(new Header("rootfs/d", '5').size(512), "x").end(),
            "not a regular file"),
        bad(
            "link-content",
            image().entry(new Header("rootfs/l", '2').link("a").size(1), "x").end(),
            "not a regular file"),
        bad(
            "xa-trusted",
            image().pax("SCHILY.xattr.trusted.overlay.redirect", "/").file("rootfs/a", "").end(),
            "trusted.overlay.redirect"),
        bad(
            "xa-overlay",
            image().pax("SCHILY.xattr.user.overlay.opaque", "y").directory("rootfs/a").end(),
            "user.overlay.opaque"),
        bad("xa-unknown", image().pax("SCHILY.xattr.evil", "y").file("rootfs/a", "").end(), "evil"),
        bad(
            "xa-long",
            image().pax("SCHILY.xattr.user.a", "y".repeat(65537)).file("rootfs/a", "").end(),
            "too long"));
  }

  static Stream<Arguments> links() {
    return Stream.of(
        bad("tr-hard-absolute", image().hardLink("rootfs/h", "/etc/passwd").end(), "absolute"),
        bad("tr-hard-climbing", image().hardLink("rootfs/h", "rootfs/../../x").end(), "climbs"),
        bad("tr-hard-outside", image().hardLink("rootfs/h", "manifest").end(), "leaves rootfs"),
        bad("tr-hard-root", image().hardLink("rootfs/h", "rootfs").end(), "leaves rootfs"),
        bad(
            "tr-hard-missing",
            image().hardLink("rootfs/h", "rootfs/none").end(),
            "earlier regular"),
        bad(
            "tr-hard-later",
            image().hardLink("rootfs/h", "rootfs/a").file("rootfs/a", "").end(),
            "earlier regular"),
        bad("tr-hard-self", image().hardLink("rootfs/h", "rootfs/h").end(), "earlier regular"),
        bad(
            "tr-hard-dir",
            image().directory("rootfs/d").hardLink("rootfs/h", "rootfs/d").end(),
            "earlier regular"),
        bad(
            "tr-hard-sym",
            image().symlink("rootfs/s", "/x").hardLink("rootfs/h", "rootfs/s").end(),
            "earlier regular"),
        bad(
            "tr-hard-device",
            image().device('3', "rootfs/n", 1, 3).hardLink("rootfs/h", "rootfs/n").end(),
            "earlier regular"),
        bad("tr-sym-empty", image().symlink("rootfs/s", "").end(), "no target"),
        bad(
            "tr-sym-nul",
            image().pax("linkpath", "a\0b").symlink("rootfs/s", "a").end(),
            "target holds a NUL byte"),
        bad(
            "tr-sym-long",
            image().pax("linkpath", "y".repeat(4097)).symlink("rootfs/s", "a").end(),
            "longer than 4096 bytes"));
  }

  static Stream<Arguments> numbers() {
    return Stream.of(
        bad("ps-sum", image().entry(new Header("rootfs/a", '0').wrongSum(), "").end(), "check sum"),
        bad("ps-pax-sum", image().entry(new Header("p", 'x').wrongSum(), "").end(), "check sum"),
        bad(
            "ps-octal",
            image().entry(new Header("rootfs/a", '0').text(124, "0000000009x"), "").end(),
            "size is not an octal number"),
        bad(
            "ps-negative",
            image().entry(new Header("rootfs/a", '0').text(124, "\u00ff".repeat(12)), "").end(),
            "size is negative"),
        bad(
            "ps-huge",
            image()
                .entry(new Header("rootfs/a", '0').text(124, "\u0080" + "\u007f".repeat(11)), "")
                .end(),
            "size is out of range"),
        bad(
            "ps-uid",
            image().pax("uid", "4294967295").file("rootfs/a", "").end(),
            "user id is out"),
        bad(
            "ps-magic",
            image().entry(new Header("rootfs/a", '0').text(257, "\0\0\0\0\0\0\0\0"), "").end(),
            "not of a ustar archive"),
        bad(
            "bomb-claim",
            image()
                .entry(new Header("rootfs/a", '0').text(124, "\u0080\0\0\0\0\0\1\0\0\0\0\0"), "")
                .end(),
            "content exceeds"),
        bad(
            "bomb-pax-claim",
            image().pax("size", "99999999999999").file("rootfs/a", "").end(),
            "content exceeds"));
  }

  static Stream<Arguments> extensions() {
    return Stream.of(
        bad(
            "ps-pax-short",
            image().extension('x', "30 path=rootfs/a\n").file("b", "").end(),
            "damaged"),
        bad(
            "ps-pax-word",
            image().extension('x', "path=rootfs/a\n").file("b", "").end(),
            "damaged"),
        bad("ps-pax-no-line", image().extension('x', "7 a=bcd").file("b", "").end(), "damaged"),
        bad("ps-pax-zero", image().extension('x', "0 a=b\n").file("b", "").end(), "damaged"),
        bad(
            "ps-pax-twice",
            image().pax("path", "rootfs/a", "path", "rootfs/b").file("c", "").end(),
            "twice"),
        bad("ps-pax-empty", image().pax("path", "").file("rootfs/c", "").end(), "path is empty"),
        bad("ps-pax-size", image().pax("size", "-1").file("rootfs/c", "").end(), "not a number"),
        bad("ps-pax-time", image().pax("mtime", "1e9").file("rootfs/c", "").end(), "not a time"),
        bad(
            "ps-pax-pax",
            image().pax("a", "b").pax("a", "b").file("rootfs/c", "").end(),
            "two extended"),
        bad(
            "ps-pax-and-long",
            image().pax("path", "rootfs/a").extension('L', "rootfs/b\0").file("c", "").end(),
            "two long names"),
        bad(
            "ps-global-path",
            image().global("path", "rootfs/x").file("rootfs/c", "").end(),
            "global"),
        bad("ps-global-size", image().global("size", "0").file("rootfs/c", "").end(), "global"),
        bad(
            "ps-global-sparse",
            image().global("GNU.sparse.size", "9").file("rootfs/c", "").end(),
            "global"),
        bad(
            "ps-pax-long",
            image().entry(new Header("p", 'x').size(1024 * 1024 + 1), "").end(),
            "longer than 1048576 bytes"),
        bad(
            "ps-gnulong-long",
            image().entry(new Header("p", 'L').size(1L << 32), "").end(),
            "longer than 1048576 bytes"),
        bad("ps-pax-last", image().pax("path", "rootfs/a").end(), "ends after an extended header"),
        bad(
            "ps-star",
            image()
                .entry(new Header("a", '0').text(345, "x".repeat(155)).text(508, "tar\0"), "")
                .end(),
            "differently"));
  }

  static Stream<Arguments> ends() {
    byte[] whole = image().file("rootfs/a", "abc").end();
    byte[] noEnd = image().file("rootfs/a", "abc").bytes();
    return Stream.of(
        bad("end-none", noEnd, "truncated"),
        bad("end-in-header", Arrays.copyOf(noEnd, noEnd.length - 800), "truncated"),
        bad("end-in-content", Arrays.copyOf(noEnd, noEnd.length - 511), "truncated"),
        bad("end-in-mark", Arrays.copyOf(whole, whole.length - 100), "truncated"),
        bad(
            "end-foreign",
            new RawTar().raw(new String(whole, ISO_8859_1)).file("rootfs/b", "").end(),
            "foreign bytes follow"),
        bad("end-nothing", new byte[0], "unknown image filetype"),
        bad("end-zeros", new byte[4096], "unknown image filetype"),
        bad("end-text", "hello".getBytes(UTF_8), "unknown image filetype"));
  }

  static Stream<Arguments> sparse() {
    return Stream.of(
        bad(
            "sp-beyond",
            sparse("GNU.sparse.size", "10", "GNU.sparse.map", "8,4").end(),
            "does not fit"),
        bad(
            "sp-backwards",
            sparse("GNU.sparse.size", "99", "GNU.sparse.map", "8,2,4,2").end(),
            "backwards"),
        bad(
            "sp-short-map",
            sparse("GNU.sparse.size", "99", "GNU.sparse.map", "0,4").end(),
            "does not fit"),
        bad(
            "sp-uneven",
            sparse("GNU.sparse.size", "99", "GNU.sparse.map", "0,2,10,2").end(),
            "fills no blocks"),
        bad(
            "sp-overlap",
            sparse("GNU.sparse.size", "99", "GNU.sparse.map", "8,3,10,1").end(),
            "backwards"),
        bad(
            "sp-stored",
            sparse("GNU.sparse.size", "99", "GNU.sparse.map", "8,3").end(),
            "does not fit"),
        bad("sp-odd", sparse("GNU.sparse.size", "99", "GNU.sparse.map", "8,4,9").end(), "damaged"),
        bad(
            "sp-words",
            sparse("GNU.sparse.size", "99", "GNU.sparse.map", "a,b").end(),
            "not made of numbers"),
        bad(
            "sp-count",
            sparse("GNU.sparse.size", "99", "GNU.sparse.map", "0,4", "GNU.sparse.numblocks", "2")
                .end(),
            "number of pieces"),
        bad("sp-no-size", sparse("GNU.sparse.map", "0,4").end(), "missing"),
        bad(
            "sp-form",
            sparse("GNU.sparse.major", "2", "GNU.sparse.realsize", "9").end(),
            "unknown form"),
        bad(
            "sp-map-1.0",
            image()
                .pax("GNU.sparse.major", "1", "GNU.sparse.minor", "0", "GNU.sparse.realsize", "9")
                .file("rootfs/a", "70000\n" + "0".repeat(506))
                .end(),
            "more than 65536 pieces"),
        bad(
            "sp-map-1.0-cut",
            image()
                .pax("GNU.sparse.major", "1", "GNU.sparse.minor", "0", "GNU.sparse.realsize", "9")
                .file("rootfs/a", "7")
                .end(),
            "damaged"),
        bad(
            "sp-many",
            sparse("GNU.sparse.size", "9", "GNU.sparse.map", "0,0" + ",0,0".repeat(65536)).end(),
            "more than 65536 pieces"),
        bad(
            "bomb-sparse",
            sparse("GNU.sparse.size", "1099511627776", "GNU.sparse.map", "0,4,1099511627776,0")
                .end(),
            "content exceeds"),
        bad(
            "bomb-sparse-ratio",
            sparse("GNU.sparse.size", "10737418240", "GNU.sparse.map", "0,4,10737418240,0").end(),
            "expands more than 1000 times"),
        bad(
            "bomb-manifest",
            new RawTar()
                .pax("GNU.sparse.size", "1073741824", "GNU.sparse.map", "0,4,1073741824,0")
                .file("manifest", "abcd")
                .end(),
            "manifest is longer than"));
  }

  @Test
  void refusesMoreEntriesThanAllowed() {
    RawTar tar = image();
    for (int i = 0; i < 20; i++) {
      tar.file("rootfs/" + i, "");
    }

    assertThatThrownBy(() -> read(tar.end(), ArchiveLimits.ofDefaults().withEntries(10)))
        .hasMessageContaining("more than 10 entries");
  }

  @Test
  void readsALongRowOfExtensionHeadersWithoutRecursion() {
    RawTar tar = image();
    for (int i = 0; i < 50_000; i++) {
      tar.global("comment", "x");
    }

    assertThat(read(tar.file("rootfs/a", "").end(), ArchiveLimits.ofDefaults())).hasSize(2);
  }

  @Test
  void readsManySparsePiecesWithoutRecursion() {
    StringBuilder map = new StringBuilder("0,512");
    for (int i = 1; i < 5000; i++) {
      map.append(',').append(i * 1024).append(",512");
    }
    map.append(",5120000,0");
    byte[] archive =
        image()
            .pax("GNU.sparse.size", "5120000", "GNU.sparse.map", map.toString())
            .file("rootfs/a", "x".repeat(5000 * 512))
            .end();

    assertThat(read(archive, ArchiveLimits.ofDefaults()).get(1).size()).isEqualTo(5_120_000);
  }

  @Test
  void keepsWhatIsAllowed() {
    List<AciEntry> entries =
        read(
            image()
                .directory("./")
                .pax(
                    "SCHILY.xattr.user.a",
                    "1",
                    "SCHILY.xattr.security.capability",
                    "2",
                    "SCHILY.xattr.security.selinux",
                    "3",
                    "mtime",
                    "-1.25")
                .file("rootfs/a\u00ff\u00fe", "abc")
                .pax("path", "rootfs/b\u00ff", "SCHILY.xattr.user.a", "1")
                .symlink("x", "../..//../\u00ff")
                .hardLink("rootfs/h", "./rootfs/a\u00ff\u00fe")
                .hardLink("rootfs/i", "rootfs/h")
                .device('3', "rootfs/ptmx", 5, 2)
                .entry(new Header("rootfs/p", '6'), "")
                .end(),
            ArchiveLimits.ofDefaults());

    AciEntry file = entries.get(1);
    assertThat(file.name()).hasToString("a\\xff\\xfe");
    assertThat(file.attributes().xattrs())
        .extracting(attribute -> attribute.name().toString())
        .containsExactlyInAnyOrder("user.a", "security.capability");
    assertThat(file.attributes().mtimeSeconds()).isEqualTo(-2);
    assertThat(file.attributes().mtimeNanos()).isEqualTo(750_000_000);
    AciEntry link = entries.get(2);
    assertThat(link.name()).hasToString("b\\xff");
    assertThat(link.link()).hasToString("../..//../\\xff");
    assertThat(link.attributes().xattrs()).isEmpty();
    assertThat(entries.get(3).link()).isEqualTo(file.name());
    assertThat(entries)
        .extracting(AciEntry::type)
        .containsExactly(
            EntryType.DIRECTORY,
            EntryType.REGULAR,
            EntryType.SYMLINK,
            EntryType.HARD_LINK,
            EntryType.HARD_LINK,
            EntryType.CHARACTER_DEVICE,
            EntryType.FIFO);
  }

  private static RawTar image() {
    return RawTar.image();
  }

  private static RawTar sparse(String... records) {
    return image().pax(records).file("rootfs/a", "abcd");
  }

  private static Arguments bad(String id, byte[] archive, String reason) {
    return arguments(id, archive, reason);
  }

  private static List<AciEntry> read(byte[] archive, ArchiveLimits limits) {
    List<AciEntry> entries = new ArrayList<>();
    try {
      new AciStream(new ByteArrayInputStream(archive), "test.aci", limits)
          .visit((entry, content) -> entries.add(entry))
          .run();
    } catch (IOException e) {
      throw new AssertionError("memory can be read", e);
    }
    return entries;
  }
}
