// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rktj.spec.json.ImageManifestJson;
import io.rktj.spec.manifest.ImageManifest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/**
 * Makes image files. Names are in the order of their bytes and the manifest comes last, so that the
 * same input gives the same bytes; a file appears whole or not at all, and only if it can be read
 * back under every rule of {@link AciReader}.
 */
public final class ImageBuilder {
  private ImageBuilder() {}

  /**
   * How an image is written.
   *
   * @param ownerRoot whether all files are made root's
   * @param compression how it is compressed
   * @param overwrite whether a file that exists may be replaced
   */
  public record Options(boolean ownerRoot, Compression compression, boolean overwrite) {
    /** Owners kept, gzip, nothing replaced. */
    public static Options ofDefaults() {
      return new Options(false, Compression.GZIP, false);
    }
  }

  /**
   * Packs the root file system {@code source} with {@code manifest} into {@code output}; the
   * manifest's time is that of 1970, since it is made, not copied.
   *
   * @throws java.nio.file.FileAlreadyExistsException if the file exists and must not be replaced
   */
  public static AciSummary build(
      ImageManifest manifest, EntrySource source, Path output, Options options) throws IOException {
    try (ImageFile file = ImageFile.begin(output, options.overwrite())) {
      try (AciWriter writer = new AciWriter(file.open(options.compression()))) {
        source.walk(options.ownerRoot(), writer::entry);
        writer.manifest(bytes(manifest), 0);
      }
      return file.publish(options.overwrite());
    }
  }

  /**
   * Copies the image {@code input} with the manifest that {@code edit} makes of its own; entries
   * are copied as they are read, without user names and without attributes the reader drops.
   */
  public static AciSummary rebuild(
      Path input, UnaryOperator<byte[]> edit, Path output, Options options) throws IOException {
    try (ImageFile file = ImageFile.begin(output, options.overwrite())) {
      // The stream below closes it, too; this covers failures before.
      try (InputStream in = Files.newInputStream(input);
          OutputStream out = file.open(options.compression());
          AciWriter writer = new AciWriter(out)) {
        AciSummary found =
            new AciStream(in, input.toString(), ArchiveLimits.ofDefaults())
                .visit(writer::entry)
                .run();
        writer.manifest(edit.apply(found.manifest()), 0);
      }
      return file.publish(options.overwrite());
    }
  }

  private static byte[] bytes(ImageManifest manifest) {
    return ImageManifestJson.write(manifest).getBytes(UTF_8);
  }
}
