// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import java.util.Arrays;

/** Splits a relative name at its slashes and joins what counts. */
final class NameCleaner {
  private static final int NAME_MAX = 255;

  private final RawName name;
  private final byte[] kept;
  private int length;

  NameCleaner(RawName name) {
    this.name = name;
    this.kept = new byte[name.length()];
  }

  /** Cleans; the answer is the rule that is broken, or nothing. */
  String clean(int maxDepth) {
    int depth = 0;
    int start = 0;
    for (int i = 0; i <= name.length(); i++) {
      if (i < name.length() && name.at(i) == 0) {
        return "name holds a NUL byte";
      }
      if (i < name.length() && name.at(i) != '/') {
        continue;
      }
      int size = i - start;
      if (size == 2 && name.at(start) == '.' && name.at(start + 1) == '.') {
        return "name \"" + name + "\" climbs with \"..\"";
      }
      if (size > NAME_MAX) {
        return "name has a component of more than " + NAME_MAX + " bytes";
      }
      if (size > 0 && !(size == 1 && name.at(start) == '.')) {
        append(start, i);
        depth++;
      }
      start = i + 1;
    }
    return depth > maxDepth ? "name has more than " + maxDepth + " components" : "";
  }

  RawName name() {
    return RawName.adopting(Arrays.copyOf(kept, length));
  }

  private void append(int start, int end) {
    if (length > 0) {
      kept[length++] = '/';
    }
    for (int i = start; i < end; i++) {
      kept[length++] = name.at(i);
    }
  }
}
