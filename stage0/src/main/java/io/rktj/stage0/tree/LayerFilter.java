// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.tree;

import io.rktj.spec.archive.AciEntry;
import io.rktj.spec.archive.AciVisitor;
import io.rktj.spec.archive.EntryType;
import io.rktj.spec.archive.RawName;
import io.rktj.spec.render.FileSelection;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lets through what one image contributes to a tree. A hard link whose own file is not wanted, or
 * is another image's in this tree, still means this image's bytes: such a link becomes a file of
 * its own, for which the tar is read a second time ({@link #recover}).
 */
final class LayerFilter implements AciVisitor {
  private static final RawName ROOTFS = RawName.of("rootfs");

  private final FileSelection selection;
  private final boolean isTopmost;
  private final AciVisitor sink;

  /** Every hard link of the image, wanted or not, to the name under which its bytes came. */
  private final Map<RawName, RawName> originals = new HashMap<>();

  /** The name under which bytes came to the first name they have in the tree. */
  private final Map<RawName, RawName> taken = new HashMap<>();

  private final Map<RawName, RawName> lost = new HashMap<>();
  private final List<AciEntry> lostLinks = new ArrayList<>();

  LayerFilter(FileSelection selection, boolean isTopmost, AciVisitor sink) {
    this.selection = selection;
    this.isTopmost = isTopmost;
    this.sink = sink;
  }

  @Override
  public void visit(AciEntry entry, InputStream content) throws IOException {
    RawName name = entry.name();
    if (name.isEmpty()) {
      if (isTopmost) {
        sink.visit(entry, content); // the root's attributes are those of the topmost image
      }
      return;
    }
    if (entry.type() == EntryType.HARD_LINK) {
      originals.put(name, originals.getOrDefault(entry.link(), entry.link()));
    }
    boolean isDirectory = entry.type() == EntryType.DIRECTORY;
    if (!selection.takes(ROOTFS.resolve(name).bytes(), isDirectory)) {
      return;
    }
    if (entry.type() == EntryType.HARD_LINK) {
      link(entry, content);
    } else {
      if (entry.type() == EntryType.REGULAR) {
        taken.put(name, name);
      }
      sink.visit(entry, content);
    }
  }

  private void link(AciEntry entry, InputStream content) throws IOException {
    RawName original = originals.getOrDefault(entry.name(), entry.link());
    RawName present = taken.get(original);
    if (present != null) {
      sink.visit(linkTo(present, entry), content);
      return;
    }
    RawName standIn = lost.putIfAbsent(original, entry.name());
    if (standIn != null) {
      lostLinks.add(linkTo(standIn, entry));
    }
  }

  private static AciEntry linkTo(RawName target, AciEntry entry) {
    return new AciEntry(
        entry.name(), EntryType.HARD_LINK, entry.attributes(), target, entry.device(), 0);
  }

  /** Whether links were met whose bytes are not in the tree yet. */
  boolean hasLost() {
    return !lost.isEmpty();
  }

  /** Takes the bytes of such links, the image being read again. */
  void recover(AciEntry entry, InputStream content) throws IOException {
    RawName standIn = lost.get(entry.name());
    if (standIn != null && entry.type() == EntryType.REGULAR) {
      sink.visit(
          new AciEntry(
              standIn,
              EntryType.REGULAR,
              entry.attributes(),
              RawName.EMPTY,
              entry.device(),
              entry.size()),
          content);
    }
  }

  /** Makes the further names of what was recovered. */
  void linkRecovered() throws IOException {
    for (AciEntry link : lostLinks) {
      sink.visit(link, InputStream.nullInputStream());
    }
  }
}
