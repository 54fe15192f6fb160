// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import java.util.List;

/** {@code rkt completion} ({@code spec/rkt-cli.md} section 4.16); of zsh and fish, too. */
final class CompletionCommand implements CommandBody {
  /** The shells that have a script. */
  static List<String> shells() {
    return List.of("bash", "fish", "zsh");
  }

  @Override
  public int call(Invocation invocation) {
    List<String> arguments = invocation.arguments();
    if (arguments.isEmpty()) {
      throw UsageException.withHint("shell type is not specified", "say bash, zsh or fish");
    }
    if (arguments.size() > 1) {
      throw new UsageException("too many arguments, only shell type is expected");
    }
    if (!shells().contains(arguments.get(0))) {
      throw new UsageException("'" + arguments.get(0) + "' shell is not supported");
    }
    invocation.output().answer(script(arguments.get(0)));
    return ExitCode.DONE.status();
  }

  /** The script of {@code shell}, one of {@link #shells}. */
  static String script(String shell) {
    return switch (shell) {
      case "bash" -> new BashCompletion().script();
      case "zsh" -> new ZshCompletion().script();
      case "fish" -> new FishCompletion().script();
      default -> throw new AssertionError(shell);
    };
  }
}
