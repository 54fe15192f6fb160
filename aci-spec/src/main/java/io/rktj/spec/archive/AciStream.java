// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/**
 * The one pass in which an image is read: its bytes as they came are shown to a tap (for a
 * signature's digest) and decompressed by one thread, hashed and copied by another, while the
 * calling thread shows its entries to a visitor. Every rule of {@link AciReader} holds. Single use;
 * after {@link #run}, however it ended, the source is closed and no thread is left.
 *
 * <pre>{@code
 * AciSummary found =
 *     new AciStream(download, "example.com/app", ArchiveLimits.ofDefaults())
 *         .tap(verification::update)
 *         .copyTo(storeFile)
 *         .visit(unpacker)
 *         .run();
 * }</pre>
 */
public final class AciStream {
  private final InputStream source;
  private final String subject;
  private final ArchiveLimits limits;
  private ByteSink tap = ByteSink.NONE;
  private OutputStream copy = OutputStream.nullOutputStream();
  private AciVisitor visitor = AciVisitor.NONE;

  /**
   * Will read {@code source}, which it owns from now on, and call it {@code subject} in messages.
   */
  public AciStream(InputStream source, String subject, ArchiveLimits limits) {
    this.source = source;
    this.subject = subject;
    this.limits = limits;
  }

  /**
   * Shows every byte of the source, in order, to {@code sink}; on another thread than the caller's.
   */
  public AciStream tap(ByteSink sink) {
    tap = sink;
    return this;
  }

  /**
   * Writes the uncompressed tar to {@code out}, which stays the caller's to close; on another
   * thread than the caller's, and done when {@link #run} returns.
   */
  public AciStream copyTo(OutputStream out) {
    copy = out;
    return this;
  }

  /** Shows every entry to {@code entries}, on the caller's thread. */
  public AciStream visit(AciVisitor entries) {
    visitor = entries;
    return this;
  }

  /**
   * Reads the image to its last byte.
   *
   * @throws io.rktj.spec.MalformedException if it breaks a rule; what was copied is then worthless
   * @throws IOException if the source cannot be read or the copy not be written
   */
  public AciSummary run() throws IOException {
    Refusal refusal = new Refusal(subject);
    Expansion expansion = new Expansion(limits, refusal);
    try (Inflation inflation = Inflation.start(source, tap, limits, refusal);
        Hashing hashing = Hashing.start(inflation, copy)) {
      ChunkStream tar = new ChunkStream(inflation, hashing, expansion);
      AciReader reader = new AciReader(tar, limits, refusal, expansion);
      long entries = 0;
      Optional<AciEntry> entry = reader.next();
      while (entry.isPresent()) {
        entries++;
        visitor.visit(entry.get(), reader.content());
        entry = reader.next();
      }
      AciSummary.Sizes sizes =
          new AciSummary.Sizes(
              inflation.compressedBytes(), hashing.tarBytes(), expansion.expanded(), entries);
      return new AciSummary(hashing.id(), reader.manifest(), inflation.compression(), sizes);
    }
  }
}
