// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import java.lang.ref.Reference;
import java.util.List;

/** Leaves the JVM by {@code execve(2)}, with nothing of it left behind. */
final class ExecCall {
  private static final int CLOSE_RANGE_CLOEXEC = 4;
  private static final int F_SETFD = 2;
  private static final int FD_CLOEXEC = 1;
  private static final int NO_FD = -1;
  private static final int SIG_SETMASK = 2;
  private static final int SIGNAL_SET_SIZE = 8;

  private final KernelEntry entry;
  private final Kernel kernel;
  private final boolean modern;

  ExecCall(KernelEntry entry, Kernel kernel, boolean modern) {
    this.entry = entry;
    this.kernel = kernel;
    this.modern = modern;
  }

  /** As {@link Kernel#execve}. */
  ErrnoException run(
      String path, List<byte[]> argv, List<byte[]> environment, List<Integer> inherit) {
    try {
      ArgumentBlock block = new ArgumentBlock(entry.calls, argv, environment);
      closeAllOnExec();
      for (int fd : inherit) {
        kernel.closeOnExec(fd, false);
      }
      long result = callExecve(path, block);
      for (int fd : inherit) {
        kernel.closeOnExec(fd, true);
      }
      return new ErrnoException("execve", path, (int) -result);
    } catch (ErrnoException e) {
      return e;
    }
  }

  private long callExecve(String path, ArgumentBlock block) throws ErrnoException {
    Scratch s = entry.begin(0);
    long program = s.path(path);
    long oldMask = s.reserve(SIGNAL_SET_SIZE);
    long noMask = s.reserve(SIGNAL_SET_SIZE);
    s.putLong(noMask, 0);
    setSignalMask(noMask, oldMask);
    try {
      return entry.call(entry.numbers.execve, program, block.argv(), block.environment(), 0, 0);
    } finally {
      Reference.reachabilityFence(block);
      setSignalMask(oldMask, 0);
    }
  }

  private void setSignalMask(long mask, long oldMask) throws ErrnoException {
    long result =
        entry.call(entry.numbers.rtSigprocmask, SIG_SETMASK, mask, oldMask, SIGNAL_SET_SIZE, 0);
    KernelEntry.check(result, "sigprocmask", "");
  }

  /** Marks all above 2, with close_range(2) or, before kernel 5.11, one by one. */
  private void closeAllOnExec() throws ErrnoException {
    if (modern) {
      long last = 0xffffffffL;
      if (entry.call(entry.numbers.closeRange, 3, last, CLOSE_RANGE_CLOEXEC, 0, 0) == 0) {
        return;
      }
    }
    try (Fd all = kernel.open("/proc/self/fd", Open.O_PATH | Open.O_DIRECTORY, 0)) {
      for (byte[] name : kernel.list(all.number())) {
        int fd = number(name);
        // the descriptor that the listing itself used is gone again
        if (fd > 2) {
          long unused = entry.call(entry.numbers.fcntl, fd, F_SETFD, FD_CLOEXEC, 0, 0);
        }
      }
    }
  }

  private static int number(byte[] digits) {
    int number = 0;
    for (byte digit : digits) {
      if (digit < '0' || digit > '9') {
        return NO_FD;
      }
      number = number * 10 + (digit - '0');
    }
    return number;
  }
}
