// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.actool;

import io.rktj.spec.MalformedException;
import io.rktj.spec.Parameters;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Options and operands. Options come first, with one dash or two, {@code --name=value} or {@code
 * --name value}; the last of several counts; {@code --} or the first operand ends them.
 */
final class Arguments {
  private final Map<String, String> values = new HashMap<>();
  private List<String> operands = List.of();

  private Arguments() {}

  /** Takes {@code words} apart; what is not as {@code flags} say is a {@link BadFlagException}. */
  static Arguments parse(List<String> words, List<Flag> flags) {
    Arguments arguments = new Arguments();
    int position = 0;
    while (position < words.size()) {
      String word = words.get(position);
      if (word.equals("--")) {
        position++;
        break;
      }
      if (word.length() < 2 || word.charAt(0) != '-') {
        break;
      }
      position += arguments.take(words, position, flags);
    }
    arguments.operands = List.copyOf(words.subList(position, words.size()));
    return arguments;
  }

  /** An option is unknown or has no value, or one that it cannot have. */
  static final class BadFlagException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadFlagException(String message) {
      super(message);
    }
  }

  boolean has(String name) {
    return Boolean.parseBoolean(values.get(name));
  }

  Optional<String> value(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /** Whether any of the options was given. */
  boolean hasAny(List<String> names) {
    for (String name : names) {
      if (values.containsKey(name)) {
        return true;
      }
    }
    return false;
  }

  List<String> operands() {
    return operands;
  }

  /** Takes the option at {@code position}; the answer is how many words it was. */
  private int take(List<String> words, int position, List<Flag> flags) {
    String word = words.get(position);
    String text = word.substring(word.startsWith("--") ? 2 : 1);
    int equals = text.indexOf('=');
    String name = equals < 0 ? text : text.substring(0, equals);
    Flag flag = find(name, flags);
    if (equals >= 0) {
      String value = text.substring(equals + 1);
      values.put(name, flag.isSwitch() ? bool(name, value) : value);
      return 1;
    }
    if (flag.isSwitch()) {
      values.put(name, "true");
      return 1;
    }
    if (position + 1 == words.size()) {
      throw new BadFlagException("flag needs an argument: -" + name);
    }
    values.put(name, words.get(position + 1));
    return 2;
  }

  private static Flag find(String name, List<Flag> flags) {
    for (Flag flag : flags) {
      if (flag.name().equals(name)) {
        return flag;
      }
    }
    throw new BadFlagException("flag provided but not defined: -" + name);
  }

  private static String bool(String name, String value) {
    try {
      return Boolean.toString(Parameters.bool(value));
    } catch (MalformedException e) {
      throw new BadFlagException("invalid boolean value \"" + value + "\" for -" + name);
    }
  }
}
