// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import java.util.List;
import java.util.Map;

/**
 * One use of one command: its flags and arguments, read.
 *
 * @param arguments what is no flag; for commands whose flags lead, everything from the first
 *     argument on
 * @param environment the caller's variables
 * @param parser reads further flags, for commands whose flags lead
 */
record Invocation(
    Command command,
    GlobalOptions global,
    FlagValues flags,
    List<String> arguments,
    Output output,
    Map<String, String> environment,
    FlagParser parser) {

  /** The prefix of the command's messages. */
  String prefix() {
    return command.leaf();
  }

  /** Prints {@code text} behind the command's prefix. */
  void say(String text) {
    output.message(prefix(), text);
  }

  /** The arguments are not what the command wants: its help page, and failure. */
  int misused(String reason) {
    say(reason);
    output.answer(HelpPage.of(command));
    return ExitCode.FAILED.status();
  }
}
