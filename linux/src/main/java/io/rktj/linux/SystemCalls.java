// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import java.nio.ByteBuffer;

/**
 * One way from Java into the kernel. {@link LinuxKernel} is written once over it; there are two, so
 * that the usual start needs nothing but our own small library and every other place still works.
 */
interface SystemCalls {
  /**
   * Makes the system call {@code number} in the calling thread.
   *
   * @return its result, or the negated error number
   */
  long call(int number, long a, long b, long c, long d, long e);

  /** Where the contents of a direct buffer begin. */
  long addressOf(ByteBuffer direct);
}
