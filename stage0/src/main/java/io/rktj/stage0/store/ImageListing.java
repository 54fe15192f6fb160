// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.store;

import java.util.List;

/**
 * The images of a store, and what is wrong with records that could not be read.
 *
 * @param problems one message for each unreadable record
 */
public record ImageListing(List<StoredImage> images, List<String> problems) {
  /** Copies its lists. */
  public ImageListing {
    images = List.copyOf(images);
    problems = List.copyOf(problems);
  }
}
