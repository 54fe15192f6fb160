// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

import java.util.ArrayList;
import java.util.List;

/** Paths in an app's root as they are compared and used: absolute, and plain. */
public final class CleanPath {
  private CleanPath() {}

  /** {@code path} made absolute and without empty parts, {@code .} and {@code ..}. */
  public static String of(String path) {
    List<String> parts = new ArrayList<>();
    int start = 0;
    while (start <= path.length()) {
      int end = path.indexOf('/', start);
      if (end < 0) {
        end = path.length();
      }
      String part = path.substring(start, end);
      if (part.equals("..")) {
        if (!parts.isEmpty()) {
          parts.remove(parts.size() - 1);
        }
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
      start = end + 1;
    }
    StringBuilder clean = new StringBuilder();
    for (String part : parts) {
      clean.append('/').append(part);
    }
    return clean.length() == 0 ? "/" : clean.toString();
  }
}
