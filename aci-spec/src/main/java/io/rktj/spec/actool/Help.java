// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.actool;

import io.rktj.spec.SemVer;
import java.util.List;

/** Prints what there is. */
final class Help {
  private static final int COLUMN = 30;

  private final Terminal terminal;
  private final List<Flag> global;
  private final List<Command> commands;

  Help(Terminal terminal, List<Flag> global, List<Command> commands) {
    this.terminal = terminal;
    this.global = global;
    this.commands = commands;
  }

  /** The overview. */
  int all() {
    terminal.say("NAME:");
    terminal.say("  actool - tool for building, checking and changing app container images");
    terminal.say("\nUSAGE:");
    terminal.say("  actool [global options] <command> [command options] [arguments...]");
    terminal.say("\nVERSION:");
    terminal.say("  " + SemVer.APPC);
    terminal.say("\nCOMMANDS:");
    for (Command command : commands) {
      row(command.name(), command.summary());
    }
    row("help", "Show a list of commands or help for one command");
    terminal.say("\nGLOBAL OPTIONS:");
    options(global);
    return 0;
  }

  /** One command's options. */
  int one(String name) {
    for (Command command : commands) {
      if (command.name().equals(name)) {
        terminal.say("NAME:");
        terminal.say("  actool " + name + " - " + command.summary());
        terminal.say("\nUSAGE:");
        terminal.say("  actool " + name + " " + command.usage());
        terminal.say("\nOPTIONS:");
        options(command.flags());
        return 0;
      }
    }
    terminal.complain("actool: unknown subcommand: \"" + name + "\"");
    terminal.complain("Run 'actool help' for usage.");
    return 2;
  }

  private void options(List<Flag> flags) {
    for (Flag flag : flags) {
      row("--" + flag.name() + (flag.isSwitch() ? "" : "=VALUE"), flag.help());
    }
  }

  private void row(String left, String right) {
    terminal.say("  " + left + " ".repeat(Math.max(1, COLUMN - left.length())) + right);
  }
}
