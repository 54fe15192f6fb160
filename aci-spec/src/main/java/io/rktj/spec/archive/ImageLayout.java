// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.rktj.spec.MalformedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * An image unpacked in a directory (appc spec, image layout): {@code manifest}, a regular file, and
 * {@code rootfs}, a directory, and nothing beside them. Links are never followed.
 */
public final class ImageLayout implements EntrySource {
  private static final RawName ROOTFS = RawName.of("rootfs");

  private final Path directory;

  private ImageLayout(Path directory) {
    this.directory = directory;
  }

  /** Opens {@code directory} and checks what lies at its top. */
  public static ImageLayout open(Path directory) throws IOException {
    ImageLayout layout = new ImageLayout(directory);
    if (!Files.isDirectory(directory)) {
      throw layout.refuse("not a directory");
    }
    for (Path child : children(directory)) {
      RawName name = LayoutPaths.nameOf(child);
      if (!name.isAscii("manifest") && !name.equals(ROOTFS)) {
        throw layout.refuse("unrecognized file path in layout: \"" + name + "\"");
      }
    }
    layout.requireTop();
    return layout;
  }

  /** The bytes of the manifest. */
  public byte[] manifest() throws IOException {
    int most = ArchiveLimits.ofDefaults().manifestBytes();
    try (InputStream in = Files.newInputStream(directory.resolve("manifest"), NOFOLLOW_LINKS)) {
      byte[] document = in.readNBytes(most + 1);
      if (document.length > most) {
        throw refuse("manifest is longer than " + most + " bytes");
      }
      return document;
    }
  }

  /**
   * Shows {@code visitor} everything below {@code rootfs}, names in the order of their bytes, a
   * directory before what is in it. Sockets are passed over; a file met under a second name is a
   * hard link to the first.
   */
  @Override
  public void walk(boolean ownerRoot, AciVisitor visitor) throws IOException {
    new LayoutWalk(ownerRoot, visitor).visit(directory.resolve("rootfs"), RawName.EMPTY);
  }

  private void requireTop() {
    Path manifest = directory.resolve("manifest");
    if (!Files.exists(manifest, NOFOLLOW_LINKS)) {
      throw refuse("no image manifest found in layout");
    }
    if (!Files.isRegularFile(manifest, NOFOLLOW_LINKS)) {
      throw refuse("manifest is not a regular file");
    }
    Path rootfs = directory.resolve("rootfs");
    if (!Files.exists(rootfs, NOFOLLOW_LINKS)) {
      throw refuse("no rootfs found in layout");
    }
    if (!Files.isDirectory(rootfs, NOFOLLOW_LINKS)) {
      throw refuse("rootfs is not a directory");
    }
  }

  private MalformedException refuse(String reason) {
    return new MalformedException("cannot read image layout \"" + directory + "\": " + reason);
  }

  /** What lies in a directory, in the order of the names' bytes. */
  static List<Path> children(Path directory) throws IOException {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(children::add);
    }
    children.sort(Comparator.comparing(LayoutPaths::nameOf));
    return children;
  }
}
