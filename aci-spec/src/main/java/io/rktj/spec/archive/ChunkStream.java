// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import java.io.IOException;
import java.io.InputStream;

/** Hands out a tar chunk by chunk, and gives the chunks back to the ring that they came from. */
final class ChunkStream extends InputStream {
  private final Inflation inflation;
  private final Source source;
  private final Expansion expansion;
  private Inflation.Chunk chunk = Inflation.Chunk.NONE;
  private int position;

  ChunkStream(Inflation inflation, Source source, Expansion expansion) {
    this.inflation = inflation;
    this.source = source;
    this.expansion = expansion;
  }

  /** Where chunks come from. */
  interface Source {
    /** Waits for the next chunk, which is empty at the end. */
    Inflation.Chunk next() throws IOException;
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

  private boolean advance() throws IOException {
    inflation.giveBack(chunk);
    chunk = Inflation.Chunk.NONE;
    position = 0;
    chunk = source.next();
    if (chunk.length() == 0) {
      return false;
    }
    expansion.sourceBytes(chunk.sourceBytes());
    return true;
  }
}
