// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.render;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Paths inside an archive as keys: the raw bytes, one character each, without {@code .} components
 * and surplus slashes.
 */
final class EntryPath {
  static final String ROOT = "rootfs";

  private EntryPath() {}

  static String of(byte[] name) {
    return clean(new String(name, StandardCharsets.ISO_8859_1));
  }

  static String ofWhitelist(String path) {
    byte[] raw = path.getBytes(StandardCharsets.UTF_8);
    return clean(ROOT + "/" + new String(raw, StandardCharsets.ISO_8859_1));
  }

  private static String clean(String path) {
    Deque<String> parts = new ArrayDeque<>();
    int start = 0;
    while (start <= path.length()) {
      int slash = path.indexOf('/', start);
      int end = slash < 0 ? path.length() : slash;
      String part = path.substring(start, end);
      if (part.equals("..")) {
        parts.pollLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.addLast(part);
      }
      start = end + 1;
    }
    return String.join("/", parts);
  }
}
