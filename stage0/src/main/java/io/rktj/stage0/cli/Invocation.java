// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.stage0.launch.Caller;
import java.util.ArrayList;
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

  /** The same use, with answers that nobody sees. */
  Invocation quiet() {
    Output messages = output.withoutAnswers();
    return new Invocation(command, global, flags, arguments, messages, environment, parser);
  }

  /** The prefix of the command's messages. */
  String prefix() {
    return command.leaf();
  }

  /** What a flavour must know of the caller. */
  Caller caller() {
    List<String> variables = new ArrayList<>(environment.size());
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      variables.add(variable.getKey() + "=" + variable.getValue());
    }
    return new Caller(global.localConfig().toString(), global.debug(), variables);
  }

  /** Prints a failure that does not end the command. */
  void complain(RuntimeException failure) {
    output.failure(prefix(), FailureReport.of(failure, global.debug()));
  }

  /** Prints {@code text} behind the command's prefix. */
  void say(String text) {
    output.message(prefix(), text);
  }

  /** Prints the command's help page, which is what was asked for. */
  int help() {
    output.answer(HelpPage.of(command));
    return ExitCode.DONE.status();
  }

  /** Tells what is wrong with things that a list leaves out; that does not fail the command. */
  void listProblems(String things, List<String> problems) {
    if (problems.isEmpty()) {
      return;
    }
    say(problems.size() + " error(s) encountered when listing " + things + ":");
    StringBuilder text = new StringBuilder("-".repeat(40)).append('\n');
    for (String problem : problems) {
      text.append(problem).append('\n');
    }
    output.plainMessage(
        text.append("misc:\n  rkt's appc version: ").append(Version.APPC).toString());
  }

  /** The arguments are not what the command wants: its help page, and failure. */
  int misused(String reason) {
    say(reason);
    output.answer(HelpPage.of(command));
    return ExitCode.FAILED.status();
  }
}
