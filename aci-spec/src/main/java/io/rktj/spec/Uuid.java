// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

/** A pod's identity (RFC 4122), printed in lower case as 8-4-4-4-12 digits. */
public record Uuid(long high, long low) {
  private static final int BYTES = 16;
  private static final int DIGITS = 32;

  /** Reads any accepted spelling: upper or lower case, dashes anywhere or nowhere. */
  public static Uuid parse(String text) {
    long high = 0;
    long low = 0;
    int count = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '-') {
        continue;
      }
      int digit = c < 0x80 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw new MalformedException(
            "bad UUID: \"" + text + "\" has other than hexadecimal digits");
      }
      if (count < DIGITS / 2) {
        high = high << 4 | digit;
      } else {
        low = low << 4 | digit;
      }
      count++;
    }
    if (count != DIGITS) {
      throw new MalformedException("bad UUID length != 32");
    }
    return new Uuid(high, low);
  }

  /** A random (version 4) identity out of 16 random bytes. */
  public static Uuid ofRandom(byte[] random) {
    if (random.length != BYTES) {
      throw new IllegalArgumentException("16 bytes are needed, not " + random.length);
    }
    long high = (bigEndian(random, 0) & ~0xf000L) | 0x4000L;
    long low = (bigEndian(random, BYTES / 2) & ~(3L << 62)) | 1L << 63;
    return new Uuid(high, low);
  }

  /** Its 16 bytes in network order. */
  public byte[] bytes() {
    byte[] bytes = new byte[BYTES];
    for (int i = 0; i < BYTES / 2; i++) {
      bytes[i] = (byte) (high >>> (56 - 8 * i));
      bytes[i + BYTES / 2] = (byte) (low >>> (56 - 8 * i));
    }
    return bytes;
  }

  private static long bigEndian(byte[] bytes, int offset) {
    long value = 0;
    for (int i = offset; i < offset + BYTES / 2; i++) {
      value = value << 8 | (bytes[i] & 0xff);
    }
    return value;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Uuid that && high == that.high && low == that.low;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(high) * 31 + Long.hashCode(low);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(36);
    append(text, high, 64, 32);
    append(text.append('-'), high, 32, 16);
    append(text.append('-'), high, 16, 0);
    append(text.append('-'), low, 64, 48);
    append(text.append('-'), low, 48, 0);
    return text.toString();
  }

  private static void append(StringBuilder text, long value, int from, int to) {
    for (int shift = from - 4; shift >= to; shift -= 4) {
      text.append(Character.forDigit((int) (value >>> shift) & 15, 16));
    }
  }
}
