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
 * @param templates whether machines may be copies of one that has booted: {@code auto} or {@code
 *     off}
 */
public record ConfiguredStage1(
    Optional<String> name,
    Optional<String> version,
    Optional<String> location,
    Optional<String> hypervisor,
    Optional<String> kernel,
    Optional<String> templates) {
  /** Nothing chosen. */
  public static final ConfiguredStage1 NONE =
      new ConfiguredStage1(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  /** Whether anything is said of machines. */
  public boolean describesMachines() {
    return hypervisor.isPresent() || kernel.isPresent() || templates.isPresent();
  }
}
