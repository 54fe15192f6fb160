// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

/**
 * Checks the lengths inside a version 4 signature packet (RFC 9580 section 5.2.3) before it is
 * interpreted, so that no length leads outside the packet.
 */
final class Subpackets {
  private static final int BEFORE_AREAS = 4;

  private Subpackets() {}

  static boolean areWellFormed(PacketReader.Packet packet) {
    byte[] data = packet.whole();
    int hashed = packet.bodyOffset() + BEFORE_AREAS;
    int unhashed = endOfArea(data, hashed);
    return unhashed >= 0 && endOfArea(data, unhashed) >= 0;
  }

  /** The offset behind the area that starts with its length at {@code start}, or -1. */
  private static int endOfArea(byte[] data, int start) {
    if (start + 2 > data.length) {
      return -1;
    }
    int end = start + 2 + number(data, start, 2);
    if (end > data.length) {
      return -1;
    }
    int position = start + 2;
    while (position < end) {
      position = endOfSubpacket(data, position, end);
      if (position < 0) {
        return -1;
      }
    }
    return end;
  }

  private static int endOfSubpacket(byte[] data, int start, int end) {
    int first = data[start] & 0xff;
    int bytes = first < 192 ? 1 : first < 255 ? 2 : 5;
    if (start + bytes > end) {
      return -1;
    }
    int length = first;
    if (bytes == 2) {
      length = ((first - 192) << 8) + (data[start + 1] & 0xff) + 192;
    } else if (bytes == 5) {
      length = number(data, start + 1, 4);
    }
    // At least the type; "length > end" also catches a sum that would overflow.
    if (length < 1 || length > end || start + bytes + length > end) {
      return -1;
    }
    return start + bytes + length;
  }

  private static int number(byte[] data, int offset, int bytes) {
    int value = 0;
    for (int i = 0; i < bytes; i++) {
      value = value << 8 | (data[offset + i] & 0xff);
    }
    return value;
  }
}
