// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.conformance;

import java.util.List;
import java.util.Optional;

/**
 * One behaviour that users of rkt 1.30 rely on, or one rule that keeps them safe.
 *
 * @param id its name, such as {@code cli-4.6-full}
 * @param behaviour what is to be seen, in a sentence
 * @param unitTests tests of other modules that show it, as {@code CLASS.METHOD}, or {@code
 *     CLASS.METHOD[CASE]} for one of its cases
 * @param difference where {@code docs/differences.md} says that it is otherwise on purpose: a
 *     heading of that page
 */
record Row(String id, String behaviour, List<String> unitTests, Optional<String> difference) {
  private static final String DIFFERS = " | differs: ";
  private static final String UNITS = " | units: ";

  Row {
    unitTests = List.copyOf(unitTests);
  }

  /**
   * Reads {@code ID: BEHAVIOUR}, with {@code | units: TEST, TEST} and {@code | differs: HEADING}
   * behind it where they say something.
   */
  static Row parse(String line) {
    int colon = line.indexOf(": ");
    if (colon < 1 || line.substring(0, colon).contains(" ")) {
      throw new IllegalArgumentException("not a row (ID: BEHAVIOUR): " + line);
    }
    String id = line.substring(0, colon);
    String rest = line.substring(colon + 2);
    Optional<String> difference = behind(rest, DIFFERS);
    rest = before(rest, DIFFERS);
    List<String> units =
        behind(rest, UNITS).map(names -> List.of(names.split(", ", -1))).orElse(List.of());
    return new Row(id, before(rest, UNITS), units, difference);
  }

  private static Optional<String> behind(String text, String mark) {
    int at = text.indexOf(mark);
    return at < 0 ? Optional.empty() : Optional.of(text.substring(at + mark.length()));
  }

  private static String before(String text, String mark) {
    int at = text.indexOf(mark);
    return at < 0 ? text : text.substring(0, at);
  }
}
