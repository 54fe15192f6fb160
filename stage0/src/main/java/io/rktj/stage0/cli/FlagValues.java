// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The values that flags were given on one command line, in order. */
final class FlagValues {
  private final List<String> names = new ArrayList<>();
  private final List<String> values = new ArrayList<>();

  void add(String name, String value) {
    names.add(name);
    values.add(value);
  }

  /** Whether the flag was given at all. */
  boolean has(String name) {
    return names.contains(name);
  }

  /** The last value given. */
  Optional<String> last(String name) {
    int at = names.lastIndexOf(name);
    return at < 0 ? Optional.empty() : Optional.of(values.get(at));
  }

  /** The last value given, or {@code initial}. */
  String text(String name, String initial) {
    int at = names.lastIndexOf(name);
    return at < 0 ? initial : values.get(at);
  }

  /** The last value given to a switch, or {@code initial}. */
  boolean isOn(String name, boolean initial) {
    int at = names.lastIndexOf(name);
    return at < 0 ? initial : Flag.truth(values.get(at));
  }

  /** Whether a switch that is off by default was turned on. */
  boolean isOn(String name) {
    return isOn(name, false);
  }

  /** All values given, in order. */
  List<String> all(String name) {
    List<String> found = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).equals(name)) {
        found.add(values.get(i));
      }
    }
    return found;
  }
}
