// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.images;

import io.rktj.stage0.trust.KeyTruster;
import io.rktj.stage0.trust.WaivedOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How one image is to be had.
 *
 * @param waiver why its signature need not be checked; images that were let in that way before are
 *     used only if this is present
 * @param signature a signature file of this machine, used instead of any other
 * @param review which discovered keys are taken without asking
 * @param dependencies whether the images beneath are wanted too
 */
public record PullOptions(
    PullPolicy policy,
    Optional<WaivedOption> waiver,
    Optional<Path> signature,
    KeyTruster.Review review,
    boolean dependencies) {
  /** The same with another signature file. */
  public PullOptions withSignature(Optional<Path> file) {
    return new PullOptions(policy, waiver, file, review, dependencies);
  }

  /**
   * The same without the images beneath.
   *
   * @param installed why the image needs no signature if the user does not waive it
   */
  public PullOptions alone(Optional<WaivedOption> installed) {
    return new PullOptions(
        policy, waiver.isPresent() ? waiver : installed, signature, review, false);
  }

  /** The same, and images that were let in unverified will do. */
  public PullOptions unverifiedToo() {
    return new PullOptions(
        policy, Optional.of(WaivedOption.INSECURE_IMAGE), signature, review, dependencies);
  }
}
