// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A command line value of the form {@code NAME,key=value,...}, as volumes, ports, mount points and
 * image names are written. Values are literal; keys occur once.
 */
public record Parameters(String name, Map<String, String> values) {
  /** Keeps the order of its map. */
  public Parameters {
    values = new LinkedHashMap<>(values);
  }

  /** Reads {@code NAME[,key=value]...}. */
  public static Parameters parse(String text) {
    List<String> parts = split(text, ',');
    return new Parameters(parts.get(0), pairs(parts.subList(1, parts.size())));
  }

  /** Reads the pieces {@code key=value}. */
  public static Map<String, String> pairs(List<String> pieces) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String piece : pieces) {
      int equals = piece.indexOf('=');
      if (equals < 0) {
        throw new MalformedException(
            "malformed string \"" + piece + "\" - has a label without a value: " + piece);
      }
      String key = piece.substring(0, equals);
      String value = piece.substring(equals + 1);
      String other = values.putIfAbsent(key, value);
      if (other != null) {
        throw new MalformedException(
            "label " + key + " with multiple values [\"" + other + "\" \"" + value + "\"]");
      }
    }
    return values;
  }

  /** Cuts {@code text} at every {@code separator}. */
  public static List<String> split(String text, char separator) {
    List<String> parts = new ArrayList<>();
    int start = 0;
    int end = text.indexOf(separator);
    while (end >= 0) {
      parts.add(text.substring(start, end));
      start = end + 1;
      end = text.indexOf(separator, start);
    }
    parts.add(text.substring(start));
    return parts;
  }

  /** Reads a boolean in the spellings that rkt accepts. */
  public static boolean bool(String text) {
    switch (text) {
      case "1", "t", "T", "true", "TRUE", "True" -> {
        return true;
      }
      case "0", "f", "F", "false", "FALSE", "False" -> {
        return false;
      }
      default ->
          throw new MalformedException(
              "strconv.ParseBool: parsing \"" + text + "\": invalid syntax");
    }
  }

  /** Reads a decimal number from 0 to {@code most}; {@code what} names it in the error. */
  public static int integer(String what, String text, int most) {
    long value = -1;
    if (!text.isEmpty() && text.length() <= 10) {
      value = 0;
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        value = c < '0' || c > '9' || value < 0 ? -1 : value * 10 + (c - '0');
      }
    }
    if (value < 0 || value > most) {
      throw new MalformedException(
          what + " must be a number from 0 to " + most + ", not \"" + text + "\"");
    }
    return (int) value;
  }
}
