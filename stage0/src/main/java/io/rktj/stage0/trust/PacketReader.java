// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts a byte sequence into OpenPGP packets (RFC 9580 section 4.2) before any of them is
 * interpreted, so that no length in hostile input makes the interpreter allocate more than was
 * read. Indeterminate and partial lengths do not occur in keys and signatures and are refused.
 */
final class PacketReader {
  static final int SIGNATURE = 2;
  static final int SECRET_KEY = 5;
  static final int PUBLIC_KEY = 6;
  static final int SECRET_SUBKEY = 7;
  static final int USER_ID = 13;
  static final int PUBLIC_SUBKEY = 14;
  static final int USER_ATTRIBUTE = 17;

  /** One packet. The first byte of the body of keys and signatures is their version. */
  static final class Packet {
    private final int tag;
    private final byte[] whole;
    private final int bodyOffset;

    Packet(int tag, byte[] whole, int bodyOffset) {
      this.tag = tag;
      this.whole = whole;
      this.bodyOffset = bodyOffset;
    }

    int tag() {
      return tag;
    }

    /** The packet with its header; not to be changed. */
    byte[] whole() {
      return whole;
    }

    int bodyOffset() {
      return bodyOffset;
    }

    int version() {
      return bodyOffset < whole.length ? whole[bodyOffset] & 0xff : -1;
    }
  }

  private final byte[] data;
  private int position;

  private PacketReader(byte[] data) {
    this.data = data;
  }

  /** All packets of {@code data}, at most {@code limit}. */
  static List<Packet> read(byte[] data, int limit) {
    PacketReader reader = new PacketReader(data);
    List<Packet> packets = new ArrayList<>();
    while (reader.position < data.length) {
      if (packets.size() == limit) {
        throw new UntrustedImageException("openpgp: more than " + limit + " packets");
      }
      packets.add(reader.next());
    }
    return packets;
  }

  private Packet next() {
    int start = position;
    int header = take();
    if ((header & 0x80) == 0) {
      throw new UntrustedImageException("openpgp: invalid data: tag byte does not have MSB set");
    }
    boolean isNewFormat = (header & 0x40) != 0;
    int tag = isNewFormat ? header & 0x3f : (header >> 2) & 0x0f;
    long length = isNewFormat ? newLength() : oldLength(header & 3);
    if (length > data.length - position) {
      throw new UntrustedImageException("openpgp: a packet is cut short");
    }
    int body = position - start;
    position += (int) length;
    return new Packet(tag, Arrays.copyOfRange(data, start, position), body);
  }

  private long newLength() {
    int first = take();
    if (first < 192) {
      return first;
    }
    if (first < 224) {
      return ((first - 192L) << 8) + take() + 192;
    }
    if (first < 255) {
      throw new UntrustedImageException("openpgp: a packet of partial length");
    }
    return number(4);
  }

  private long oldLength(int type) {
    if (type == 3) {
      throw new UntrustedImageException("openpgp: a packet of indeterminate length");
    }
    return number(1 << type);
  }

  private long number(int bytes) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value = value << 8 | take();
    }
    return value;
  }

  private int take() {
    if (position == data.length) {
      throw new UntrustedImageException("openpgp: a packet is cut short");
    }
    return data[position++] & 0xff;
  }
}
