// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import io.rktj.spec.archive.TarReader.TarEntry;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Reads the tar of one layer, entry by entry, with the one tar reader of the program; decompressed
 * by a thread of its own (gzip, zstd or not compressed). Every byte of the tar is shown to a tap.
 */
final class LayerReader implements Closeable {
  private final Inflation inflation;
  private final TarReader tar;
  private final Refusal refusal;
  private long number = -1;

  private LayerReader(Inflation inflation, TarReader tar, Refusal refusal) {
    this.inflation = inflation;
    this.tar = tar;
    this.refusal = refusal;
  }

  /** Begins to read {@code source}, which it owns from now on. */
  static LayerReader open(InputStream source, ByteSink tap, ArchiveLimits limits, Refusal refusal) {
    Expansion expansion = new Expansion(limits, refusal);
    Inflation inflation = Inflation.start(source, ByteSink.NONE, limits, refusal);
    ChunkStream.Source tapped =
        () -> {
          Inflation.Chunk chunk = inflation.next();
          tap.accept(chunk.bytes(), 0, chunk.length());
          return chunk;
        };
    ChunkStream stream = new ChunkStream(inflation, tapped, expansion);
    return new LayerReader(inflation, new TarReader(stream, limits, refusal, expansion), refusal);
  }

  /** The next entry; none when the layer has been read to its last byte and found complete. */
  Optional<TarEntry> next() throws IOException {
    Optional<TarEntry> entry = tar.next();
    Compression compression = inflation.compression();
    if (compression == Compression.BZIP2 || compression == Compression.XZ) {
      throw refusal.because("layers compressed by " + compression + " are not supported");
    }
    number++;
    return entry;
  }

  /** How many entries came before the one that {@link #next} has just answered. */
  long number() {
    return number;
  }

  /** The content of that entry, until {@link #next} is called again. */
  InputStream content() {
    return tar.content();
  }

  @Override
  public void close() throws IOException {
    inflation.close();
  }
}
