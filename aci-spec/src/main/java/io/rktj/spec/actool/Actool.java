// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.actool;

import io.rktj.PodException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/** Finds the command, runs it, and words its failure. */
final class Actool {
  private static final int FAILED = 1;
  private static final int MISUSED = 2;
  private static final List<Flag> GLOBAL =
      List.of(
          Flag.toggle("debug", "Print out more debug information to stderr"),
          Flag.toggle("help", "Print usage information and exit"));

  private final Terminal terminal;

  Actool(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Runs what {@code words} say; the answer is the exit status. */
  int run(List<String> words) {
    try {
      Arguments global = Arguments.parse(words, GLOBAL);
      if (global.has("help") || global.operands().isEmpty()) {
        return help(List.of());
      }
      String name = global.operands().get(0);
      List<String> rest = global.operands().subList(1, global.operands().size());
      if (name.equals("help")) {
        return help(rest);
      }
      for (Command command : commands(global.has("debug"))) {
        if (command.name().equals(name)) {
          return run(command, rest);
        }
      }
      terminal.complain("actool: unknown subcommand: \"" + name + "\"");
      terminal.complain("Run 'actool help' for usage.");
      return MISUSED;
    } catch (Arguments.BadFlagException e) {
      terminal.complain(String.valueOf(e.getMessage()));
      terminal.complain("Run 'actool help' for usage.");
      return MISUSED;
    }
  }

  private int run(Command command, List<String> words) {
    Arguments arguments = Arguments.parse(words, command.flags());
    try {
      return command.run(arguments, terminal);
    } catch (FileAlreadyExistsException e) {
      terminal.complain(command.name() + ": Target file exists (try --overwrite)");
    } catch (PodException | IOException e) {
      terminal.complain(command.name() + ": " + reason(e));
    }
    return FAILED;
  }

  /** What went wrong; Java says only the file's name where it does not exist or is forbidden. */
  static String reason(Exception e) {
    if (e instanceof NoSuchFileException missing) {
      return "cannot read \"" + missing.getFile() + "\": no such file or directory";
    }
    if (e instanceof AccessDeniedException denied) {
      return "cannot access \"" + denied.getFile() + "\": permission denied";
    }
    return String.valueOf(e.getMessage());
  }

  private int help(List<String> words) {
    Help help = new Help(terminal, GLOBAL, commands(false));
    return words.isEmpty() ? help.all() : help.one(words.get(0));
  }

  private static List<Command> commands(boolean debug) {
    return List.of(
        new BuildCommand(),
        new CatManifestCommand(),
        new DiscoverCommand(),
        new PatchManifestCommand(),
        new ValidateCommand(debug),
        new VersionCommand());
  }
}
