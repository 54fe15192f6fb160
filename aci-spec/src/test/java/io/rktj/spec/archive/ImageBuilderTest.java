// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.spec.MalformedException;
import io.rktj.spec.archive.AciEntry.Attributes;
import io.rktj.spec.archive.AciEntry.Device;
import io.rktj.spec.json.ImageManifestJson;
import io.rktj.spec.manifest.ImageManifest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every test begins with this layout:
 *
 * <pre>
 * manifest
 * rootfs/b/file      "hello", 0640, 2001-02-03T04:05:06.123456789Z
 * rootfs/a           hard link of rootfs/b/file
 * rootfs/link        -> ../b/file
 * rootfs/NNN...      a name of 200 bytes
 * </pre>
 */
class ImageBuilderTest {
  private static final String MANIFEST =
      "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",\"name\":\"example.com/app\"}";
  private static final Instant TIME = Instant.parse("2001-02-03T04:05:06.123456789Z");

  @TempDir Path directory;
  private Path layout;

  @BeforeEach
  void makeLayout() throws IOException {
    layout = Files.createDirectory(directory.resolve("layout"));
    Path rootfs = Files.createDirectory(layout.resolve("rootfs"));
    Files.writeString(layout.resolve("manifest"), MANIFEST);
    Path file = Files.createDirectory(rootfs.resolve("b")).resolve("file");
    Files.writeString(file, "hello");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    Files.setLastModifiedTime(file, FileTime.from(TIME));
    Files.createLink(rootfs.resolve("a"), file);
    Files.createSymbolicLink(rootfs.resolve("link"), Path.of("../b/file"));
    Files.writeString(rootfs.resolve("N".repeat(200)), "");
  }

  @Test
  void writesWhatItFound() throws Exception {
    Path image = directory.resolve("x.aci");

    build(image, ImageBuilder.Options.ofDefaults());

    List<AciEntry> entries = read(image);
    assertThat(entries)
        .extracting(entry -> entry.type() + " " + entry.name() + " " + entry.link())
        .containsExactly(
            "DIRECTORY  ",
            "REGULAR " + "N".repeat(200) + " ",
            "REGULAR a ",
            "DIRECTORY b ",
            "HARD_LINK b/file a",
            "SYMLINK link ../b/file");
    Attributes attributes = entries.get(2).attributes();
    assertThat(attributes.mode()).isEqualTo(0640);
    assertThat(attributes.mtimeSeconds()).isEqualTo(TIME.getEpochSecond());
    assertThat(attributes.mtimeNanos()).isEqualTo(TIME.getNano());
  }

  @Test
  void writesTheSameBytesForTheSameInput() throws Exception {
    build(directory.resolve("1.aci"), ImageBuilder.Options.ofDefaults());
    build(directory.resolve("2.aci"), ImageBuilder.Options.ofDefaults());

    assertThat(Files.readAllBytes(directory.resolve("1.aci")))
        .isEqualTo(Files.readAllBytes(directory.resolve("2.aci")));
  }

  @Test
  void makesEverythingRootsIfAsked() throws Exception {
    Path image = directory.resolve("x.aci");

    build(image, new ImageBuilder.Options(true, Compression.NONE, false));

    assertThat(read(image))
        .allSatisfy(
            entry -> {
              assertThat(entry.attributes().uid()).isZero();
              assertThat(entry.attributes().gid()).isZero();
            });
  }

  @Test
  void keepsAFileThatExistsUnlessToldOtherwise() throws Exception {
    Path image = Files.writeString(directory.resolve("x.aci"), "old");

    assertThatThrownBy(() -> build(image, ImageBuilder.Options.ofDefaults()))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(image).hasContent("old");

    build(image, new ImageBuilder.Options(false, Compression.GZIP, true));

    assertThat(read(image)).hasSize(6);
  }

