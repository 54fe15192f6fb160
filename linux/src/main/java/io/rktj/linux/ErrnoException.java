// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import java.io.IOException;

/** A system call that failed: its name, what it was applied to, and the error number. */
public final class ErrnoException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String call;
  private final int errno;

  /**
   * Makes a failure of {@code call}.
   *
   * @param subject what the call was applied to, as a reader would name it; may be empty
   */
  public ErrnoException(String call, String subject, int errno) {
    super(
        subject.isEmpty()
            ? call + ": " + Errno.describe(errno)
            : call + " " + subject + ": " + Errno.describe(errno));
    this.call = call;
    this.errno = errno;
  }

  /** The system call's name. */
  public String call() {
    return call;
  }

  /** The error number, positive; compare with the constants of {@link Errno}. */
  public int errno() {
    return errno;
  }
}
