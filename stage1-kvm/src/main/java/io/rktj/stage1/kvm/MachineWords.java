// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import io.rktj.stage1.Stage1Exception;
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

  /** Whether machines may be copies of one that has booted already. */
  boolean templates() {
    String text = variable("RKT_HYPERVISOR_TEMPLATES");
    if (!text.isEmpty() && !text.equals("auto") && !text.equals("off")) {
      throw new Stage1Exception(
          "stage1: RKT_HYPERVISOR_TEMPLATES: \"" + text + "\": auto or off are known");
    }
    return !text.equals("off");
  }

  /** Seconds until a machine must have come to life; 0 for as many as suit its mode. */
  int bootSeconds() {
    String text = variable("RKT_HYPERVISOR_BOOT_SECONDS");
    try {
      int seconds = text.isEmpty() ? 0 : Integer.parseInt(text);
      if (seconds >= 0 && seconds <= 3600) {
        return seconds;
      }
    } catch (NumberFormatException e) {
      // refused below, as any other text
    }
    throw new Stage1Exception(
        "stage1: RKT_HYPERVISOR_BOOT_SECONDS: \"" + text + "\" is no number from 0 to 3600");
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
