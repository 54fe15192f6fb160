// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads the words of one command: its flags, and those of all commands, in any order with its
 * arguments, or only before them ({@link Command.Shape}).
 */
final class InvocationReader implements FlagParser.Sink {
  private final Command command;
  private final GlobalOptions global;
  private final CommandBody body;
  private final Output output;
  private final Map<String, String> environment;
  private final FlagValues values = new FlagValues();
  private final List<Flag> globals = Flags.global();

  InvocationReader(
      Command command,
      GlobalOptions global,
      CommandBody body,
      Output output,
      Map<String, String> environment) {
    this.command = command;
    this.global = global;
    this.body = body;
    this.output = output;
    this.environment = environment;
  }

  /** Reads {@code words}; wrong flags are {@link UsageException}. */
  Invocation read(List<String> words) {
    FlagParser parser = new FlagParser(command.flags(), globals, this);
    List<String> arguments = new ArrayList<>();
    int at = parser.parse(words, 0);
    if (command.shape() == Command.Shape.LEADING) {
      arguments.addAll(words.subList(at, words.size()));
      at = words.size();
    }
    while (at < words.size()) {
      if (words.get(at).equals("--")) {
        arguments.addAll(words.subList(at + 1, words.size()));
        at = words.size();
      } else {
        arguments.add(words.get(at));
        at = parser.parse(words, at + 1);
      }
    }
    return new Invocation(command, global, values, arguments, output, environment, parser);
  }

  /** Gives global flags to the options that all commands share, the others to the command. */
  @Override
  public void set(Flag flag, String value) {
    for (int i = 0; i < globals.size(); i++) {
      if (globals.get(i).name().equals(flag.name())) {
        global.set(flag, value);
        return;
      }
    }
    if (!flag.advice().isEmpty()) {
      output.plainMessage("Flag --" + flag.name() + " has been deprecated, " + flag.advice());
    }
    values.add(flag.name(), value);
    body.flag(flag, value);
  }
}
