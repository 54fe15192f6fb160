// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.tree;

import io.rktj.PodException;
import io.rktj.linux.DirectoryLock;
import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.linux.SmallFiles;
import io.rktj.linux.TreeCopier;
import io.rktj.spec.ImageId;
import io.rktj.stage0.Diagnostics;
import io.rktj.stage0.store.ImageStore;
import io.rktj.stage0.store.StoreException;
import io.rktj.stage0.store.StoreLayout;
import io.rktj.stage0.store.WorkDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The cache of rendered root file systems, {@code DIR/cas/tree/ID/{rootfs,rendered}}. A tree is
 * made in a work directory, flushed ({@code syncfs}), given its name by one rename, and never
 * changed again; so a tree that has a name is complete, whatever crashed, and readers need no lock.
 * The name is the image's id for an image that stands alone; otherwise it is made of the top
 * image's id and of all others', and {@link TreeMarker} tells them apart for certain.
 * Thread-confined.
 */
public final class TreeStore {
  private static final int LARGEST_MARKER = 1 << 20;
  private static final String DEPENDENT = "deps-";

  private final ImageStore images;
  private final StoreLayout layout;
  private final Kernel kernel;
  private final Diagnostics diagnostics;

  private TreeStore(ImageStore images, Kernel kernel, Diagnostics diagnostics) {
    this.images = images;
    this.layout = images.layout();
    this.kernel = kernel;
    this.diagnostics = diagnostics;
  }

  /** The cache beside {@code images}. */
  public static TreeStore open(ImageStore images, Kernel kernel, Diagnostics diagnostics) {
    return new TreeStore(images, kernel, diagnostics);
  }

  /** Begins to unpack an image that is about to be imported. */
  public TreeUnpack begin() {
    WorkDirectory work = images.newWork();
    boolean begun = false;
    try {
      TreeUnpack unpack = new TreeUnpack(this, work, writerIn(work));
      begun = true;
      return unpack;
    } finally {
      if (!begun) {
        work.close();
      }
    }
  }

  private TreeWriter writerIn(WorkDirectory work) {
    String tree = work.path(TreeUnpack.TREE);
    try {
      kernel.mkdirAt(Fd.AT_FDCWD, Kernel.path(tree), 0750);
      return TreeWriter.create(kernel, tree + "/rootfs");
    } catch (ErrnoException e) {
      throw new StoreException("cannot make \"" + tree + "\"", e);
    }
  }

  /** The tree of {@code tree}, made if it is not there. */
  public RenderedTree render(ImageTree tree) {
    Optional<RenderedTree> known = find(tree);
    if (known.isPresent()) {
      return known.get();
    }
    try (DirectoryLock lock = images.lockTree(id(tree))) {
      Optional<RenderedTree> other = find(tree); // somebody made it while we waited
      return other.isPresent() ? other.get() : renderLocked(tree, lock);
    }
  }

  private RenderedTree renderLocked(ImageTree tree, DirectoryLock lock) {
    diagnostics.note("image", "rendering image " + tree.image().id());
    try (WorkDirectory work = images.newWork();
        TreeWriter writer = writerIn(work)) {
      new TreeRenderer(images).render(tree, writer);
      writer.finishDirectories();
      return publishLocked(tree, work, writer, lock);
    } catch (IOException e) {
      throw new StoreException("cannot render image \"" + tree.image().id() + "\"", e);
    }
  }

  RenderedTree publish(ImageTree tree, WorkDirectory work, TreeWriter writer)
      throws ErrnoException {
    try (DirectoryLock lock = images.lockTree(id(tree))) {
      Optional<RenderedTree> known = find(tree);
      return known.isPresent() ? known.get() : publishLocked(tree, work, writer, lock);
    }
  }

  private RenderedTree publishLocked(
      ImageTree tree, WorkDirectory work, TreeWriter writer, DirectoryLock lock)
      throws ErrnoException {
    if (!lock.isExclusive()) {
      throw new IllegalArgumentException("the tree's lock must be exclusive");
    }
    String id = id(tree);
    String made = work.path(TreeUnpack.TREE);
    TreeMarker marker = new TreeMarker(tree.layers(), writer.size(), writer.entries());
    SmallFiles.write(kernel, made + "/" + TreeMarker.FILE, marker.toBytes(), 0640);
    writer.sync();
    moveAway(id, work); // what has no good marker is not a tree
    kernel.renameAt(Fd.AT_FDCWD, Kernel.path(made), Fd.AT_FDCWD, Kernel.path(layout.tree(id)), 0);
    syncTrees();
    return new RenderedTree(id, layout.tree(id), marker.size());
  }

