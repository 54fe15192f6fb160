// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.tree;

import io.rktj.linux.Kernel;
import io.rktj.spec.archive.AciStream;
import io.rktj.spec.archive.AciSummary;
import io.rktj.spec.archive.AciVisitor;
import io.rktj.spec.archive.ArchiveLimits;
import io.rktj.stage0.store.ImageStore;
import io.rktj.stage0.store.StoreException;
import io.rktj.stage0.store.StoredImage;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Writes images' files to places that users name, straight from the stored archives: the cache of
 * trees is neither asked nor filled. Every archive is hashed again as it is read, and one that has
 * changed on the disk is refused at its end. Owners are kept only by root.
 */
public final class TreeOutput {
  private final ImageStore images;
  private final Kernel kernel;

  /** Reads from {@code images}. */
  public TreeOutput(ImageStore images, Kernel kernel) {
    this.images = images;
    this.kernel = kernel;
  }

  /**
   * Makes {@code target}, which must not exist, the root file system of an image as pods see it.
   */
  public void render(ImageTree tree, Path target) {
    write("render", tree.image(), target, writer -> new TreeRenderer(images).render(tree, writer));
  }

  /** Makes {@code target}, which must not exist, what the image alone holds. */
  public void extract(StoredImage image, Path target) {
    write("extract", image, target, writer -> read(images, image, writer));
  }

  /** How entries come to a visitor. */
  private interface Source {
    void showTo(AciVisitor visitor) throws IOException;
  }

  private void write(String what, StoredImage image, Path target, Source source) {
    try (TreeWriter writer = TreeWriter.create(kernel, target.toString())) {
      source.showTo(writer);
      writer.finishDirectories();
    } catch (IOException e) {
      throw new StoreException(
          "cannot " + what + " image \"" + image.id() + "\" to \"" + target + "\"", e);
    }
  }

  /** Shows a visitor all of one stored archive, which must still be what its name says. */
  static void read(ImageStore images, StoredImage image, AciVisitor visitor) throws IOException {
    String id = image.id().toString();
    AciSummary summary =
        new AciStream(images.open(image), id, ArchiveLimits.ofDefaults()).visit(visitor).run();
    if (!summary.id().equals(image.id())) {
      throw new StoreException(
          "image hash does not match expected (" + summary.id() + " != " + id + ")",
          "remove the image and fetch it again",
          null);
    }
  }
}
