// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import io.rktj.spec.archive.AciEntry.Attributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One name in the file system that layers make up, and the file that it is a name of. */
final class LayerNode {
  static final Attributes PLAIN_DIRECTORY = new Attributes(0755, 0, 0, 0, 0, List.of());

  private final @Nullable LayerNode parent;
  private final RawName name;
  private final int depth;

  /** Nothing's map until there is a first child: most names have none. */
  private Map<RawName, LayerNode> children = Map.of();

  private LayerFile file;
  private int layer;

  private LayerNode(@Nullable LayerNode parent, RawName name, LayerFile file, int layer) {
    this.parent = parent;
    this.depth = parent == null ? 0 : parent.depth + 1;
    this.name = name;
    this.file = file;
    this.layer = layer;
  }

  /**
   * A file, under whatever names it has.
   *
   * @param layer the layer that it came with, -1 for none
   * @param number which entry of that layer it is
   * @param link the target of a symbolic link
   * @param attributes of directories, and otherwise not kept
   */
  record LayerFile(int layer, long number, EntryType type, RawName link, Attributes attributes) {
    /** A directory that nobody has described. */
    static LayerFile impliedDirectory() {
      return new LayerFile(-1, -1, EntryType.DIRECTORY, RawName.EMPTY, PLAIN_DIRECTORY);
    }

    /** A symbolic link that no layer has brought. */
    static LayerFile addedLink(RawName target) {
      return new LayerFile(-1, -1, EntryType.SYMLINK, target, PLAIN_DIRECTORY);
    }
  }

  static LayerNode root() {
    return new LayerNode(null, RawName.EMPTY, LayerFile.impliedDirectory(), -1);
  }

  LayerFile file() {
    return file;
  }

  /** The last layer that has something here or below. */
  int layer() {
    return layer;
  }

  boolean isDirectory() {
    return file.type() == EntryType.DIRECTORY;
  }

  /** From the root, without a slash at the beginning. */
  RawName path() {
    LayerNode above = parent;
    return above == null ? RawName.EMPTY : above.path().resolve(name);
  }

  LayerNode parent() {
    LayerNode above = parent;
    return above == null ? this : above;
  }

  /** How many names the path has. */
  int depth() {
    return depth;
  }

  @Nullable LayerNode child(RawName called) {
    return children.get(called);
  }

  /** The names in this directory, in the order of their bytes. */
  List<LayerNode> sortedChildren() {
    List<LayerNode> sorted = new ArrayList<>(children.values());
    sorted.sort((one, other) -> one.name.compareTo(other.name));
    return sorted;
  }

  LayerNode add(RawName called, LayerFile added, int by) {
    LayerNode node = new LayerNode(this, called, added, by);
    if (children.isEmpty()) {
      children = new HashMap<>(2);
    }
    children.put(called, node);
    touch(by);
    return node;
  }

  /** Makes it a name of another file; what was below a directory is gone if that is none. */
  void replace(LayerFile replacement, int by) {
    file = replacement;
    if (!isDirectory()) {
      children = Map.of();
    }
    touch(by);
  }

  private void touch(int by) {
    LayerNode node = this;
    while (node.layer != by) {
      node.layer = by;
      node = node.parent();
    }
  }

  /** Takes away the child {@code called} of the layers below {@code by}, with all beneath. */
  void hide(RawName called, int by) {
    LayerNode child = children.get(called);
    if (child == null) {
      return;
    }
    if (child.layer < by) {
      children.remove(called);
    } else {
      child.hideOlder(by);
    }
  }

  /** Takes away what the layers below {@code by} have in this directory. */
  void hideChildren(int by) {
    Iterator<LayerNode> each = children.values().iterator();
    while (each.hasNext()) {
      LayerNode child = each.next();
      if (child.layer < by) {
        each.remove();
      } else {
        child.hideOlder(by);
      }
    }
  }

  /** Something of the layer {@code by} is here or beneath, so it stays without what is older. */
  private void hideOlder(int by) {
    hideChildren(by);
    if (isDirectory() && file.layer() < by) {
      file = LayerFile.impliedDirectory();
    }
  }
}
