// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.conformance;

import java.util.Optional;

/**
 * One behaviour that users of rkt 1.30 rely on.
 *
 * @param id its name, such as {@code cli-4.6-full}
 * @param behaviour what is to be seen, in a sentence
 * @param difference where {@code docs/differences.md} says that it is otherwise on purpose: a
 *     heading of that page
 */
record Row(String id, String behaviour, Optional<String> difference) {
  private static final String DIFFERS = " | differs: ";

  /** Reads {@code ID: BEHAVIOUR} or {@code ID: BEHAVIOUR | differs: HEADING}. */
  static Row parse(String line) {
    int colon = line.indexOf(": ");
    if (colon < 1 || line.substring(0, colon).contains(" ")) {
      throw new IllegalArgumentException("not a row (ID: BEHAVIOUR): " + line);
    }
    String id = line.substring(0, colon);
    String rest = line.substring(colon + 2);
    int bar = rest.indexOf(DIFFERS);
    return bar < 0
        ? new Row(id, rest, Optional.empty())
        : new Row(id, rest.substring(0, bar), Optional.of(rest.substring(bar + DIFFERS.length())));
  }
}
