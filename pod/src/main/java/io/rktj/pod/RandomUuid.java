// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Kernel;
import io.rktj.spec.Uuid;

/**
 * Random identities (RFC 4122, version 4) from the kernel's pool; Java's own source costs a tenth
 * of a whole start.
 */
final class RandomUuid {
  private RandomUuid() {}

  static Uuid next(Kernel kernel) throws ErrnoException {
    byte[] random = new byte[16];
    kernel.random(random);
    long high = (number(random, 0) & ~0xf000L) | 0x4000L;
    long low = (number(random, 8) & 0x3fffffffffffffffL) | 0x8000000000000000L;
    return new Uuid(high, low);
  }

  private static long number(byte[] bytes, int start) {
    long number = 0;
    for (int i = start; i < start + 8; i++) {
      number = number << 8 | (bytes[i] & 0xff);
    }
    return number;
  }
}
