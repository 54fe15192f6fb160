// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.actool;

import io.rktj.spec.SemVer;
import java.util.List;

/** Says which version of the specification this is. */
final class VersionCommand implements Command {
  @Override
  public String name() {
    return "version";
  }

  @Override
  public String summary() {
    return "Print the version and exit";
  }

  @Override
  public String usage() {
    return "";
  }

  @Override
  public List<Flag> flags() {
    return List.of();
  }

  @Override
  public int run(Arguments arguments, Terminal terminal) {
    terminal.say("actool version " + SemVer.APPC);
    return 0;
  }
}
