// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** A growing array of bytes with the few encodings of {@link PodInitPlan}. */
final class PlanBuffer {
  private byte[] bytes = new byte[8192];
  private int length;

  void number(int value) {
    grow(4);
    put(length, value);
    length += 4;
  }

  void wide(long value) {
    number((int) value);
    number((int) (value >>> 32));
  }

  void flag(boolean value) {
    number(value ? 1 : 0);
  }

  /** Length, bytes, and one to four zero bytes. */
  void text(String text) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    for (byte b : encoded) {
      if (b == 0) {
        throw new IllegalArgumentException("a text of a plan holds a zero byte");
      }
    }
    number(encoded.length);
    raw(encoded, 4 - encoded.length % 4);
  }

  /** Length, bytes, and zero to three zero bytes. */
  void blob(byte[] blob) {
    number(blob.length);
    raw(blob, (4 - blob.length % 4) % 4);
  }

  void texts(List<String> texts) {
    number(texts.size());
    for (String text : texts) {
      text(text);
    }
  }

  void raw(byte[] source, int padding) {
    grow(source.length + padding);
    System.arraycopy(source, 0, bytes, length, source.length);
    length += source.length + padding;
  }

  int length() {
    return length;
  }

  void put(int at, int value) {
    bytes[at] = (byte) value;
    bytes[at + 1] = (byte) (value >>> 8);
    bytes[at + 2] = (byte) (value >>> 16);
    bytes[at + 3] = (byte) (value >>> 24);
  }

  byte[] toArray() {
    return Arrays.copyOf(bytes, length);
  }

  private void grow(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
    }
  }
}
