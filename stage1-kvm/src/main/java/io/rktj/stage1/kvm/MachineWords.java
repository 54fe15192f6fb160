// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import java.util.List;

/**
 * What the caller says of machines, in variables: those of rkt's own flavour, and in their place
 * what the flags and the configuration say.
 */
record MachineWords(List<String> environment) {
  /** {@code auto}, {@code kvm} or {@code tcg}; empty for auto. */
  String hypervisor() {
    return variable("RKT_HYPERVISOR");
  }

  /** A file, {@code host} or {@code package}; empty for package. */
  String kernel() {
    return variable("RKT_HYPERVISOR_KERNEL");
  }

  /** More words for the guest's kernel. */
  String parameters() {
    return variable("RKT_HYPERVISOR_EXTRA_KERNEL_PARAMS");
  }

  private String variable(String name) {
    for (String entry : environment) {
      if (entry.startsWith(name + "=")) {
        return entry.substring(name.length() + 1);
      }
    }
    return "";
  }
}
