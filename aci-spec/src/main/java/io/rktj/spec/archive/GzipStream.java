// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Decompresses gzip (RFC 1952): every member's check sum and length are verified, zero bytes may
 * follow the last member, anything else may not. Reads its source in large chunks, which is what
 * the inflater's speed depends on.
 */
final class GzipStream extends InputStream {
  private static final String FOREIGN = "foreign bytes follow the compressed data";
  private static final int HEADER_CRC = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;
  private static final int RESERVED = 0xe0;

  private final InputStream in;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private final byte[] input;
  private int position;
  private int limit;
  private boolean inMember;
  private boolean ended;

  GzipStream(InputStream in, int bufferBytes) throws IOException {
    this.in = in;
    this.input = new byte[bufferBytes];
    readHeader("header is damaged");
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (!ended) {
      int count = inflate(bytes, offset, length);
      if (count > 0) {
        crc.update(bytes, offset, count);
        return count;
      }
      if (inflater.finished()) {
        endMember();
      } else if (inflater.needsDictionary()) {
        throw new IOException("data asks for a dictionary");
      } else if (inflater.needsInput()) {
        refill();
        inflater.setInput(input, position, limit - position);
        position = limit;
      }
    }
    return -1;
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    in.close();
  }

  private int inflate(byte[] bytes, int offset, int length) throws IOException {
    try {
      return inflater.inflate(bytes, offset, length);
    } catch (DataFormatException e) {
      throw new IOException("data is damaged", e);
    }
  }

  private void endMember() throws IOException {
    position = limit - inflater.getRemaining();
    long expectedCrc = readInt();
    long expectedLength = readInt();
    if (expectedCrc != crc.getValue()) {
      throw new IOException("check sum does not match");
    }
    if (expectedLength != (inflater.getBytesWritten() & 0xffffffffL)) {
      throw new IOException("length does not match");
    }
    inMember = false;
    if (hasMoreMembers()) {
      readHeader(FOREIGN);
    } else {
      ended = true;
    }
  }

  private void readHeader(String otherwise) throws IOException {
    crc.reset();
    if (readByte() != 0x1f || readByte() != 0x8b) {
      throw new IOException(otherwise);
    }
    int method = readByte();
    int flags = readByte();
    if (method != 8 || (flags & RESERVED) != 0) {
      throw new IOException("header has an unknown method or flag");
    }
    skip(6);
    readOptionalFields(flags);
    inflater.reset();
    inflater.setInput(input, position, limit - position);
    position = limit;
    crc.reset();
    inMember = true;
  }

  private void readOptionalFields(int flags) throws IOException {
    if ((flags & EXTRA) != 0) {
      int low = readByte();
      skip(low | readByte() << 8);
    }
    if ((flags & NAME) != 0) {
      skipText();
    }
    if ((flags & COMMENT) != 0) {
      skipText();
    }
    if ((flags & HEADER_CRC) != 0) {
      int expected = (int) crc.getValue() & 0xffff;
      int low = readByte();
      if (expected != (low | readByte() << 8)) {
        throw new IOException("header's check sum does not match");
      }
    }
  }

  /** Skips the zero bytes some tools pad with, and says whether another member begins. */
  private boolean hasMoreMembers() throws IOException {
    boolean padded = false;
    while (position < limit || fill()) {
      if (input[position] != 0) {
        if (padded) {
          throw new IOException(FOREIGN);
        }
        return true;
      }
      padded = true;
      position++;
    }
    return false;
  }

  private void skipText() throws IOException {
    int value;
    do {
      value = readByte();
    } while (value != 0);
  }

  private void skip(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      readByte();
    }
  }

  private long readInt() throws IOException {
    long value = 0;
    for (int shift = 0; shift < 32; shift += 8) {
      value |= (long) readByte() << shift;
    }
    return value;
  }

  /** The next byte of a header or trailer; headers are summed up as they pass. */
  private int readByte() throws IOException {
    if (position == limit) {
      refill();
    }
    byte value = input[position++];
    if (!inMember) {
      crc.update(value);
    }
    return value & 0xff;
  }

  private void refill() throws IOException {
    if (!fill()) {
      throw new EOFException("data is truncated");
    }
  }

  private boolean fill() throws IOException {
    int count = in.read(input, 0, input.length);
    while (count == 0) {
      count = in.read(input, 0, input.length);
    }
    position = 0;
    limit = Math.max(count, 0);
    return count > 0;
  }
}
