// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * An image file in the making: written beside its place under a name of its own, read back under
 * all rules, and only then given its name. Closing it unpublished leaves nothing.
 */
final class ImageFile implements Closeable {
  private static final int BUFFER = 256 * 1024;

  private final Path target;
  private final Path temporary;

  private ImageFile(Path target, Path temporary) {
    this.target = target;
    this.temporary = temporary;
  }

  /** Begins the file; one that exists is refused unless it may be replaced. */
  static ImageFile begin(Path target, boolean overwrite) throws IOException {
    if (!overwrite && Files.exists(target, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    long process = ProcessHandle.current().pid();
    Path temporary = target.resolveSibling("." + target.getFileName() + "." + process + ".part");
    Files.createFile(temporary);
    return new ImageFile(target, temporary);
  }

  /** Where the compressed image is to be written; closing it brings the bytes to the disk. */
  OutputStream open(Compression compression) throws IOException {
    FileOutputStream file = new FileOutputStream(temporary.toFile());
    OutputStream synced =
        new BufferedOutputStream(file, BUFFER) {
          @Override
          public void close() throws IOException {
            try (file) {
              flush();
              file.getFD().sync();
            }
          }
        };
    return new BufferedOutputStream(compression.compress(synced), BUFFER);
  }

  /** Reads back what was written and gives it its name. */
  AciSummary publish(boolean overwrite) throws IOException {
    AciSummary summary;
    try (InputStream in = Files.newInputStream(temporary)) {
      summary = new AciStream(in, target.toString(), ArchiveLimits.ofDefaults()).run();
    }
    if (overwrite) {
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } else {
      // A link, unlike a rename, never replaces a file that has appeared meanwhile.
      Files.createLink(target, temporary);
    }
    return summary;
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(temporary);
  }
}
