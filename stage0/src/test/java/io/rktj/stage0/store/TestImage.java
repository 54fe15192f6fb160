// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rktj.spec.archive.AciEntry;
import io.rktj.spec.archive.AciWriter;
import io.rktj.spec.archive.EntryType;
import io.rktj.spec.archive.ExtendedAttribute;
import io.rktj.spec.archive.RawName;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** Builds an image archive in memory: {@code TestImage.named("example.com/app").file("a", "x")}. */
public final class TestImage {
  /** When everything in a test image was last changed. */
  public static final long TIME = 1_400_000_000L;

  private final ByteArrayOutputStream tar = new ByteArrayOutputStream();
  private final AciWriter writer = new AciWriter(tar);
  private final StringBuilder members = new StringBuilder();
  private final String name;

  private TestImage(String name) {
    this.name = name;
    directory("");
  }

  /** An image with an empty root. */
  public static TestImage named(String name) {
    return new TestImage(name);
  }

  /** Adds members to the manifest, as JSON. */
  public TestImage with(String json) {
    members.append(',').append(json);
    return this;
  }

  /** Adds a label. */
  public TestImage version(String version) {
    return with(
        "\"labels\":[{\"name\":\"version\",\"value\":\""
            + version
            + "\"},{\"name\":\"os\",\"value\":\"linux\"},{\"name\":\"arch\",\"value\":\"amd64\"}]");
  }

  /** Adds a directory of mode 0750. */
  public TestImage directory(String path) {
    return entry(path.getBytes(UTF_8), EntryType.DIRECTORY, 0750, "", "", List.of());
  }

  /** Adds a regular file of mode 0644. */
  public TestImage file(String path, String content) {
    return file(path.getBytes(UTF_8), 0644, content, List.of());
  }

  /** Adds a regular file. */
  public TestImage file(byte[] path, int mode, String content, List<ExtendedAttribute> xattrs) {
    return entry(path, EntryType.REGULAR, mode, "", content, xattrs);
  }

  /** Adds a symbolic link. */
  public TestImage symlink(String path, String target) {
    return entry(path.getBytes(UTF_8), EntryType.SYMLINK, 0777, target, "", List.of());
  }

  /** Adds another name of a file added before. */
  public TestImage hardLink(String path, String target) {
    return entry(path.getBytes(UTF_8), EntryType.HARD_LINK, 0644, target, "", List.of());
  }

  /** Adds a named pipe of mode 0600. */
  public TestImage fifo(String path) {
    return entry(path.getBytes(UTF_8), EntryType.FIFO, 0600, "", "", List.of());
  }

  private TestImage entry(
      byte[] path,
      EntryType type,
      int mode,
      String link,
      String content,
      List<ExtendedAttribute> xattrs) {
    byte[] bytes = content.getBytes(UTF_8);
    AciEntry entry =
        new AciEntry(
            RawName.of(path),
            type,
            new AciEntry.Attributes(mode, 1000, 2000, TIME, 0, xattrs),
            RawName.of(link),
            AciEntry.Device.NONE,
            bytes.length);
    try {
      writer.entry(entry, new ByteArrayInputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** The archive, uncompressed. */
  public byte[] bytes() {
    String manifest =
        "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",\"name\":\""
            + name
            + "\""
            + members
            + "}";
    try {
      writer.manifest(manifest.getBytes(UTF_8), TIME);
      writer.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return tar.toByteArray();
  }

  /** Writes the archive, compressed, to a file. */
  public Path write(Path file) {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try {
      try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
        gzip.write(bytes());
      }
      return Files.write(file, compressed.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
