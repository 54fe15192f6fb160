// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.render;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides which entries of which layer end in the root file system, by rkt's algorithm with its
 * quirks ({@code spec/appc.md} section 6, step 2). Layers are gone through in the plan's order,
 * each from its first entry to its last; {@link #begin} starts one, {@link #takes} answers for an
 * entry.
 */
public final class FileSelection {
  private final List<Set<String>> whitelists;
  private final int[] levels;

  /** Paths that earlier layers gave; the value says whether it is a directory. */
  private final Map<String, Boolean> given = new HashMap<>();

  private final Map<String, Boolean> current = new HashMap<>();
  private Set<String> own = Set.of();
  private Set<String> inherited = Set.of();
  private int next;

  FileSelection(List<Set<String>> whitelists, int[] levels) {
    this.whitelists = whitelists;
    this.levels = levels;
  }

  /** Starts layer {@code index} of the plan; layers come in order, the first one being 0. */
  public void begin(int index) {
    if (index != next) {
      throw new IllegalStateException("layer " + index + " begun instead of " + next);
    }
    given.putAll(current);
    current.clear();
    own = whitelists.get(index);
    inherited = inheritedBy(index);
    next++;
  }

  /** Whether the entry {@code name} of the begun layer is wanted. */
  public boolean takes(byte[] name, boolean isDirectory) {
    String path = EntryPath.of(name);
    if (path.equals(EntryPath.ROOT) && isDirectory) {
      return true;
    }
    if (!path.startsWith(EntryPath.ROOT + "/")
        || !isListed(path, isDirectory)
        || given.containsKey(path)
        || isBelowFile(path)) {
      return false;
    }
    current.put(path, isDirectory);
    return true;
  }

  /** The image's own list says nothing of directories; the inherited one does. */
  private boolean isListed(String path, boolean isDirectory) {
    if (!isDirectory && !own.isEmpty() && !own.contains(path)) {
      return false;
    }
    return inherited.isEmpty() || inherited.contains(path);
  }

  private boolean isBelowFile(String path) {
    int slash = path.lastIndexOf('/');
    while (slash > 0) {
      if (Boolean.FALSE.equals(given.get(path.substring(0, slash)))) {
        return true;
      }
      slash = path.lastIndexOf('/', slash - 1);
    }
    return false;
  }

  /**
   * The list of the upper-most layer that has one, looking back from {@code index}. The look back
   * follows levels and not dependencies, so a sibling's list counts if no ancestor has one: rkt's
   * quirk, kept because it decides what an image contains.
   */
  private Set<String> inheritedBy(int index) {
    Set<String> found = new HashSet<>();
    int level = levels[index];
    for (int i = index; i >= 0; i--) {
      if (levels[i] < level && !whitelists.get(i).isEmpty()) {
        found = whitelists.get(i);
      }
      level = levels[i];
    }
    return found;
  }
}
