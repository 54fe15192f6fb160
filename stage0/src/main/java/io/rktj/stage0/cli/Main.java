// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import java.util.List;

/** The rkt command's entry. */
public final class Main {
  private Main() {}

  /** Runs rkt; ends the process with its exit status. */
  public static void main(String[] arguments) {
    Rkt rkt = new Rkt(Output.standard(), System.getenv());
    System.exit(rkt.run(List.of(arguments)));
  }
}
