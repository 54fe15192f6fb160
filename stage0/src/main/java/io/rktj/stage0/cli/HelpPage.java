// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A command's help in rkt's layout ({@code spec/rkt-cli.md} section 1.2). picocli gets its model
 * from the same data as the parser, for the command at hand only, and puts the sections together.
 */
final class HelpPage {
  private static final String OWN = "own";
  private static final String GLOBAL = "global";

  private final Command command;

  private HelpPage(Command command) {
    this.command = command;
  }

  /** The page, each line ended by a newline. */
  static String of(Command command) {
    return new HelpPage(command).render();
  }

  private String render() {
    CommandLine line = new CommandLine(model());
    Map<String, IHelpSectionRenderer> sections = new LinkedHashMap<>();
    sections.put("name", help -> name());
    sections.put("usage", help -> "\nUSAGE:\n" + tabbed(usage()));
    if (command.path().isEmpty()) {
      sections.put("version", help -> "\nVERSION:\n" + tabbed(Version.TEXT));
    }
    if (command.shape() == Command.Shape.GROUP) {
      sections.put("commands", help -> "\nCOMMANDS:\n" + commands());
    }
    if (!command.description().isEmpty()) {
      sections.put("description", help -> "\nDESCRIPTION:\n" + tabbed(command.description()));
    }
    String global = command.path().isEmpty() ? "OPTIONS" : "GLOBAL OPTIONS";
    if (!command.flags().isEmpty()) {
      sections.put("options", help -> "\nOPTIONS:\n" + options(help, OWN));
    }
    sections.put("global", help -> "\n" + global + ":\n" + options(help, GLOBAL));
    line.setHelpSectionMap(sections);
    line.setHelpSectionKeys(new ArrayList<>(sections.keySet()));
    return line.getUsageMessage();
  }

  /** picocli's model of the command. */
  private CommandSpec model() {
    CommandSpec spec = CommandSpec.create().name(command.path().isEmpty() ? "rkt" : command.path());
    for (Flag flag : command.flags()) {
      spec.addOption(option(flag, OWN));
    }
    for (Flag flag : Flags.global()) {
      spec.addOption(option(flag, GLOBAL));
    }
    return spec;
  }

  private static OptionSpec option(Flag flag, String group) {
    OptionSpec.Builder option =
        OptionSpec.builder("--" + flag.name())
            .type(String.class)
            .arity(flag.needsValue() ? "1" : "0..1")
            .paramLabel(group)
            .defaultValue(flag.initial())
            .hidden(flag.hidden())
            .description(flag.help());
    return (flag.needsValue() ? option : option.fallbackValue(flag.bare())).build();
  }

  private String name() {
    String called = command.path().isEmpty() ? "rkt" : command.path();
    return "NAME:\n" + tabbed(called + " - " + command.summary());
  }

  private String usage() {
    String words = command.path().isEmpty() ? "rkt" : "rkt " + command.path();
    return command.usage().isEmpty() ? words : words + " " + command.usage();
  }

  private String commands() {
    TabColumns columns = new TabColumns();
    for (Command below : CommandTable.below(command.path())) {
      if (!below.hidden() && below.shape() != Command.Shape.GROUP) {
        columns.line("\t" + below.path() + "\t" + below.summary());
      }
    }
    return columns.render();
  }

  private String options(CommandLine.Help help, String group) {
    TabColumns columns = new TabColumns();
    for (OptionSpec option : help.commandSpec().options()) {
      if (option.paramLabel().equals(group) && !option.hidden()) {
        columns.line("      " + form(option) + "\t" + String.join(" ", option.description()));
      }
    }
    return columns.render();
  }

  private String form(OptionSpec option) {
    String shown = option.defaultValue();
    for (Flag flag : command.flags()) {
      if (option.longestName().equals("--" + flag.name())) {
        shown = flag.shownInitial();
      }
    }
    return option.arity().min() == 0
        ? option.longestName() + "[=" + shown + "]"
        : option.longestName() + "=" + shown;
  }

  private static String tabbed(String text) {
    StringBuilder lines = new StringBuilder();
    for (String line : text.split("\n", -1)) {
      lines.append(line.isEmpty() ? "" : "\t").append(line).append('\n');
    }
    return lines.toString();
  }
}
