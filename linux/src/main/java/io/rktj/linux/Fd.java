// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

/**
 * An open file descriptor that its holder closes. Descriptors are made by a {@link Kernel}, always
 * close-on-exec.
 */
public final class Fd implements AutoCloseable {
  /** Stands for the current working directory where a directory descriptor is wanted. */
  public static final int AT_FDCWD = -100;

  private final Kernel kernel;
  private final int number;
  private boolean open = true;

  /** Takes charge of {@code number}. */
  Fd(Kernel kernel, int number) {
    this.kernel = kernel;
    this.number = number;
  }

  /** The descriptor's number; fails once closed. */
  public int number() {
    if (!open) {
      throw new IllegalStateException("descriptor " + number + " is closed");
    }
    return number;
  }

  /** Closes the descriptor; a second call does nothing. */
  @Override
  public void close() {
    if (open) {
      open = false;
      kernel.close(number);
    }
  }
}
