// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.render;

import java.util.List;

/**
 * One image of a tree, in its place.
 *
 * @param level number of dependencies between it and the root
 */
public record RenderLayer<I>(I image, int level, List<String> pathWhitelist) {
  /** Copies its list. */
  public RenderLayer {
    pathWhitelist = List.copyOf(pathWhitelist);
  }
}
