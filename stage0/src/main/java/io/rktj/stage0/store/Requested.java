// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.store;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.ImageId;
import io.rktj.spec.Labels;
import java.util.Optional;

/**
 * What an image must turn out to be; compared with its manifest before it is let in, whether its
 * signature is checked or not.
 *
 * @param name the name asked for, if it was asked for by name
 * @param labels each of them must be in the manifest with this value
 * @param id the hash that a dependency names
 */
public record Requested(Optional<AcIdentifier> name, Labels labels, Optional<ImageId> id) {
  /** Any image will do: it was asked for by its place. */
  public static final Requested ANY =
      new Requested(Optional.empty(), Labels.NONE, Optional.empty());

  /** An image called {@code name} with {@code labels}. */
  public static Requested named(AcIdentifier name, Labels labels) {
    return new Requested(Optional.of(name), labels, Optional.empty());
  }
}
