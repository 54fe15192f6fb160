// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import io.rktj.spec.ImageId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The one pass in which an image is read: its bytes as they came are shown to a tap (for a
 * signature's digest) and decompressed by a thread of its own, while the calling thread hashes the
 * tar, copies it, and shows its entries to a visitor. Every rule of {@link AciReader} holds. Single
 * use; after {@link #run}, however it ended, the source is closed and no thread is left.
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

  /** Writes the uncompressed tar to {@code out}, which stays the caller's to close. */
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
    try (Inflation inflation = Inflation.start(source, tap, limits, refusal)) {
      HashingStream tar = new HashingStream(inflation, expansion);
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
              inflation.compressedBytes(), tar.length, expansion.expanded(), entries);
      return new AciSummary(tar.id(), reader.manifest(), inflation.compression(), sizes);
    }
  }

  /** Hands out the tar and hashes and copies each chunk when it arrives. */
  private final class HashingStream extends InputStream {
    private final Inflation inflation;
    private final Expansion expansion;
    private final MessageDigest digest = sha512();
    private Inflation.Chunk chunk = Inflation.Chunk.NONE;
    private int position;
    private long length;

    HashingStream(Inflation inflation, Expansion expansion) {
      this.inflation = inflation;
      this.expansion = expansion;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
      if (position == chunk.length() && !advance()) {
        return -1;
      }
      int taken = Math.min(count, chunk.length() - position);
      System.arraycopy(chunk.bytes(), position, bytes, offset, taken);
      position += taken;
      return taken;
    }

    @Override
    public long skip(long count) throws IOException {
      if (position == chunk.length() && !advance()) {
        return 0;
      }
      int passed = (int) Math.min(count, chunk.length() - position);
      position += passed;
      return passed;
    }

    ImageId id() {
      return new ImageId(HexFormat.of().formatHex(digest.digest()));
    }

    private boolean advance() throws IOException {
      chunk = inflation.next(chunk);
      position = 0;
      if (chunk.length() == 0) {
        return false;
      }
      length += chunk.length();
      expansion.sourceBytes(chunk.sourceBytes());
      digest.update(chunk.bytes(), 0, chunk.length());
      copy.write(chunk.bytes(), 0, chunk.length());
      return true;
    }
  }

  private static MessageDigest sha512() {
    try {
      return MessageDigest.getInstance("SHA-512");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-512", e);
    }
  }
}
