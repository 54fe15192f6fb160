// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import io.rktj.spec.AcIdentifier;

/**
 * The verification of one image while its bytes pass by: made by {@link ImageVerifier}, fed with
 * every compressed byte in order, and finished once, with the name in the image's manifest.
 */
public sealed interface PendingVerification permits SignatureCheck, WaivedCheck {
  /** Takes the next compressed bytes. */
  void update(byte[] buffer, int offset, int length);

  /**
   * Decides, all bytes having been seen.
   *
   * @throws UntrustedImageException saying why nobody trusted vouches for these bytes under {@code
   *     name}
   */
  Trust finish(AcIdentifier name);
}
