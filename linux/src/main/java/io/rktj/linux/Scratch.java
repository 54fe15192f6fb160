// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The memory of one thread that system calls read and write. {@link #begin} forgets what the last
 * call left; addresses hold until the next one.
 */
final class Scratch {
  /** Longest path the kernel takes, its final zero included. */
  static final int PATH_MAX = 4096;

  private static final int USUAL_SIZE = 32 * 1024;

  private final SystemCalls calls;
  private ByteBuffer buffer;
  private long base;
  private int used;

  Scratch(SystemCalls calls) {
    this.calls = calls;
    buffer = ByteBuffer.allocateDirect(USUAL_SIZE).order(ByteOrder.nativeOrder());
    base = calls.addressOf(buffer);
  }

  /** Starts a call that needs at most {@code extra} bytes above 16 KiB. */
  Scratch begin(int extra) {
    if (extra > USUAL_SIZE / 2 && extra > buffer.capacity() - USUAL_SIZE / 2) {
      buffer = ByteBuffer.allocateDirect(extra + USUAL_SIZE / 2).order(ByteOrder.nativeOrder());
      base = calls.addressOf(buffer);
    }
    used = 0;
    return this;
  }

  /** Room for {@code size} bytes, aligned for any structure; its contents are undefined. */
  long reserve(int size) {
    int start = (used + 7) & ~7;
    used = start + size;
    return base + start;
  }

  /** A zero-terminated copy of a path; refuses one that the kernel would read differently. */
  long path(byte[] path) throws ErrnoException {
    if (path.length >= PATH_MAX) {
      throw new ErrnoException("path", describe(path), Errno.ENAMETOOLONG);
    }
    return text(path);
  }

  /** As {@link #path(byte[])}, for a path of our own. */
  long path(String path) throws ErrnoException {
    return path(path.getBytes(StandardCharsets.UTF_8));
  }

  /** A zero-terminated copy of a text that is no path. */
  long text(byte[] text) throws ErrnoException {
    for (byte b : text) {
      if (b == 0) {
        throw new ErrnoException("path", describe(text), Errno.EINVAL);
      }
    }
    long address = reserve(text.length + 1);
    int start = at(address);
    buffer.put(start, text);
    buffer.put(start + text.length, (byte) 0);
    return address;
  }

  /** A copy of bytes, without a final zero. */
  long bytes(byte[] source, int offset, int length) {
    long address = reserve(length);
    buffer.put(at(address), source, offset, length);
    return address;
  }

  void get(long address, byte[] target, int offset, int length) {
    buffer.get(at(address), target, offset, length);
  }

  byte[] copy(long address, int length) {
    byte[] copy = new byte[length];
    buffer.get(at(address), copy);
    return copy;
  }

  byte getByte(long address) {
    return buffer.get(at(address));
  }

  int getShort(long address) {
    return buffer.getShort(at(address)) & 0xffff;
  }

  int getInt(long address) {
    return buffer.getInt(at(address));
  }

  long getLong(long address) {
    return buffer.getLong(at(address));
  }

  void putShort(long address, int value) {
    buffer.putShort(at(address), (short) value);
  }

  void putInt(long address, int value) {
    buffer.putInt(at(address), value);
  }

  void putLong(long address, long value) {
    buffer.putLong(at(address), value);
  }

  private int at(long address) {
    return (int) (address - base);
  }

  /** A path as a reader would see it; bytes that are not UTF-8 come out as replacement marks. */
  static String describe(byte[] path) {
    return new String(path, StandardCharsets.UTF_8);
  }
}
