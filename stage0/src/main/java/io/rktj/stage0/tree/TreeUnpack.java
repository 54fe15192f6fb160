// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.tree;

import io.rktj.linux.ErrnoException;
import io.rktj.spec.archive.AciEntry;
import io.rktj.spec.archive.AciVisitor;
import io.rktj.stage0.store.StoreException;
import io.rktj.stage0.store.StoredImage;
import io.rktj.stage0.store.WorkDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * An image's files unpacked in the same pass in which the image is imported: it becomes a tree only
 * if the import succeeds and the image stands alone, otherwise closing it removes every file.
 */
public final class TreeUnpack implements AciVisitor, AutoCloseable {
  static final String TREE = "tree";

  private final TreeStore trees;
  private final WorkDirectory work;
  private final TreeWriter writer;

  TreeUnpack(TreeStore trees, WorkDirectory work, TreeWriter writer) {
    this.trees = trees;
    this.work = work;
    this.writer = writer;
  }

  @Override
  public void visit(AciEntry entry, InputStream content) throws IOException {
    writer.visit(entry, content);
  }

  /** Keeps the files as the tree of {@code image}; empty if that tree needs more than these. */
  public Optional<RenderedTree> publish(StoredImage image) {
    boolean alone =
        image.manifest().dependencies().isEmpty() && image.manifest().pathWhitelist().isEmpty();
    if (!alone) {
      return Optional.empty();
    }
    try {
      writer.finishDirectories();
      return Optional.of(trees.publish(new ImageTree(image, List.of()), work, writer));
    } catch (ErrnoException e) {
      throw new StoreException("cannot unpack image \"" + image.id() + "\"", e);
    }
  }

  @Override
  public void close() {
    try {
      writer.close();
    } finally {
      work.close();
    }
  }
}
