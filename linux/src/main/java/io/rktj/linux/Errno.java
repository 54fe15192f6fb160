// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

/** Error numbers of Linux ({@code errno(3)}). */
public final class Errno {
  private Errno() {}

  /** The usual English text of {@code errno}. */
  public static String describe(int errno) {
    return "error " + errno;
  }
}
