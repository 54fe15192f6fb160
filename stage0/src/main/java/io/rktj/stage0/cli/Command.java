// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import java.util.List;

/**
 * One command, declared once as data; its behaviour is a {@link CommandBody}.
 *
 * @param path the words that name it, such as {@code image list}; empty for rkt itself
 * @param usage what follows the path on the usage line
 * @param summary a few words for lists of commands
 * @param description paragraphs for its own help page; may be empty
 * @param flags what it understands besides the global flags, in order of their names
 * @param shape how its arguments are read
 * @param needsRoot whether it is refused to anyone but root, before anything else
 * @param hidden whether lists of commands leave it out
 */
record Command(
    String path,
    String usage,
    String summary,
    String description,
    List<Flag> flags,
    Shape shape,
    boolean needsRoot,
    boolean hidden) {

  /** How arguments are read. */
  enum Shape {
    /** Flags and arguments in any order. */
    MIXED,
    /** Flags end at the first argument; the command reads the rest. */
    LEADING,
    /** Only there to hold other commands. */
    GROUP
  }

  /** The last word of the path: the prefix of the command's messages. */
  String leaf() {
    return path.substring(path.lastIndexOf(' ') + 1);
  }

  /** The words before the last, empty for a top-level command. */
  String parent() {
    int space = path.lastIndexOf(' ');
    return space < 0 ? "" : path.substring(0, space);
  }

  /** The flag called {@code name} among the command's own. */
  boolean declares(String name) {
    for (int i = 0; i < flags.size(); i++) {
      if (flags.get(i).name().equals(name)) {
        return true;
      }
    }
    return false;
  }
}
