// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import io.rktj.spec.MalformedException;

/** Reads a whole document: it is returned without a mistake, or all its mistakes are thrown. */
final class Documents {
  private Documents() {}

  static <T> T read(JsonCursor at, Problems problems, ItemJson<T> form) {
    T document;
    try {
      document = form.read(at, problems);
    } catch (MalformedException e) {
      problems.add(at.mistake(e));
      problems.throwIfAny();
      throw e;
    }
    problems.throwIfAny();
    return document;
  }
}
