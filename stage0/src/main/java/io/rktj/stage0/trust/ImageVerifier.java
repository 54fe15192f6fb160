// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import io.rktj.spec.AcIdentifier;
import java.time.Clock;
import java.util.function.Supplier;

/**
 * Decides whether an image is signed by a key that is trusted for its name. Accepts if and only if
 * one of at most 16 detached OpenPGP signatures passes every rule; refusals name the rule.
 */
@SuppressWarnings("DoNotCallSuggester") // the bodies land next
public final class ImageVerifier {
  /** Trusts the keys of {@code keys} at the time of {@code clock}. */
  public ImageVerifier(KeyStore keys, Clock clock) {}

  /**
   * Begins to verify an image against a detached signature file, armoured or binary.
   *
   * @throws UntrustedImageException if no signature in it could ever be accepted
   */
  public PendingVerification begin(byte[] signatureFile) {
    throw new UnsupportedOperationException();
  }

  /** The same for a signature file that can be had only after the image. */
  public PendingVerification beginDeferred(Supplier<byte[]> signatureFile) {
    throw new UnsupportedOperationException();
  }

  /** The only way round verification: nothing is checked, and that is recorded. */
  public static PendingVerification waive(WaivedOption option) {
    return new WaivedCheck(option);
  }

  /**
   * Refuses early, before an image is downloaded, if none of the signatures claims to be made by a
   * key that is trusted for {@code name}.
   *
   * @throws UntrustedImageException as {@link PendingVerification#finish} would
   */
  public void checkSigner(byte[] signatureFile, AcIdentifier name) {
    throw new UnsupportedOperationException();
  }
}
