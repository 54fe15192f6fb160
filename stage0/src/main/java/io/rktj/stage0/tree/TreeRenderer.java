// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.tree;

import io.rktj.spec.archive.AciVisitor;
import io.rktj.spec.render.FileSelection;
import io.rktj.spec.render.ImageGraph;
import io.rktj.spec.render.RenderLayer;
import io.rktj.spec.render.RenderPlan;
import io.rktj.stage0.store.ImageStore;
import java.io.IOException;
import java.util.List;

/**
 * Shows a visitor the files that a tree consists of, out of the stored tars of its images, by the
 * selection of {@code spec.render}. Each tar is hashed again as it is read, and the result is worth
 * nothing if one differs from its id.
 */
final class TreeRenderer {
  private final ImageStore images;

  TreeRenderer(ImageStore images) {
    this.images = images;
  }

  /** What a plan must know of a tree. */
  private static final class Graph implements ImageGraph<ImageTree> {
    @Override
    public List<ImageTree> dependencies(ImageTree tree) {
      return tree.dependencies();
    }

    @Override
    public List<String> pathWhitelist(ImageTree tree) {
      return tree.image().manifest().pathWhitelist();
    }
  }

  void render(ImageTree tree, AciVisitor sink) throws IOException {
    RenderPlan<ImageTree> plan = RenderPlan.of(tree, new Graph());
    FileSelection selection = plan.selection();
    List<RenderLayer<ImageTree>> layers = plan.layers();
    for (int i = 0; i < layers.size(); i++) {
      selection.begin(i);
      LayerFilter layer = new LayerFilter(selection, i == 0, sink);
      read(layers.get(i).image(), layer);
      if (layer.hasLost()) {
        read(layers.get(i).image(), layer::recover);
        layer.linkRecovered();
      }
    }
  }

  private void read(ImageTree tree, AciVisitor visitor) throws IOException {
    TreeOutput.read(images, tree.image(), visitor);
  }
}
