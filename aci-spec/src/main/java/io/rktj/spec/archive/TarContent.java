// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The content after one header, its holes filled with zeros. */
final class TarContent {
  private static final long SKIP = 256 * 1024;

  private final InputStream in;
  private final Refusal refusal;
  private long left;
  private int padding;
  private @Nullable SparseMap map;
  private long size;
  private long position;
  private int piece;

  TarContent(InputStream in, Refusal refusal) {
    this.in = in;
    this.refusal = refusal;
  }

  /** The next {@code stored} bytes and their padding are the content. */
  void open(long stored) {
    left = stored;
    padding = (int) (-stored & (TarHeader.BLOCK - 1));
    map = null;
  }

  /** What is left are the pieces of a file of {@code fileBytes}. */
  void spread(SparseMap pieces, long fileBytes) {
    map = pieces;
    size = fileBytes;
    position = 0;
    piece = 0;
  }

  /** Stored bytes not read yet. */
  long left() {
    return left;
  }

  int read(byte[] bytes, int offset, int length) throws IOException {
    SparseMap pieces = map;
    return pieces == null
        ? readStored(bytes, offset, length)
        : readSpread(pieces, bytes, offset, length);
  }

  /** Passes over some bytes without copying them; the answer is how many, or -1 at the end. */
  long skip(byte[] scratch) throws IOException {
    if (map != null) {
      return read(scratch, 0, scratch.length);
    }
    if (left == 0) {
      return -1;
    }
    long count = in.skip(Math.min(SKIP, left));
    if (count == 0) {
      return readStored(scratch, 0, 1); // tells a source that cannot skip from one that has ended
    }
    left -= count;
    return count;
  }

  /** Reads exactly as many bytes as fit. */
  void readFully(byte[] bytes) throws IOException {
    int count = 0;
    while (count < bytes.length) {
      int more = read(bytes, count, bytes.length - count);
      if (more < 0) {
        throw refusal.because("archive is damaged");
      }
      count += more;
    }
  }

  /** Goes to the next header, once everything has been read. */
  void skipPadding() throws IOException {
    int rest = padding;
    padding = 0;
    if (in.readNBytes(new byte[rest], 0, rest) < rest) {
      throw refusal.because("archive is truncated");
    }
  }

  private int readStored(byte[] bytes, int offset, int length) throws IOException {
    if (left == 0) {
      return -1;
    }
    int count = in.read(bytes, offset, (int) Math.min(length, left));
    if (count < 0) {
      throw refusal.because("archive is truncated");
    }
    left -= count;
    return count;
  }

  private int readSpread(SparseMap pieces, byte[] bytes, int offset, int length)
      throws IOException {
    if (position == size) {
      return -1;
    }
    while (piece < pieces.count() && position >= pieces.offset(piece) + pieces.length(piece)) {
      piece++;
    }
    int count;
    if (piece < pieces.count() && position >= pieces.offset(piece)) {
      long end = pieces.offset(piece) + pieces.length(piece);
      count = readStored(bytes, offset, (int) Math.min(length, end - position));
    } else {
      long end = piece < pieces.count() ? pieces.offset(piece) : size;
      count = (int) Math.min(length, end - position);
      Arrays.fill(bytes, offset, offset + count, (byte) 0);
    }
    position += count;
    return count;
  }
}
