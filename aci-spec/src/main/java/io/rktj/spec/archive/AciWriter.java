// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import io.rktj.spec.archive.AciEntry.Attributes;
import io.rktj.spec.archive.AciEntry.Device;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/**
 * Writes the uncompressed tar of an image. The same entries give the same bytes on every host and
 * at every time: nothing but what it is told gets in (user names are {@code root} for 0 and empty
 * otherwise), and extended headers appear only where a plain one cannot say it.
 */
public final class AciWriter implements Closeable {
  private static final RawName ROOTFS = RawName.of("rootfs");
  private static final RawName MANIFEST = RawName.of("manifest");

  private final OutputStream out;
  private final TarWriter tar;

  /** Writes to {@code out}, which {@link #close} closes. */
  public AciWriter(OutputStream out) {
    this.out = out;
    this.tar = new TarWriter(out);
  }

  /** Writes one entry below {@code rootfs} and, of a regular file, its content. */
  public void entry(AciEntry entry, InputStream content) throws IOException {
    RawName link = entry.link();
    if (entry.type() == EntryType.HARD_LINK) {
      link = ROOTFS.resolve(link);
    }
    tar.write(ROOTFS.resolve(entry.name()), link, entry, content);
  }

  /**
   * Writes the manifest, changed at {@code mtimeSeconds}: a file of root that everybody may read.
   */
  public void manifest(byte[] document, long mtimeSeconds) throws IOException {
    Attributes attributes = new Attributes(0644, 0, 0, mtimeSeconds, 0, List.of());
    AciEntry entry =
        new AciEntry(
            MANIFEST, EntryType.REGULAR, attributes, RawName.EMPTY, Device.NONE, document.length);
    tar.write(MANIFEST, RawName.EMPTY, entry, new java.io.ByteArrayInputStream(document));
  }

  /** Ends the archive. */
  @Override
  public void close() throws IOException {
    try (out) {
      tar.end();
    }
  }
}
