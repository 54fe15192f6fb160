// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.tree;

import io.rktj.spec.ImageId;
import io.rktj.stage0.store.StoredImage;
import java.util.ArrayList;
import java.util.List;

/**
 * A stored image with the images it depends on, each with its own; free of cycles.
 *
 * @param dependencies in the order of the manifest
 */
public record ImageTree(StoredImage image, List<ImageTree> dependencies) {
  /** Copies its list. */
  public ImageTree {
    dependencies = List.copyOf(dependencies);
  }

  /** Ids of all images, highest first; one that is needed twice is there twice. */
  public List<ImageId> layers() {
    List<ImageId> layers = new ArrayList<>(1);
    addTo(layers);
    return layers;
  }

  private void addTo(List<ImageId> layers) {
    layers.add(image.id());
    for (int i = dependencies.size() - 1; i >= 0; i--) {
      dependencies.get(i).addTo(layers);
    }
  }
}
