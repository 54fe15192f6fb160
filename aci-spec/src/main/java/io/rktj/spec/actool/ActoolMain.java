// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.actool;

import java.util.List;

/** Starts {@code actool}. */
public final class ActoolMain {
  private ActoolMain() {}

  /** Runs the command that {@code arguments} name and ends the process with its status. */
  public static void main(String[] arguments) {
    Terminal terminal = new Terminal(System.out, System.err);
    int status = new Actool(terminal).run(List.of(arguments));
    System.out.flush();
    // not exit(): its event log costs more than most commands
    Runtime.getRuntime().halt(status);
  }
}
