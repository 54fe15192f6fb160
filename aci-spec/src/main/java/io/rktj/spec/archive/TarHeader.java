// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import java.util.Arrays;

/**
 * The fields of one 512-byte header block (POSIX ustar, GNU); numbers are octal text or, with the
 * top bit set, binary. Nothing is guessed: a field that cannot be read refuses the archive.
 */
final class TarHeader {
  static final int BLOCK = 512;

  private static final int PREFIX_OFFSET = 345;
  private static final int PREFIX_LENGTH = 155;
  private static final int STAR_PREFIX_LENGTH = 131;
  private static final int CHECKSUM_OFFSET = 148;
  private static final int CHECKSUM_LENGTH = 8;

  private final byte[] block;
  private final Refusal refusal;

  private TarHeader(byte[] block, Refusal refusal) {
    this.block = block.clone();
    this.refusal = refusal;
  }

  /** A header, its check sum verified. */
  static TarHeader of(byte[] block, Refusal refusal) {
    TarHeader header = new TarHeader(block, refusal);
    header.checkSum();
    if (!header.isPosix() && !header.isGnu()) {
      throw refusal.because("header is not of a ustar archive", header.shortName());
    }
    return header;
  }

  /** A block that continues a GNU sparse map; it has no check sum. */
  static TarHeader ofMap(byte[] block, Refusal refusal) {
    return new TarHeader(block, refusal);
  }

  char type() {
    return (char) (block[156] & 0xff);
  }

  /** The name from the fields of this header alone. */
  RawName name() {
    RawName name = shortName();
    if (!isPosix()) {
      return name;
    }
    if (isStar() && block[PREFIX_OFFSET + STAR_PREFIX_LENGTH - 1] != 0) {
      throw refusal.because("header has a prefix that readers understand differently", name);
    }
    RawName prefix = text(PREFIX_OFFSET, isStar() ? STAR_PREFIX_LENGTH : PREFIX_LENGTH);
    if (prefix.isEmpty()) {
      return name;
    }
    return RawName.of(join(prefix.bytes(), name.bytes()));
  }

  RawName link() {
    return text(157, 100);
  }

  int mode() {
    return (int) (number(100, 8, "mode") & 07777);
  }

  long uid() {
    return number(108, 8, "user id");
  }

  long gid() {
    return number(116, 8, "group id");
  }

  long size() {
    long size = number(124, 12, "size");
    if (size < 0) {
      throw refusal.because("size is negative", shortName());
    }
    return size;
  }

  long mtime() {
    return number(136, 12, "time");
  }

  long deviceMajor() {
    return number(329, 8, "device number");
  }

  long deviceMinor() {
    return number(337, 8, "device number");
  }

  /** A number of a GNU sparse header, which lies at {@code offset}. */
  long sparseNumber(int offset) {
    long value = number(offset, 12, "sparse map");
    if (value < 0) {
      throw refusal.because("sparse map is negative", shortName());
    }
    return value;
  }

  byte at(int offset) {
    return block[offset];
  }

  private boolean isGnu() {
    return matches("ustar  \0");
  }

  private boolean isPosix() {
    return matches("ustar\0");
  }

  private boolean isStar() {
    return block[508] == 't' && block[509] == 'a' && block[510] == 'r' && block[511] == 0;
  }

  private boolean matches(String magic) {
    for (int i = 0; i < magic.length(); i++) {
      if (block[257 + i] != magic.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private RawName shortName() {
    return text(0, 100);
  }

  private RawName text(int offset, int length) {
    int end = offset;
    while (end < offset + length && block[end] != 0) {
      end++;
    }
    return RawName.adopting(Arrays.copyOfRange(block, offset, end));
  }

  /**
   * The sum of all bytes, the sum's own field counting as spaces; old tools summed signed bytes.
   */
  private void checkSum() {
    long unsigned = 0;
    long signed = 0;
    for (int i = 0; i < BLOCK; i++) {
      boolean own = i >= CHECKSUM_OFFSET && i < CHECKSUM_OFFSET + CHECKSUM_LENGTH;
      byte value = own ? (byte) ' ' : block[i];
      unsigned += value & 0xff;
      signed += value;
    }
    long stored = number(CHECKSUM_OFFSET, CHECKSUM_LENGTH, "check sum");
    if (stored != unsigned && stored != signed) {
      throw refusal.because("header's check sum does not match", shortName());
    }
  }

  private long number(int offset, int length, String what) {
    if ((block[offset] & 0x80) != 0) {
      return binary(offset, length, what);
    }
    int position = offset;
    int end = offset + length;
    while (position < end && block[position] == ' ') {
      position++;
    }
    long value = 0;
    while (position < end && block[position] >= '0' && block[position] <= '7') {
      value = value << 3 | block[position] - '0';
      position++;
    }
    while (position < end) {
      if (block[position] != 0 && block[position] != ' ') {
        throw refusal.because(what + " is not an octal number", shortName());
      }
      position++;
    }
    return value;
  }

  private long binary(int offset, int length, String what) {
    boolean negative = (block[offset] & 0x40) != 0;
    long value = negative ? -1 : 0;
    for (int i = 0; i < length; i++) {
      int digit = block[offset + i] & 0xff;
      if (i == 0 && !negative) {
        digit &= 0x7f; // the mark of a binary number
      }
      if (value > Long.MAX_VALUE >> 8 || value < Long.MIN_VALUE >> 8) {
        throw refusal.because(what + " is out of range", shortName());
      }
      value = value << 8 | digit;
    }
    return value;
  }

  private static byte[] join(byte[] prefix, byte[] name) {
    byte[] joined = Arrays.copyOf(prefix, prefix.length + 1 + name.length);
    joined[prefix.length] = '/';
    System.arraycopy(name, 0, joined, prefix.length + 1, name.length);
    return joined;
  }
}
