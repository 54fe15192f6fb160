// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.render;

import java.util.List;

/** What rendering must know of images; {@code I} stands for an image and has equality. */
public interface ImageGraph<I> {
  /** The images that {@code image} depends on, in its manifest's order. */
  List<I> dependencies(I image);

  /** The image's {@code pathWhitelist}. */
  List<String> pathWhitelist(I image);
}
