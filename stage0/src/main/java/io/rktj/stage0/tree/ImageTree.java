// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.tree;

import io.rktj.stage0.store.StoredImage;
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
}
