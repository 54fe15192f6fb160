// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Decompresses LZ4's old frame format, which Linux kernels are packed with. */
final class Lz4 {
  static final int MAGIC = 0x184c2102;

  private static final int BLOCK = 8 << 20;
  private static final int SHORTEST_MATCH = 4;

  private final byte[] in;
  private int at;
  private byte[] out = new byte[BLOCK];
  private int used;

  private Lz4(byte[] in, int at) {
    this.in = in;
    this.at = at;
  }

  /** The content of the frame at {@code offset}, up to {@code end}. */
  static byte[] decompress(byte[] in, int offset, int end) throws IOException {
    try {
      ByteArrayOutputStream all = new ByteArrayOutputStream(64 << 20);
      int at = offset + 4;
      while (at + 4 <= end) {
        int size = Bits.number(in, at);
        if (size == MAGIC) {
          at += 4;
          continue;
        }
        if (size <= 0 || size > end - at - 4) {
          break; // what follows the last block is not ours
        }
        Lz4 block = new Lz4(in, at + 4);
        block.block(at + 4 + size);
        all.write(block.out, 0, block.used);
        at += 4 + size;
      }
      return all.toByteArray();
    } catch (ArrayIndexOutOfBoundsException e) {
      throw new IOException("the LZ4 data is damaged", e);
    }
  }

  private void block(int end) throws IOException {
    while (at < end) {
      int token = in[at++] & 0xff;
      int literals = length(token >>> 4);
      System.arraycopy(in, at, out, used, literals);
      at += literals;
      used += literals;
      if (at >= end) {
        return;
      }
      int distance = (in[at] & 0xff) | (in[at + 1] & 0xff) << 8;
      at += 2;
      int match = length(token & 15) + SHORTEST_MATCH;
      if (distance == 0 || distance > used) {
        throw new IOException("the LZ4 data is damaged");
      }
      for (int i = 0; i < match; i++) {
        out[used] = out[used - distance];
        used++;
      }
    }
  }

  private int length(int first) {
    int length = first;
    if (first == 15) {
      int more;
      do {
        more = in[at++] & 0xff;
        length += more;
      } while (more == 255);
    }
    return length;
  }
}
