// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

/** Numbers in bytes, least significant first. */
final class Bits {
  private Bits() {}

  static int number(byte[] bytes, int at) {
    return (bytes[at] & 0xff)
        | (bytes[at + 1] & 0xff) << 8
        | (bytes[at + 2] & 0xff) << 16
        | (bytes[at + 3] & 0xff) << 24;
  }

  static int half(byte[] bytes, int at) {
    return (bytes[at] & 0xff) | (bytes[at + 1] & 0xff) << 8;
  }

  static long wide(byte[] bytes, int at) {
    return (number(bytes, at) & 0xffffffffL) | (long) number(bytes, at + 4) << 32;
  }
}
