// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

/**
 * {@code --stage1-name} and its relatives: one of them, once ({@code spec/rkt-cli.md} section 7).
 */
final class Stage1Flags {
  private String used = "";
  private String value = "";

  /** Takes one of the flags; nothing happens if it is another one. */
  void take(String name, String text) {
    if (!name.startsWith("stage1-")) {
      return;
    }
    if (used.equals(name)) {
      throw new UsageException("--" + name + " already used");
    }
    if (!used.isEmpty()) {
      throw new UsageException("flags --" + name + " and --" + used + " are mutually exclusive");
    }
    used = name;
    value = text;
  }

  /** Whether the user chose at all. */
  boolean isGiven() {
    return !used.isEmpty();
  }

  /** The flag that was used, without its dashes. */
  String used() {
    return used;
  }

  /** What it says. */
  String value() {
    return value;
  }
}
