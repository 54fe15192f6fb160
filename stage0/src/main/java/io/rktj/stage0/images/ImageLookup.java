// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.images;

import io.rktj.stage0.store.ImageStore;
import io.rktj.stage0.store.StoredImage;

/**
 * Finds images of the store by what a user types after {@code rkt image COMMAND}: an id or its
 * beginning, or a name with labels as they are ({@code spec/rkt-cli.md} section 4.17).
 */
public final class ImageLookup {
  private final ImageStore store;

  /** Looks in {@code store}. */
  public ImageLookup(ImageStore store) {
    this.store = store;
  }

  /** The image meant by {@code text}. */
  public StoredImage find(String text) {
    for (StoredImage image : store.list().images()) {
      if (image.name().value().equals(text)) {
        return image;
      }
    }
    throw new ImageNotFoundException("no image \"" + text + "\"");
  }
}
