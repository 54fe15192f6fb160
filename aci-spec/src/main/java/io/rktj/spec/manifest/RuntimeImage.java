// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.ImageId;
import io.rktj.spec.Labels;
import io.rktj.spec.Platform;
import java.util.Optional;

/** The image of an app in a pod manifest. */
public record RuntimeImage(ImageId id, Optional<AcIdentifier> name, Labels labels) {
  /** Checks the labels. */
  public RuntimeImage {
    Platform.requireKnown(labels);
  }
}
