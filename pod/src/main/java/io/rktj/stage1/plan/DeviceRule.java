// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

/**
 * Leave to use device nodes: a type and numbers, and how; what no rule allows is denied ({@code
 * spec/rkt-runtime.md} section 4).
 *
 * @param block whether block devices are meant, else character devices
 * @param major major number
 * @param minor minor number, or {@link #ANY}
 * @param access sum of {@link #MKNOD}, {@link #READ} and {@link #WRITE}
 */
public record DeviceRule(boolean block, int major, int minor, int access) {
  /** Every number. */
  public static final int ANY = -1;

  /** Making a node. */
  public static final int MKNOD = 1;

  /** Opening for reading. */
  public static final int READ = 2;

  /** Opening for writing. */
  public static final int WRITE = 4;

  /** The rule as version 1's {@code devices.allow} reads it, such as {@code c 1:3 rwm}. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(block ? "b " : "c ").append(major).append(':');
    if (minor == ANY) {
      text.append('*');
    } else {
      text.append(minor);
    }
    text.append(' ');
    if ((access & READ) != 0) {
      text.append('r');
    }
    if ((access & WRITE) != 0) {
      text.append('w');
    }
    if ((access & MKNOD) != 0) {
      text.append('m');
    }
    return text.toString();
  }
}
