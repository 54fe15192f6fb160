// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.config;

import java.util.Optional;

/**
 * The stage1 image an administrator chose (kind stage1): name and version come as a pair or not at
 * all, the location is an absolute path or a URL. Beside it what machines are run with (kind
 * machine, our own).
 *
 * @param hypervisor the word of {@code --hypervisor}
 * @param kernel the word of {@code --kernel}
 */
public record ConfiguredStage1(
    Optional<String> name,
    Optional<String> version,
    Optional<String> location,
    Optional<String> hypervisor,
    Optional<String> kernel) {
  /** Nothing chosen. */
  public static final ConfiguredStage1 NONE =
      new ConfiguredStage1(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
}