  private void moveAway(String id, WorkDirectory work) throws ErrnoException {
    try {
      kernel.renameAt(
          Fd.AT_FDCWD,
          Kernel.path(layout.tree(id)),
          Fd.AT_FDCWD,
          Kernel.path(work.path("removed")),
          0);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  private void syncTrees() throws ErrnoException {
    try (Fd trees = kernel.open(layout.trees(), Open.O_RDONLY | Open.O_DIRECTORY, 0)) {
      kernel.fsync(trees.number());
    }
  }

  /** The tree of {@code tree} if it was made before. */
  public Optional<RenderedTree> find(ImageTree tree) {
    String id = id(tree);
    Optional<TreeMarker> marker = marker(id);
    if (marker.isEmpty()) {
      return Optional.empty();
    }
    if (!sameImages(marker.get().images(), tree.layers())) {
      throw new StoreException("tree \"" + id + "\" is of other images than those wanted");
    }
    return Optional.of(new RenderedTree(id, layout.tree(id), marker.get().size()));
  }

  private static boolean sameImages(List<ImageId> some, List<ImageId> others) {
    if (some.size() != others.size()) {
      return false;
    }
    for (int i = 0; i < some.size(); i++) {
      if (!some.get(i).hex().equals(others.get(i).hex())) {
        return false;
      }
    }
    return true;
  }

  /** The tree called {@code id}, as a pod remembers it. */
  public Optional<RenderedTree> byId(String id) {
    if (id.isEmpty() || id.startsWith(".") || id.indexOf('/') >= 0) {
      throw new StoreException("bad name of a tree: \"" + id + "\"");
    }
    Optional<TreeMarker> marker = marker(id);
    return marker.isEmpty()
        ? Optional.empty()
        : Optional.of(new RenderedTree(id, layout.tree(id), marker.get().size()));
  }

  private Optional<TreeMarker> marker(String id) {
    String path = layout.tree(id) + "/" + TreeMarker.FILE;
    try {
      return Optional.of(TreeMarker.parse(SmallFiles.read(kernel, path, LARGEST_MARKER), path));
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return Optional.empty();
      }
      throw new StoreException("cannot read \"" + path + "\"", e);
    }
  }

  /** The names of all trees. */
  public List<String> ids() {
    List<String> ids = new ArrayList<>();
    try (Fd trees = kernel.open(layout.trees(), Open.O_RDONLY | Open.O_DIRECTORY, 0)) {
      for (byte[] name : kernel.list(trees.number())) {
        ids.add(new String(name, StandardCharsets.UTF_8));
      }
    } catch (ErrnoException e) {
      throw new StoreException("cannot list \"" + layout.trees() + "\"", e);
    }
    return ids;
  }

  /** Bytes of all trees by their topmost image; trees that cannot be read are left out. */
  public Map<ImageId, Long> sizes() {
    Map<ImageId, Long> sizes = new HashMap<>();
    for (String id : ids()) {
      try {
        Optional<TreeMarker> marker = marker(id);
        if (marker.isPresent()) {
          sizes.merge(marker.get().images().get(0), marker.get().size(), Long::sum);
        }
      } catch (PodException e) {
        diagnostics.note("image", "tree \"" + id + "\" cannot be read: " + e.getMessage());
      }
    }
    return sizes;
  }

  /**
   * Removes a tree; nothing happens if there is none. The caller knows that no pod uses it. It
   * loses its name at once, and its files after that.
   */
  public void remove(String id) {
    try (DirectoryLock lock = images.lockTree(id);
        WorkDirectory work = images.newWork()) {
      if (lock.isExclusive()) {
        moveAway(id, work);
        syncTrees();
      }
    } catch (ErrnoException e) {
      throw new StoreException("cannot remove tree \"" + id + "\"", e);
    }
  }

  /**
   * Compares a rendered tree with the images it was made from, file by file; each difference is one
   * message. Trusts the images as far as {@link ImageStore#verifies} does.
   */
  public List<String> verify(ImageTree tree) {
    Optional<RenderedTree> rendered = find(tree);
    if (rendered.isEmpty()) {
      return List.of();
    }
    try (TreeComparison comparison = TreeComparison.open(kernel, rendered.get().rootfs())) {
      new TreeRenderer(images).render(tree, comparison);
      return comparison.finish();
    } catch (IOException e) {
      throw new StoreException("cannot verify tree \"" + rendered.get().id() + "\"", e);
    }
  }

  /** Makes a tree anew from its images. */
  public RenderedTree renderAgain(ImageTree tree) {
    try (DirectoryLock lock = images.lockTree(id(tree))) {
      return renderLocked(tree, lock);
    }
  }

  /**
   * Copies a tree, everything about its files included, to {@code target}, which must not exist.
   */
  public void copyTo(RenderedTree tree, Path target) {
    try (TreeCopier copier = TreeCopier.open(kernel, tree.rootfs(), target.toString())) {
      copier.copy();
    } catch (IOException e) {
      throw new StoreException("cannot copy tree \"" + tree.id() + "\" to \"" + target + "\"", e);
    }
  }

  /** Names the tree: no digest is computed, because this is on the way of every start. */
  private static String id(ImageTree tree) {
    List<ImageId> layers = tree.layers();
    if (layers.size() == 1) {
      return tree.image().id().toString();
    }
    long mixed = 0xcbf29ce484222325L;
    for (ImageId layer : layers) {
      String hex = layer.hex();
      for (int i = 0; i < hex.length(); i++) {
        mixed = (mixed ^ hex.charAt(i)) * 0x100000001b3L;
      }
    }
    return DEPENDENT + tree.image().id() + "-" + Long.toHexString(mixed);
  }
}
