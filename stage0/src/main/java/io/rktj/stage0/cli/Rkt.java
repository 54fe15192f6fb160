// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.linux.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The command line as a whole: finds the command, reads its flags, runs it, and is the one place
 * that turns failures into text and exit statuses ({@code spec/rkt-cli.md} section 1).
 */
final class Rkt {
  private static final String EXPERIMENT_APP = "RKT_EXPERIMENT_APP";
  private static final String EXPERIMENT_ATTACH = "RKT_EXPERIMENT_ATTACH";

  /** What the system says of a pipe whose reader has seen enough, as {@code head} has. */
  private static final String NOBODY_READS = "Broken pipe";

  private final Output output;
  private final Map<String, String> environment;

  Rkt(Output output, Map<String, String> environment) {
    this.output = output;
    this.environment = environment;
  }

  /** Runs one command line; returns the exit status. */
  int run(List<String> arguments) {
    int status = carryOut(arguments);
    if (output.loss().isEmpty()) {
      return status;
    }
    if (!output.loss().equals(NOBODY_READS)) {
      output.message("rkt", "cannot write to standard output: " + output.loss());
    }
    return status == ExitCode.DONE.status() ? ExitCode.FAILED.status() : status;
  }

  private int carryOut(List<String> arguments) {
    CommandLineWords words = CommandLineWords.cut(arguments);
    if (!words.unknown().isEmpty()) {
      String below = words.path().isEmpty() ? "rkt" : "rkt " + words.path();
      return unknown(words.unknown(), below);
    }
    String experiment = switchedOff(words.path());
    if (!experiment.isEmpty()) {
      return unknown(experiment, "rkt");
    }
    Command command = CommandTable.command(words.path());
    GlobalOptions global = new GlobalOptions();
    try {
      return command.shape() == Command.Shape.GROUP
          ? group(command, global, words.rest())
          : single(command, global, words.rest());
    } catch (RuntimeException | Error e) {
      output.failure(
          command.path().isEmpty() ? "rkt" : command.leaf(), FailureReport.of(e, global.debug()));
      return ExitCode.FAILED.status();
    }
  }

  /**
   * The experiment of rkt that {@code path} belongs to, if the caller has switched it off; differs
   * from rkt, where experiments must be switched on.
   */
  private String switchedOff(String path) {
    boolean app = path.equals("app") || path.startsWith("app ");
    if (!app && !path.equals("attach")) {
      return "";
    }
    String word = environment.getOrDefault(app ? EXPERIMENT_APP : EXPERIMENT_ATTACH, "true");
    return word.isEmpty() || Flag.truth(word) ? "" : app ? "app" : "attach";
  }

  private int unknown(String word, String below) {
    output.plainMessage("Error: unknown command " + Quoted.of(word) + " for " + Quoted.of(below));
    output.plainMessage("Run '" + below + " --help' for usage.");
    return ExitCode.FAILED.status();
  }

  private int group(Command command, GlobalOptions global, List<String> rest) {
    FlagParser parser = new FlagParser(List.of(), Flags.global(), global);
    try {
      parser.parse(rest, 0);
    } catch (UsageException e) {
      return wrongFlag(command, e);
    }
    boolean missing = command.path().isEmpty() && !parser.helpWanted();
    if (missing) {
      output.message("rkt", "missing command");
    }
    output.answer(HelpPage.of(command));
    return (missing ? ExitCode.NO_COMMAND : ExitCode.DONE).status();
  }

  private int single(Command command, GlobalOptions global, List<String> rest) {
    if (command.path().equals("help")) {
      return help(rest);
    }
    CommandBody body = CommandBodies.of(command.path());
    Invocation invocation;
    try {
      invocation = new InvocationReader(command, global, body, output, environment).read(rest);
    } catch (UsageException e) {
      return wrongFlag(command, e);
    }
    if (invocation.parser().helpWanted()) {
      return invocation.help();
    }
    if (command.needsRoot() && Kernel.host().euid() != 0) {
      output.message(command.leaf(), "cannot run as unprivileged user");
      return ExitCode.FAILED.status();
    }
    return body.call(invocation);
  }

  private int help(List<String> rest) {
    List<String> names = new ArrayList<>();
    for (String word : rest) {
      if (!word.startsWith("-")) {
        names.add(word);
      }
    }
    CommandLineWords words = CommandLineWords.cut(names);
    if (!words.unknown().isEmpty()) {
      output.plainMessage("Unknown help topic " + Quoted.of(String.join(" ", names)) + ".");
      output.plainMessage("Run 'rkt help' for usage.");
      return ExitCode.FAILED.status();
    }
    output.answer(HelpPage.of(CommandTable.command(words.path())));
    return ExitCode.DONE.status();
  }

  private int wrongFlag(Command command, UsageException reason) {
    output.plainMessage("Error: " + reason.getMessage() + "\n\n");
    output.answer(HelpPage.of(command));
    return ExitCode.FAILED.status();
  }
}
