// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.RawTar;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktResult;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Images that break one rule each, given to the installed command: refused with one line, status
 * 254, and not a byte kept or written elsewhere.
 */
class HostileImageIT {
  private static final String LONG = "x".repeat(250) + "/";

  @TempDir Path temp;

  static Stream<Arguments> hostile() {
    Map<String, Consumer<RawTar>> cases = new LinkedHashMap<>();
    cases.put("climbing name", t -> t.file("rootfs/../../escaped", "x"));
    cases.put("absolute name", t -> t.file("/tmp/escaped", "x"));
    cases.put("dot-dot in the middle", t -> t.file("rootfs/a/../../../escaped", "x"));
    cases.put("name beside rootfs", t -> t.file("rootfsX/file", "x"));
    cases.put("third top-level name", t -> t.file("other", "x"));
    cases.put("duplicate file", t -> t.file("rootfs/a", "1").file("rootfs/a", "2"));
    cases.put("duplicate after cleaning", t -> t.file("rootfs/a", "1").file("rootfs/./a", "2"));
    cases.put(
        "write through a link", t -> t.symlink("rootfs/l", "/tmp").file("rootfs/l/escaped", "x"));
    cases.put("link then file", t -> t.symlink("rootfs/f", "/etc/passwd").file("rootfs/f", "x"));
    cases.put("device then file", t -> t.node("rootfs/d", '3', 1, 3).file("rootfs/d", "x"));
    cases.put("pipe then file", t -> t.node("rootfs/p", '6', 0, 0).file("rootfs/p", "x"));
    cases.put("block device", t -> t.node("rootfs/sda", '4', 8, 0));
    cases.put("memory device", t -> t.node("rootfs/mem", '3', 1, 1));
    cases.put("hard link to the outside", t -> t.hardlink("rootfs/h", "/etc/passwd"));
    cases.put("climbing hard link", t -> t.hardlink("rootfs/h", "rootfs/../../etc/passwd"));
    cases.put("hard link to nothing", t -> t.hardlink("rootfs/h", "rootfs/nothing"));
    cases.put(
        "hard link through a link",
        t -> t.symlink("rootfs/l", "/etc").hardlink("rootfs/h", "rootfs/l/passwd"));
    cases.put(
        "hard link to a link",
        t -> t.symlink("rootfs/l", "/etc/passwd").hardlink("rootfs/h", "rootfs/l"));
    cases.put("rootfs is a file", t -> t.file("rootfs", "x"));
    cases.put("unknown type", t -> t.entry("rootfs/u", 'Z', 0644, "", new byte[0], 0, 0));
    cases.put("second manifest", t -> t.manifest("example.com/other", "1", "\"/bin/true\""));
    cases.put("manifest is a link", t -> t.symlink("./manifest", "rootfs/m"));
    cases.put("empty name", t -> t.file("", "x"));
    cases.put("negative size", t -> t.raw(header("rootfs/x", -1), new byte[0]));
    cases.put("extended header climbs", t -> t.pax("path", "rootfs/../../escaped").file("x", "x"));
    cases.put("long name climbs", t -> t.extension('L', "rootfs/../../escaped\0").file("x", "x"));
    cases.put("name holds NUL", t -> t.pax("path", "rootfs/a\0b").file("x", "x"));
    cases.put("link target holds NUL", t -> t.pax("linkpath", "a\0b").symlink("rootfs/l", "x"));
    cases.put("name too long", t -> t.pax("path", "rootfs/" + LONG.repeat(17)).file("x", "x"));
    cases.put("component too long", t -> t.pax("path", "rootfs/" + "y".repeat(256)).file("x", "x"));
    cases.put("too deep", t -> t.pax("path", "rootfs/" + "a/".repeat(1024) + "b").file("x", "x"));
    cases.put(
        "extended header for an extended header",
        t -> t.pax("path", "rootfs/a").pax("path", "rootfs/b").file("x", "x"));
    cases.put(
        "extended header and long name",
        t -> t.pax("path", "rootfs/a").extension('L', "rootfs/b\0").file("x", "x"));
    cases.put("extended header at the end", t -> t.pax("path", "rootfs/a"));
    cases.put("record longer than its header", t -> t.extension('x', "99 path=a\n").file("x", "x"));
    cases.put(
        "size beyond every limit", t -> t.pax("size", "99999999999999").file("rootfs/a", "x"));
    cases.put(
        "sparse file larger than every limit",
        t ->
            t.pax(
                    "GNU.sparse.major", "1",
                    "GNU.sparse.minor", "0",
                    "GNU.sparse.name", "rootfs/s",
                    "GNU.sparse.realsize", "99999999999999")
                .file("rootfs/s", "1\n0\n1\n" + "\0".repeat(506) + "x"));
    cases.put(
        "overlay's own attributes",
        t -> t.pax("SCHILY.xattr.trusted.overlay.redirect", "/etc").directory("rootfs/d"));
    cases.put(
        "overlay's attributes for users",
        t -> t.pax("SCHILY.xattr.user.overlay.opaque", "y").directory("rootfs/d"));
    cases.put("overlay's whiteout", t -> t.node("rootfs/w", '3', 0, 0));
    cases.put("kernel log device", t -> t.node("rootfs/k", '3', 1, 11));
    cases.put("beneath a file", t -> t.file("rootfs/a", "1").file("rootfs/a/b", "x"));
    cases.put("beneath a link", t -> t.symlink("rootfs/l", ".").file("rootfs/l/b", "x"));
    cases.put("rootfs is a link", t -> t.symlink("rootfs", "/tmp").file("rootfs/escaped", "x"));
    cases.put("rootfs is a link, later", t -> t.symlink("./rootfs", "/tmp"));
    cases.put("wrong check sum", t -> t.rotten("rootfs/a"));
    return cases.entrySet().stream().map(e -> Arguments.of(e.getKey(), e.getValue()));
  }

