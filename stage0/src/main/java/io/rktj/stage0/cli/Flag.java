// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

/**
 * One flag, declared once: the parser, the help pages and everything made from picocli's model read
 * this value and nothing else.
 *
 * @param name without the leading dashes
 * @param initial the default as help shows it
 * @param bare the value that a flag given without one stands for; empty when a value is required
 * @param help one line
 * @param advice what the user is told when he uses a deprecated spelling; empty for others
 */
record Flag(
    String name,
    Kind kind,
    String initial,
    String bare,
    String help,
    boolean hidden,
    String advice) {

  /** How a value is read and how the default is shown. */
  enum Kind {
    /** True or false; may stand alone. */
    SWITCH,
    /** Text, shown in quotes. */
    TEXT,
    /** Any other word, shown bare. */
    WORD,
    /** A decimal number. */
    NUMBER,
    /** A span of time such as {@code 1h30m}. */
    DURATION,
    /** A truth value or a span of time: whether, or how long, to wait; may stand alone. */
    WAIT,
    /** How an answer is laid out, a {@link JsonForm}; shown in quotes. */
    FORM
  }

  static Flag toggle(String name, String help) {
    return new Flag(name, Kind.SWITCH, "false", "true", help, false, "");
  }

  static Flag toggle(String name, boolean initial, String help) {
    return new Flag(name, Kind.SWITCH, initial ? "true" : "false", "true", help, false, "");
  }

  static Flag text(String name, String initial, String help) {
    return new Flag(name, Kind.TEXT, initial, "", help, false, "");
  }

  static Flag word(String name, String initial, String help) {
    return new Flag(name, Kind.WORD, initial, "", help, false, "");
  }

  static Flag number(String name, String initial, String help) {
    return new Flag(name, Kind.NUMBER, initial, "", help, false, "");
  }

  static Flag form(String name, String help) {
    return new Flag(name, Kind.FORM, "", "", help, false, "");
  }

  static Flag duration(String name, String initial, String help) {
    return new Flag(name, Kind.DURATION, initial, "", help, false, "");
  }

  /** A flag whose value may be left out. */
  static Flag optional(String name, String initial, String bare, String help) {
    return new Flag(name, Kind.WORD, initial, bare, help, false, "");
  }

  static Flag waiting(String name, String help) {
    return new Flag(name, Kind.WAIT, "false", "true", help, false, "");
  }

  /** The same flag, left out of help. */
  Flag concealed() {
    return new Flag(name, kind, initial, bare, help, true, advice);
  }

  /** The same flag, left out of help; its use is answered with {@code text}. */
  Flag deprecated(String text) {
    return new Flag(name, kind, initial, bare, help, true, text);
  }

  /** The default as help shows it. */
  String shownInitial() {
    return kind == Kind.TEXT || kind == Kind.FORM ? Quoted.of(initial) : initial;
  }

  boolean needsValue() {
    return bare.isEmpty();
  }

  /** Refuses a value that this kind of flag cannot have. */
  void check(String value) {
    if (kind == Kind.SWITCH) {
      truth(value);
    } else if (kind == Kind.NUMBER) {
      number(value);
    } else if (kind == Kind.DURATION) {
      GoDuration.parseMillis(value);
    } else if (kind == Kind.WAIT) {
      StatusCommand.waitMillis(value);
    } else if (kind == Kind.FORM) {
      JsonForm.parse(value);
    }
  }

  /** Reads a truth value in any of rkt's spellings. */
  static boolean truth(String value) {
    return switch (value) {
      case "1", "t", "T", "true", "TRUE", "True" -> true;
      case "0", "f", "F", "false", "FALSE", "False" -> false;
      default ->
          throw new UsageException(
              "strconv.ParseBool: parsing " + Quoted.of(value) + ": invalid syntax");
    };
  }

  /** Reads a decimal number. */
  static long number(String value) {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new UsageException(
          "strconv.ParseInt: parsing " + Quoted.of(value) + ": invalid syntax", e);
    }
  }
}
