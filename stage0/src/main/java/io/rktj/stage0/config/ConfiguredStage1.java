// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.config;

import java.util.Optional;

/**
 * The stage1 image an administrator chose (kind stage1): name and version come as a pair or not at
 * all, the location is an absolute path or a URL.
 */
public record ConfiguredStage1(
    Optional<String> name, Optional<String> version, Optional<String> location) {
  /** Nothing chosen. */
  public static final ConfiguredStage1 NONE =
      new ConfiguredStage1(Optional.empty(), Optional.empty(), Optional.empty());
}
