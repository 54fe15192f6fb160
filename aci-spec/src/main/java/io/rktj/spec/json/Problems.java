// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import io.rktj.spec.MalformedException;
import java.util.ArrayList;
import java.util.List;

/** All mistakes of one document, collected while reading and thrown together. */
final class Problems {
  private static final int MOST_SHOWN = 20;

  /** Lists are not read on beyond so many. */
  private static final int ENOUGH = 100;

  private final String subject;
  private final List<MalformedException> found = new ArrayList<>();

  Problems(String subject) {
    this.subject = subject;
  }

  void add(MalformedException problem) {
    found.add(problem);
  }

  int size() {
    return found.size();
  }

  /** Whether there are so many that looking for more is a waste. */
  boolean isFull() {
    return found.size() >= ENOUGH;
  }

  void throwIfAny() {
    if (found.isEmpty()) {
      return;
    }
    if (found.size() == 1) {
      throw found.get(0);
    }
    StringBuilder message = new StringBuilder();
    for (int i = 0; i < found.size() && i < MOST_SHOWN; i++) {
      message.append(i == 0 ? "" : "; ").append(withoutSubject(found.get(i)));
    }
    if (found.size() > MOST_SHOWN) {
      message.append("; and ").append(found.size() - MOST_SHOWN).append(" more");
    }
    throw MalformedException.at(subject, message.toString());
  }

  private String withoutSubject(MalformedException problem) {
    String text = String.valueOf(problem.getMessage());
    String start = subject + ": ";
    return text.startsWith(start) ? text.substring(start.length()) : text;
  }
}
