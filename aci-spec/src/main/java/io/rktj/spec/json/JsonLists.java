// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import java.util.List;
import java.util.Map;

/** How lists and maps are written that may be empty: left out, or as null. */
final class JsonLists {
  private JsonLists() {}

  /** Writes the member, unless the list is empty. */
  static <T> void member(JsonWriter out, String name, List<T> items, ItemJson<T> form) {
    if (!items.isEmpty()) {
      memberOrNull(out, name, items, form);
    }
  }

  /** Writes the member, with null for an empty list. */
  static <T> void memberOrNull(JsonWriter out, String name, List<T> items, ItemJson<T> form) {
    out.name(name);
    if (items.isEmpty()) {
      out.nothing();
      return;
    }
    out.beginArray();
    for (T item : items) {
      form.write(out, item);
    }
    out.endArray();
  }

  /** Writes the member, unless the list is empty. */
  static void texts(JsonWriter out, String name, List<String> texts) {
    if (!texts.isEmpty()) {
      out.member(name, texts);
    }
  }

  /** Writes the member, unless the map is empty. */
  static void texts(JsonWriter out, String name, Map<String, String> texts) {
    if (!texts.isEmpty()) {
      out.member(name, texts);
    }
  }
}
