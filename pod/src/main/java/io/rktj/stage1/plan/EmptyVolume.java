// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

import java.util.Optional;

/**
 * A directory that has to be made for an empty volume before the pod starts.
 *
 * @param mode permission bits only ({@code spec/rkt-runtime.md} section 5)
 * @param seed what it is filled with when it is made; its mode and owner count then, too
 */
public record EmptyVolume(String directory, int mode, int uid, int gid, Optional<Seed> seed) {
  /**
   * A directory of an image.
   *
   * @param treeRootfs absolute path of the root file system of the image's tree
   * @param path path in it; perhaps there is none
   */
  public record Seed(String treeRootfs, String path) {}
}
