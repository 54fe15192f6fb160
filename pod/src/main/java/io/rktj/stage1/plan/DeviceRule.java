// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

/**
 * Leave to use device nodes; what no rule allows is denied ({@code spec/rkt-runtime.md} section 4).
 *
 * @param block block device, otherwise character device
 * @param minor minor number, or {@link #ANY}
 * @param access some of {@code r}, {@code w} and {@code m} (make a node)
 */
public record DeviceRule(boolean block, int major, int minor, String access) {
  /** Every minor number. */
  public static final int ANY = -1;

  /** The line that {@code devices.allow} of control group version 1 takes. */
  String line() {
    return (block ? "b " : "c ") + major + ":" + (minor == ANY ? "*" : minor) + " " + access;
  }
}
