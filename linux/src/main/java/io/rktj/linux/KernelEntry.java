// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

/** What every system call needs: a binding, the machine's numbers, the thread's memory, errors. */
final class KernelEntry {
  final SystemCalls calls;
  final SystemCallNumbers numbers;
  private final ThreadLocal<Scratch> scratch;

  KernelEntry(SystemCalls calls) {
    this.calls = calls;
    numbers = SystemCallNumbers.of(System.getProperty("os.arch"));
    scratch =
        new ThreadLocal<Scratch>() {
          @Override
          protected Scratch initialValue() {
            return new Scratch(calls);
          }
        };
  }

  /** The thread's memory, emptied, with room for {@code extra} bytes above the usual. */
  Scratch begin(int extra) {
    return scratch.get().begin(extra);
  }

  long call(int number, long a, long b, long c, long d, long e) {
    return calls.call(number, a, b, c, d, e);
  }

  /** Makes a call again for as long as a signal interrupts it. */
  long repeated(int number, long a, long b, long c, long d, long e) {
    long result;
    do {
      result = calls.call(number, a, b, c, d, e);
    } while (result == -Errno.EINTR);
    return result;
  }

  static long check(long result, String call, byte[] subject) throws ErrnoException {
    if (result < 0) {
      throw new ErrnoException(call, Scratch.describe(subject), (int) -result);
    }
    return result;
  }

  static long check(long result, String call, String subject) throws ErrnoException {
    if (result < 0) {
      throw new ErrnoException(call, subject, (int) -result);
    }
    return result;
  }

  static long check(long result, String call, int fd) throws ErrnoException {
    if (result < 0) {
      throw new ErrnoException(call, "descriptor " + fd, (int) -result);
    }
    return result;
  }
}
