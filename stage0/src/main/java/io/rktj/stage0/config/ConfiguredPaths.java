// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.config;

import java.util.Optional;

/** The directories an administrator chose, all absolute (kind paths). */
public record ConfiguredPaths(Optional<String> data, Optional<String> stage1Images) {
  /** Nothing chosen. */
  public static final ConfiguredPaths NONE =
      new ConfiguredPaths(Optional.empty(), Optional.empty());
}
