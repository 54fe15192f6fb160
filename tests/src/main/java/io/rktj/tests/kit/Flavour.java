// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.kit;

/** A flavour of stage1 that any pod runs in: the same images, flags and commands in each. */
public enum Flavour {
  /** Name spaces and control groups of the host. */
  NSPAWN("stage1-nspawn"),
  /** A virtual machine with a kernel of its own. */
  KVM("stage1-kvm");

  private final String title;

  Flavour(String title) {
    this.title = title;
  }

  /** What users call it. */
  public String title() {
    return title;
  }

  /** The flag of {@code run} and its like that chooses it. */
  public String flag() {
    return "--stage1-name=rktj.io/" + title;
  }
}
