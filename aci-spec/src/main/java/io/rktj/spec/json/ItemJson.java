// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import io.rktj.spec.MalformedException;

/** How one noun of the specification stands in JSON, both ways. */
interface ItemJson<T> {
  /**
   * Reads it. Mistakes in its members go to {@code problems}, and placeholders into the result,
   * which the caller then drops; a mistake of the whole is thrown.
   */
  T read(JsonCursor at, Problems problems) throws MalformedException;

  /** Writes it as the next value. */
  void write(JsonWriter out, T item);
}
