// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.ImageId;
import io.rktj.spec.Labels;
import io.rktj.spec.MalformedException;
import io.rktj.spec.Platform;
import java.util.Optional;

/** An image whose files lie beneath. */
public record Dependency(
    AcIdentifier imageName, Optional<ImageId> imageId, Labels labels, Optional<Long> size) {
  /** Checks labels and size. */
  public Dependency {
    Platform.requireKnown(labels);
    if (size.isPresent() && size.get() < 0) {
      throw new MalformedException("size must not be negative");
    }
  }
}
