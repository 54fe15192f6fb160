// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

/** The kernel of this machine. */
final class LinuxKernel {
  private LinuxKernel() {}

  static Kernel host() {
    throw new UnsupportedOperationException("host kernel");
  }
}
