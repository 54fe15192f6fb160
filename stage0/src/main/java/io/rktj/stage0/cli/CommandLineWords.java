// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A command line cut into the command's path and the rest. Flags may stand before the command's
 * name; names may be shortened as long as they are clear ({@code spec/rkt-cli.md} section 1).
 *
 * @param path the command's path, empty when no command was named
 * @param unknown the word that names no command, or empty
 * @param rest the arguments without the words of the path
 */
record CommandLineWords(String path, String unknown, List<String> rest) {

  /** Cuts {@code arguments}. */
  static CommandLineWords cut(List<String> arguments) {
    List<String> rest = new ArrayList<>(arguments.size());
    String path = "";
    int at = 0;
    while (at < arguments.size() && !arguments.get(at).equals("--")) {
      String word = arguments.get(at++);
      if (word.length() > 1 && word.charAt(0) == '-') {
        rest.add(word);
        if (takesNext(word) && at < arguments.size()) {
          rest.add(arguments.get(at++));
        }
        continue;
      }
      Optional<String> found = CommandTable.find(path, word);
      if (found.isEmpty()) {
        return new CommandLineWords(path, word, List.copyOf(rest));
      }
      path = found.get();
      if (!isGroup(path)) {
        break;
      }
    }
    rest.addAll(arguments.subList(at, arguments.size()));
    return new CommandLineWords(path, "", List.copyOf(rest));
  }

  private static boolean isGroup(String path) {
    return path.equals("image") || path.equals("app");
  }

  /** Whether the flag {@code word} swallows the next word, whichever command it is meant for. */
  private static boolean takesNext(String word) {
    if (!word.startsWith("--") || word.indexOf('=') >= 0) {
      return false;
    }
    String name = word.substring(2);
    Optional<Flag> flag = named(Flags.global(), name);
    if (flag.isEmpty()) {
      for (Command command : CommandTable.below("")) {
        flag = flag.isPresent() ? flag : named(command.flags(), name);
      }
    }
    return flag.isPresent() && flag.get().needsValue();
  }

  private static Optional<Flag> named(List<Flag> flags, String name) {
    for (int i = 0; i < flags.size(); i++) {
      if (flags.get(i).name().equals(name)) {
        return Optional.of(flags.get(i));
      }
    }
    return Optional.empty();
  }
}