  @Test
  void leavesNothingBehindWhenItFails() throws Exception {
    Path image = directory.resolve("x.aci");
    Path input = Files.writeString(directory.resolve("broken.aci"), "no image");

    assertThatThrownBy(
            () ->
                ImageBuilder.rebuild(
                    input, bytes -> bytes, image, ImageBuilder.Options.ofDefaults()))
        .isInstanceOf(MalformedException.class);

    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).containsExactlyInAnyOrder(layout, input);
    }
  }

  @Test
  void replacesOnlyTheManifest() throws Exception {
    Path image = directory.resolve("x.aci");
    Path other = directory.resolve("y.aci");
    build(image, ImageBuilder.Options.ofDefaults());

    AciSummary found =
        ImageBuilder.rebuild(
            image,
            bytes -> new String(bytes, UTF_8).replace("app", "other").getBytes(UTF_8),
            other,
            ImageBuilder.Options.ofDefaults());

    assertThat(new String(found.manifest(), UTF_8)).contains("example.com/other");
    assertThat(read(other)).isEqualTo(read(image));
  }

  @Test
  void refusesALayoutWithSomethingBeside() throws Exception {
    Files.writeString(layout.resolve("README"), "");

    assertThatThrownBy(() -> ImageLayout.open(layout))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("unrecognized file path in layout: \"README\"");
  }

  @Test
  void refusesALayoutWithoutItsParts() throws Exception {
    Files.delete(layout.resolve("manifest"));
    assertThatThrownBy(() -> ImageLayout.open(layout)).hasMessageContaining("no image manifest");

    Files.createSymbolicLink(layout.resolve("manifest"), Path.of("rootfs/a"));
    assertThatThrownBy(() -> ImageLayout.open(layout)).hasMessageContaining("not a regular file");
  }

  @Test
  void writesEveryKindOfEntryAsTheReaderReadsIt() throws Exception {
    List<ExtendedAttribute> xattrs =
        List.of(new ExtendedAttribute(RawName.of("user.a"), RawName.of("\0=\n")));
    Attributes big = new Attributes(07777, -2, 0x7fffffff, -1234567890123L, 5, xattrs);
    Attributes plain = new Attributes(0, 1, 2, 3, 0, List.of());
    RawName odd = RawName.of(new byte[] {'a', (byte) 0xff, '\n', '\\'});
    List<AciEntry> entries =
        List.of(
            new AciEntry(RawName.EMPTY, EntryType.DIRECTORY, plain, RawName.EMPTY, Device.NONE, 0),
            new AciEntry(odd, EntryType.REGULAR, big, RawName.EMPTY, Device.NONE, 3),
            new AciEntry(RawName.of("h"), EntryType.HARD_LINK, plain, odd, Device.NONE, 0),
            new AciEntry(
                RawName.of("s"),
                EntryType.SYMLINK,
                plain,
                RawName.of("t".repeat(300)),
                Device.NONE,
                0),
            new AciEntry(RawName.of("p"), EntryType.FIFO, plain, RawName.EMPTY, Device.NONE, 0),
            new AciEntry(
                RawName.of("z"),
                EntryType.CHARACTER_DEVICE,
                plain,
                RawName.EMPTY,
                new Device(1, 5),
                0));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (AciWriter writer = new AciWriter(out)) {
      for (AciEntry entry : entries) {
        writer.entry(entry, new ByteArrayInputStream("abc".getBytes(UTF_8)));
      }
      writer.manifest(MANIFEST.getBytes(UTF_8), 0);
    }

    List<AciEntry> found = new ArrayList<>();
    new AciStream(new ByteArrayInputStream(out.toByteArray()), "test", ArchiveLimits.ofDefaults())
        .visit((entry, content) -> found.add(entry))
        .run();

    assertThat(found).isEqualTo(entries);
  }

  private AciSummary build(Path image, ImageBuilder.Options options) throws IOException {
    ImageManifest manifest = ImageManifestJson.read(MANIFEST.getBytes(UTF_8), "manifest");
    return ImageBuilder.build(manifest, ImageLayout.open(layout), image, options);
  }

  private static List<AciEntry> read(Path image) throws IOException {
    List<AciEntry> entries = new ArrayList<>();
    new AciStream(Files.newInputStream(image), image.toString(), ArchiveLimits.ofDefaults())
        .visit((entry, content) -> entries.add(entry))
        .run();
    return entries;
  }
}
