// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.actool;

import java.io.IOException;
import java.util.List;

/** One command of {@code actool}. */
interface Command {
  /** Its name. */
  String name();

  /** What it does, on one line. */
  String summary();

  /** Its operands and options, on one line. */
  String usage();

  /** The options it knows. */
  List<Flag> flags();

  /** Does it; the answer is the exit status. */
  int run(Arguments arguments, Terminal terminal) throws IOException;
}
