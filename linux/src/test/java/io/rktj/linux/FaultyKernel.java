// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

/**
 * A kernel for crash tests. It counts the calls that change the disk and fails at the n-th: once,
 * as a full disk would, or there and ever after, as if the process had been killed just before it.
 * A test goes through every n until {@link #hasFailed} stays false.
 */
public final class FaultyKernel extends ForwardingKernel {
  private final int fatal;
  private final boolean forEver;
  private int changes;

  private FaultyKernel(Kernel kernel, int fatal, boolean forEver) {
    super(kernel);
    this.fatal = fatal;
    this.forEver = forEver;
  }

  /** Fails the n-th change, counted from 1, with {@link Errno#EIO}, and no other. */
  public static FaultyKernel failingAt(Kernel kernel, int n) {
    return new FaultyKernel(kernel, n, false);
  }

  /** Fails the n-th change, counted from 1, and every one after it. */
  public static FaultyKernel crashingAt(Kernel kernel, int n) {
    return new FaultyKernel(kernel, n, true);
  }

  /** Whether the n-th change was reached. */
  public boolean hasFailed() {
    return changes >= fatal;
  }

  @Override
  boolean before(String call, boolean mutates, Object... arguments) throws ErrnoException {
    if (mutates) {
      changes++;
      if (changes == fatal || (forEver && changes > fatal)) {
        throw new ErrnoException(call, "as the test wants", Errno.EIO);
      }
    }
    return true;
  }
}
