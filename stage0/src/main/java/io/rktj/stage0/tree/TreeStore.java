// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.tree;

import io.rktj.linux.Kernel;
import io.rktj.stage0.Diagnostics;
import io.rktj.stage0.store.ImageStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The cache of rendered root file systems. */
@SuppressWarnings("DoNotCallSuggester") // bodies come next
public final class TreeStore {
  /** The cache beside {@code images}. */
  public static TreeStore open(ImageStore images, Kernel kernel, Diagnostics diagnostics) {
    throw new UnsupportedOperationException();
  }

  private TreeStore() {}

  /** The tree of {@code images}, made if it is not there. */
  public RenderedTree render(ImageTree images) {
    throw new UnsupportedOperationException();
  }

  /** The tree of {@code images} if it was made before. */
  public Optional<RenderedTree> find(ImageTree images) {
    throw new UnsupportedOperationException();
  }

  /** The tree called {@code id}, as a pod remembers it. */
  public Optional<RenderedTree> byId(String id) {
    throw new UnsupportedOperationException();
  }

  /** The names of all trees. */
  public List<String> ids() {
    throw new UnsupportedOperationException();
  }

  /** Removes a tree; nothing happens if there is none. */
  public void remove(String id) {
    throw new UnsupportedOperationException();
  }

  /** Compares a tree with the images it was made from; each difference is one message. */
  public List<String> verify(ImageTree images) {
    throw new UnsupportedOperationException();
  }

  /** Makes a tree anew from its images. */
  public RenderedTree renderAgain(ImageTree images) {
    throw new UnsupportedOperationException();
  }

  /**
   * Copies a tree, everything about its files included, to {@code target}, which must not exist.
   */
  public void copyTo(RenderedTree tree, Path target) {
    throw new UnsupportedOperationException();
  }
}
