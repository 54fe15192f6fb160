// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

/** Flags of {@code open(2)} and its relatives. */
public final class Open {
  /** {@code unlinkat(2)}: remove a directory. */
  public static final int AT_REMOVEDIR = 0x200;

  private Open() {}
}
