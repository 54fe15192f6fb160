// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.PodException;
import io.rktj.spec.MalformedException;
import java.io.IOException;
import java.util.List;

/**
 * Reads flags by rkt's rules ({@code spec/rkt-cli.md} sections 1 and 3): {@code --name=value} or
 * {@code --name value}; a flag with a bare value takes one only behind {@code =}. Wrong flags are
 * {@link UsageException}.
 */
final class FlagParser {
  /** Takes what was read; refuses by {@link UsageException} with the bare reason. */
  interface Sink {
    /** The flag was given this value. */
    void set(Flag flag, String value);
  }

  private static final String FOLLOW = "follow";

  private final List<Flag> flags;
  private final List<Flag> globals;
  private final Sink sink;
  private boolean helpWanted;

  FlagParser(List<Flag> flags, List<Flag> globals, Sink sink) {
    this.flags = flags;
    this.globals = globals;
    this.sink = sink;
  }

  /** Whether {@code --help} or {@code -h} was among the flags read. */
  boolean helpWanted() {
    return helpWanted;
  }

  /**
   * Reads flags from position {@code from} on.
   *
   * @return position of the first argument that is no flag ({@code --} and {@code ---} are none),
   *     or the number of arguments
   */
  int parse(List<String> arguments, int from) {
    int at = from;
    while (at < arguments.size() && isFlag(arguments.get(at))) {
      at = one(arguments, at);
    }
    return at;
  }

  private static boolean isFlag(String argument) {
    return argument.length() > 1
        && argument.charAt(0) == '-'
        && !argument.equals("--")
        && !argument.equals("---");
  }

  /** Reads the flag at {@code at}; returns the position behind it and its value. */
  private int one(List<String> arguments, int at) {
    String argument = arguments.get(at);
    if (!argument.startsWith("--")) {
      shorthand(argument);
      return at + 1;
    }
    int equals = argument.indexOf('=');
    String name = equals < 0 ? argument.substring(2) : argument.substring(2, equals);
    if (name.isEmpty() || name.charAt(0) == '-') {
      throw new UsageException("bad flag syntax: " + argument);
    }
    if (equals >= 0) {
      set(name, argument.substring(equals + 1));
      return at + 1;
    }
    if (name.equals("help")) {
      helpWanted = true;
      return at + 1;
    }
    Flag flag = flag(name);
    if (!flag.needsValue()) {
      set(flag, flag.bare());
      return at + 1;
    }
    if (at + 1 == arguments.size()) {
      throw new UsageException("flag needs an argument: --" + name);
    }
    set(flag, arguments.get(at + 1));
    return at + 2;
  }

  private void shorthand(String argument) {
    if (argument.equals("-f") && hasFollow()) {
      set(flag(FOLLOW), "true");
      return;
    }
    if (!argument.equals("-h")) {
      throw new UsageException(
          "unknown shorthand flag: '" + argument.charAt(1) + "' in " + argument);
    }
    helpWanted = true;
  }

  /** The one flag with a short form beside -h, as whoever reads logs types it. */
  private boolean hasFollow() {
    for (int i = 0; i < flags.size(); i++) {
      if (flags.get(i).name().equals(FOLLOW)) {
        return true;
      }
    }
    return false;
  }

  private void set(String name, String value) {
    if (name.equals("help")) {
      helpWanted = Flag.truth(value);
      return;
    }
    set(flag(name), value);
  }

  private void set(Flag flag, String value) {
    try {
      flag.check(value);
      sink.set(flag, value);
    } catch (UsageException | MalformedException e) {
      throw invalid(flag, value, e);
    }
  }

  private static UsageException invalid(Flag flag, String value, PodException reason) {
    return new UsageException(
        "invalid argument "
            + Quoted.of(value)
            + " for --"
            + flag.name()
            + "="
            + value
            + ": "
            + (reason.getCause() instanceof IOException
                ? FailureReport.of(reason, false)
                : reason.getMessage()));
  }

  private Flag flag(String name) {
    for (int i = 0; i < flags.size(); i++) {
      if (flags.get(i).name().equals(name)) {
        return flags.get(i);
      }
    }
    for (int i = 0; i < globals.size(); i++) {
      if (globals.get(i).name().equals(name)) {
        return globals.get(i);
      }
    }
    throw new UsageException("unknown flag: --" + name);
  }
}
