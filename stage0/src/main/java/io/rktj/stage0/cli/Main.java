// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import java.util.List;

/** The rkt command's entry. */
public final class Main {
  private Main() {}

  /** Runs rkt; ends the process with its exit status. */
  public static void main(String[] arguments) {
    Rkt rkt = new Rkt(Output.standard(), System.getenv());
    int status = rkt.run(List.of(arguments));
    // not exit(): its hooks are not needed here, and its event log costs more than most commands
    Runtime.getRuntime().halt(status);
  }
}