  private static byte[] header(String name, long size) {
    byte[] header = new byte[512];
    byte[] bytes = name.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    System.arraycopy(bytes, 0, header, 0, bytes.length);
    header[156] = '0';
    byte[] text = Long.toString(size).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    System.arraycopy(text, 0, header, 124, text.length);
    byte[] magic = "ustar\0".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    System.arraycopy(magic, 0, header, 257, magic.length);
    header[263] = '0';
    header[264] = '0';
    return header;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostile")
  @Covers({
    "sec-1a-names",
    "sec-1a-rootfs-link",
    "sec-1a-hard-links",
    "sec-1a-once",
    "sec-1a-devices",
    "sec-1a-xattrs",
    "sec-1a-whiteout",
    "sec-1a-pax",
    "sec-1a-caps",
    "sec-1c-one-reading"
  })
  void isRefusedAndLeavesNothing(String rule, Consumer<RawTar> evil) {
    RawTar tar = new RawTar().manifest("example.com/evil", "1", "\"/bin/true\"");
    if (!rule.equals("rootfs is a file") && !rule.equals("rootfs is a link")) {
      tar.directory("rootfs");
    }
    evil.accept(tar);
    refused(tar.writeGzip(temp.resolve("evil.aci")));
    assertThat(temp.resolve("escaped")).doesNotExist();
    assertThat(Path.of("/tmp/escaped")).doesNotExist();
  }

  private RktResult refused(Path aci) {
    RktRunner rkt = RktRunner.in(temp);
    RktResult result = rkt.run("--insecure-options=image", "fetch", aci.toString());
    result.exits(254).isTidy();
    assertThat(result.stderr()).containsPattern("(?m)^fetch: (cannot |manifest )");
    assertThat(Rkt.filesBelow(rkt.data().resolve("cas/blob"))).isEmpty();
    assertThat(Rkt.filesBelow(rkt.data().resolve("cas/tree"))).isEmpty();
    assertThat(Rkt.filesBelow(rkt.data().resolve("cas/tmp"))).isEmpty();
    assertThat(rkt.run("image", "list", "--no-legend").exits(0).stdout()).isEmpty();
    return result;
  }

  @ParameterizedTest
  @MethodSource("manifests")
  @Covers({"sec-1b-vocabulary", "sec-1c-json-once"})
  void manifestThatBreaksARuleIsRefused(String rule, String manifest) {
    RawTar tar = new RawTar().directory("rootfs").file("manifest", manifest);
    refused(tar.writeGzip(temp.resolve("evil.aci")));
  }

  static Stream<Arguments> manifests() {
    String good = RawTar.manifestText("example.com/app", "1", "\"/bin/true\"");
    return Stream.of(
        Arguments.of("empty", ""),
        Arguments.of("text", "hello"),
        Arguments.of("trailing text", good + "x"),
        Arguments.of("byte order mark", "\u00ef\u00bb\u00bf" + good),
        Arguments.of("bad utf-8", good.replace("/bin/true", "/bin/\u00ff")),
        Arguments.of(
            "duplicate key", good.replace("\"acKind\"", "\"acKind\":\"ImageManifest\",\"acKind\"")),
        Arguments.of("wrong kind", good.replace("ImageManifest", "PodManifest")),
        Arguments.of("no version", good.replace("\"acVersion\":\"0.8.11\",", "")),
        Arguments.of("bad name", good.replace("example.com/app", "Example.com/app")),
        Arguments.of(
            "deep",
            good.replace(
                "\"labels\"", "\"x\":" + "[".repeat(5000) + "]".repeat(5000) + ",\"labels\"")),
        Arguments.of(
            "huge number", good.replace("\"labels\"", "\"x\":1" + "0".repeat(100) + ",\"labels\"")),
        Arguments.of(
            "newline in the working directory",
            good.replace(
                "\"user\"", "\"workingDirectory\":\"/\\nExecStartPre=/bin/evil\",\"user\"")),
        Arguments.of(
            "relative working directory",
            good.replace("\"user\"", "\"workingDirectory\":\"a\",\"user\"")),
        Arguments.of(
            "unknown isolator",
            good.replace(
                "\"user\"", "\"isolators\":[{\"name\":\"os/linux/what\",\"value\":1}],\"user\"")),
        Arguments.of(
            "isolator without a value",
            good.replace("\"user\"", "\"isolators\":[{\"name\":\"resource/memory\"}],\"user\"")));
  }

  @Test
  @Covers("sec-1a-bombs")
  void bombIsRefusedAndItsSpaceReturned() throws IOException {
    Path aci = temp.resolve("bomb.aci");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(aci))) {
      RawTar tar =
          new RawTar().manifest("example.com/bomb", "1", "\"/bin/true\"").directory("rootfs");
      byte[] bytes = tar.bytes();
      out.write(bytes, 0, bytes.length - 1024);
      byte[] header = header("rootfs/zeros", 0);
      byte[] size = "77777777777".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
      System.arraycopy(size, 0, header, 124, size.length);
      byte[] sum = new RawTar().raw(header, new byte[0]).bytes();
      out.write(sum, 0, 512);
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 400; i++) {
        out.write(zeros);
      }
    }
    refused(aci);
  }

  @ParameterizedTest
  @MethodSource("incomplete")
  void imageWithoutAllItsPartsIsRefused(String what, RawTar tar) {
    refused(tar.writeGzip(temp.resolve("evil.aci")));
  }

  static Stream<Arguments> incomplete() {
    String text = RawTar.manifestText("example.com/app", "1", "\"/bin/true\"");
    return Stream.of(
        Arguments.of("nothing", new RawTar()),
        Arguments.of("no manifest", new RawTar().directory("rootfs").file("rootfs/a", "x")),
        Arguments.of("no rootfs", new RawTar().file("manifest", text)),
        Arguments.of(
            "rootfs only implied", new RawTar().file("manifest", text).file("rootfs/a", "")),
        Arguments.of(
            "manifest is a directory", new RawTar().directory("manifest").directory("rootfs")),
        Arguments.of(
            "manifest of 5 MiB",
            new RawTar().file("manifest", text + " ".repeat(5 << 20)).directory("rootfs")));
  }

  @Test
  @Covers("sec-1a-pax")
  void sizeOfTheExtendedHeaderWins() throws IOException {
    // Readers that believe the header's own size take the content for further entries.
    byte[] inner = new RawTar().file("rootfs/smuggled", "x").bytes();
    byte[] header = header("rootfs/outer", 0);
    RawTar tar =
        new RawTar()
            .manifest("example.com/pax", "1", "\"/bin/true\"")
            .directory("rootfs")
            .pax("size", Integer.toString(inner.length))
            .raw(header, inner);
    RktRunner rkt = RktRunner.in(temp);
    rkt.run("--insecure-options=image", "fetch", tar.writeGzip(temp.resolve("p.aci")).toString())
        .exits(0);
    assertThat(Rkt.filesBelow(rkt.data().resolve("cas/tree")))
        .anyMatch(file -> file.endsWith("/rootfs/outer"))
        .noneMatch(file -> file.endsWith("smuggled"));
  }

  @Test
  @Covers("sec-1a-store")
  void othersSeeNothingOfTheStore() throws IOException, InterruptedException {
    RawTar tar =
        new RawTar()
            .manifest("example.com/suid", "1", "\"/bin/true\"")
            .directory("rootfs")
            .entry("rootfs/su", '0', 04755, "", new byte[] {1}, 0, 0);
    RktRunner rkt = RktRunner.in(temp);
    rkt.run("--insecure-options=image", "fetch", tar.writeGzip(temp.resolve("s.aci")).toString())
        .exits(0);
    Files.setPosixFilePermissions(
        temp, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
    Process find =
        new ProcessBuilder(
                List.of(
                    "setpriv",
                    "--reuid=65534",
                    "--regid=65534",
                    "--clear-groups",
                    "find",
                    rkt.data().toString(),
                    "-mindepth",
                    "2"))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(find.getInputStream().readAllBytes()).isEmpty();
    assertThat(find.waitFor()).isNotZero();
  }

  @Test
  @Covers("sec-1a-fuzz")
  void truncatedAndGarbageFilesAreRefused() throws IOException {
    RawTar tar = new RawTar().manifest("example.com/app", "1", "\"/bin/true\"").directory("rootfs");
    Path whole = tar.writeGzip(temp.resolve("whole.aci"));
    byte[] bytes = Files.readAllBytes(whole);
    for (int length : List.of(0, 1, 10, bytes.length / 2, bytes.length - 4)) {
      Path cut = temp.resolve("cut" + length + ".aci");
      Files.write(cut, java.util.Arrays.copyOf(bytes, length));
      refused(cut);
    }
    Path garbage = temp.resolve("garbage.aci");
    byte[] noise = new byte[100_000];
    new java.util.Random(1).nextBytes(noise);
    Files.write(garbage, noise);
    refused(garbage);
  }

  @Test
  @Covers("sec-1a-bytes")
  void namesAreKeptByteForByte() throws IOException {
    RawTar tar =
        new RawTar()
            .manifest("example.com/bytes", "1", "\"/bin/true\"")
            .directory("rootfs")
            .file("rootfs/\u00ff\u00fe", "raw")
            .file("rootfs/\u00c3\u00a9", "utf8");
    RktRunner rkt = RktRunner.in(temp);
    rkt.run("--insecure-options=image", "fetch", tar.writeGzip(temp.resolve("b.aci")).toString())
        .exits(0);
    Process ls =
        new ProcessBuilder(
                "sh", "-c", "LC_ALL=C ls -b \"$0\"/cas/tree/*/rootfs", rkt.data().toString())
            .redirectErrorStream(true)
            .start();
    String names =
        new String(ls.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII);
    assertThat(names.lines()).contains("\\303\\251", "\\377\\376");
  }

  @Test
  @Covers("sec-1a-space")
  void imageThatWouldFillTheDiskIsRefused() {
    RawTar tar =
        new RawTar()
            .manifest("example.com/large", "1", "\"/bin/true\"")
            .directory("rootfs")
            .program("rootfs/noise", noise(12 << 20));
    RktRunner rkt =
        RktRunner.in(temp)
            .inside(
                "unshare",
                "--mount",
                "sh",
                "-c",
                "mkdir -p $0 && mount -t tmpfs -o size=20m,mode=700 tmpfs $0 && \"$@\";"
                    + " s=$?; find $0/cas/blob $0/cas/tree $0/cas/tmp -type f; exit $s",
                temp.resolve("data").toString());
    RktResult result =
        rkt.run(
            "--insecure-options=image",
            "fetch",
            tar.writeGzip(temp.resolve("large.aci")).toString());
    result.exits(254).isTidy().stderrHas("less than 16 MiB free");
    assertThat(result.stdout()).isEmpty();
  }

  private static byte[] noise(int size) {
    byte[] noise = new byte[size];
    new java.util.Random(2).nextBytes(noise);
    return noise;
  }
}
