// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import io.rktj.spec.AcIdentifier;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Decides whether an image is signed by a key that is trusted for its name. Accepts if and only if
 * one of at most 16 detached OpenPGP signatures passes every rule; refusals name the rule.
 */
public final class ImageVerifier {
  private final KeyStore keys;
  private final Clock clock;

  /** Trusts the keys of {@code keys} at the time of {@code clock}. */
  public ImageVerifier(KeyStore keys, Clock clock) {
    this.keys = keys;
    this.clock = clock;
  }

  /**
   * Begins to verify an image against a detached signature file, armoured or binary.
   *
   * @throws UntrustedImageException if no signature in it could ever be accepted
   */
  public PendingVerification begin(byte[] signatureFile) {
    Instant now = clock.instant();
    return SignatureCheck.of(acceptable(signatureFile, now), keys, now);
  }

  /** The same for a signature file that can be had only after the image. */
  public PendingVerification beginDeferred(Supplier<byte[]> signatureFile) {
    return SignatureCheck.deferred(signatureFile, keys, clock.instant());
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
    Instant now = clock.instant();
    DetachedSignature.Parsed parsed = acceptable(signatureFile, now);
    List<String> reasons = new ArrayList<>(parsed.faults());
    for (DetachedSignature candidate : parsed.candidates()) {
      if (!SignatureCheck.signers(candidate, name, keys, now, reasons).isEmpty()) {
        return;
      }
    }
    throw SignatureCheck.refusal(name, reasons);
  }

  private static DetachedSignature.Parsed acceptable(byte[] signatureFile, Instant now) {
    DetachedSignature.Parsed parsed = DetachedSignature.parse(signatureFile, now);
    if (parsed.candidates().isEmpty()) {
      throw new UntrustedImageException("openpgp: " + String.join("; ", parsed.faults()));
    }
    return parsed;
  }
}
