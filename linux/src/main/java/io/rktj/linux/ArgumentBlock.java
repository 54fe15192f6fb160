// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** The memory that {@code execve(2)} reads: two arrays of pointers, then the texts. */
final class ArgumentBlock {
  private final ByteBuffer buffer;
  private final long base;
  private final int argvCount;
  private int next;

  ArgumentBlock(SystemCalls calls, List<byte[]> argv, List<byte[]> environment)
      throws ErrnoException {
    long size =
        8L * (argv.size() + environment.size() + 2) + textSize(argv) + textSize(environment);
    if (size > Integer.MAX_VALUE) {
      throw new ErrnoException("execve", "", Errno.E2BIG);
    }
    buffer = ByteBuffer.allocateDirect((int) size).order(ByteOrder.nativeOrder());
    base = calls.addressOf(buffer);
    argvCount = argv.size();
    next = 8 * (argv.size() + environment.size() + 2);
    put(0, argv);
    put(argvCount + 1, environment);
  }

  long argv() {
    return base;
  }

  long environment() {
    return base + 8L * (argvCount + 1);
  }

  private void put(int firstPointer, List<byte[]> texts) {
    int pointer = firstPointer;
    for (byte[] text : texts) {
      buffer.putLong(8 * pointer++, base + next);
      buffer.put(next, text);
      next += text.length + 1;
    }
  }

  private static long textSize(List<byte[]> texts) throws ErrnoException {
    long size = 0;
    for (byte[] text : texts) {
      for (byte b : text) {
        if (b == 0) {
          throw new ErrnoException("execve", Scratch.describe(text), Errno.EINVAL);
        }
      }
      size += text.length + 1L;
    }
    return size;
  }
}
