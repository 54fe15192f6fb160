// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

/**
 * Devices that may be used: a type and numbers, and how.
 *
 * @param block whether block devices are meant, else character devices
 * @param major major number, or {@link #ANY}
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

  /** The rule as cgroup version 1's {@code devices.allow} reads it, such as {@code c 1:3 rwm}. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(block ? "b " : "c ");
    number(text, major);
    text.append(':');
    number(text, minor);
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

  private static void number(StringBuilder text, int number) {
    if (number == ANY) {
      text.append('*');
    } else {
      text.append(number);
    }
  }
}
