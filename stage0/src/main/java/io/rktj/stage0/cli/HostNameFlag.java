// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

/** {@code --hostname} ({@code spec/rkt-cli.md} section 4.1). */
final class HostNameFlag {
  private HostNameFlag() {}

  /**
   * The name that was given, or nothing. It becomes a word of the pod's {@code /etc/hosts}, so it
   * must be one.
   */
  static String of(FlagValues flags) {
    String name = flags.text("hostname", "");
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) <= ' ' || name.charAt(i) == 0x7f) {
        throw new UsageException(
            "invalid --hostname " + Quoted.of(name) + ": it holds a blank or a control character");
      }
    }
    return name;
  }
}
