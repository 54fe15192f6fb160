// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import java.util.ArrayList;
import java.util.List;

/** Parts that completion scripts of several shells have in common. */
final class ShellText {
  /** The first lines of each script. */
  static final String HEAD =
      "# SPDX-License-Identifier: Apache-2.0\n# Made by \"rkt completion\": do not edit.\n";

  private ShellText() {}

  /** A word that {@code sh} and its kin take literally. */
  static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  /**
   * The alternatives of a {@code case}: one line for each command, {@code PATH) echo WORDS ;;}; a
   * command without words has none.
   */
  static String cases(List<Command> commands, Words words) {
    StringBuilder text = new StringBuilder();
    for (Command command : commands) {
      List<String> found = words.of(command);
      if (!found.isEmpty()) {
        text.append("    ").append(quoted(command.path())).append(") echo ");
        text.append(quoted(String.join(" ", found))).append(" ;;\n");
      }
    }
    return text.toString();
  }

  /** What is said of a command. */
  interface Words {
    List<String> of(Command command);
  }

  /** rkt itself and all that users may see. */
  static List<Command> everything() {
    List<Command> all = new ArrayList<>();
    all.add(CommandTable.command(""));
    all.addAll(Suggestions.commands());
    return all;
  }

  /** Flags as they are typed; those that need a value end in {@code =}. */
  static List<String> flags(Command command) {
    List<String> words = new ArrayList<>();
    for (Flag flag : Suggestions.flags(command)) {
      words.add("--" + flag.name() + (flag.needsValue() ? "=" : ""));
    }
    words.add("--help");
    return words;
  }

  /** The names of the commands behind {@code command}. */
  static List<String> children(Command command) {
    List<String> names = new ArrayList<>();
    for (Command child : Suggestions.children(command.path())) {
      names.add(child.leaf());
    }
    return command.shape() == Command.Shape.GROUP ? names : List.of();
  }

  /** The kind of values, in lower case, and the words of it. */
  static List<String> offer(Suggestions.Values values) {
    if (values.kind() == Suggestions.Kind.NOTHING) {
      return List.of();
    }
    List<String> words = new ArrayList<>();
    words.add(values.kind().name().toLowerCase(java.util.Locale.ROOT));
    words.addAll(values.words());
    return words;
  }

  /** Every flag that any command shows, once. */
  static List<Flag> allFlags() {
    List<Flag> flags = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (Command command : everything()) {
      for (Flag flag : Suggestions.flags(command)) {
        if (!names.contains(flag.name())) {
          names.add(flag.name());
          flags.add(flag);
        }
      }
    }
    return flags;
  }

  /** {@code --NAME) echo WORDS ;;} for each flag whose values can be offered. */
  static String valueCases() {
    StringBuilder text = new StringBuilder();
    for (Flag flag : allFlags()) {
      List<String> offer = offer(Suggestions.values(flag));
      if (!offer.isEmpty()) {
        text.append("    --").append(flag.name()).append(") echo ");
        text.append(quoted(String.join(" ", offer))).append(" ;;\n");
      }
    }
    return text.toString();
  }

  /** The flags that swallow the next word, as alternatives of a pattern. */
  static String swallowing() {
    List<String> flags = new ArrayList<>();
    for (Flag flag : allFlags()) {
      if (flag.needsValue()) {
        flags.add("--" + flag.name());
      }
    }
    return String.join(" | ", flags);
  }
}
