// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Iterator;
import java.util.Optional;
import org.bouncycastle.bcpg.SignatureSubpacketTags;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.util.encoders.Hex;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a key, or a subkey of it, may have made a signature: self-signatures, expiry,
 * revocation, usage flags, and for subkeys the binding in both directions (RFC 9580 section 5.2).
 */
final class SignerCheck {
  private static final int MAY_SIGN = 0x02;

  private final PGPPublicKey primary;
  private final KeySignatures signatures;
  private final Instant now;

  SignerCheck(KeyRing ring, Instant now) {
    this.primary = ring.ring().getPublicKey();
    this.signatures = new KeySignatures(primary, now);
    this.now = now;
  }

  /** What forbids {@code signer} to have made a signature at {@code signed}. */
  Optional<String> fault(PGPPublicKey signer, Instant signed) {
    try {
      Optional<String> fault = primaryFault();
      if (fault.isEmpty()) {
        fault = signer.isMasterKey() ? signingFault() : subkeyFault(signer);
      }
      if (fault.isEmpty() && signed.isBefore(signer.getCreationTime().toInstant())) {
        fault = Optional.of("signature is older than its key " + name(signer));
      }
      return fault;
    } catch (RuntimeException e) {
      // A part of the key cannot be interpreted, for which no rule was written.
      return Optional.of("damaged key " + name(signer));
    }
  }

  /** An identity of the key that its owner certified, or nothing. */
  String identity() {
    Iterator<byte[]> ids = primary.getRawUserIDs();
    String identity = "";
    boolean isPrimary = false;
    while (ids.hasNext()) {
      byte[] id = ids.next();
      PGPSignature certification = signatures.certification(id);
      if (certification != null && !isPrimary) {
        isPrimary = certification.getHashedSubPackets().isPrimaryUserID();
        if (isPrimary || identity.isEmpty()) {
          identity = new String(id, StandardCharsets.UTF_8);
        }
      }
    }
    return identity;
  }

  private Optional<String> primaryFault() {
    Optional<String> unfit = SignatureRules.keyFault(primary);
    if (unfit.isPresent()) {
      return unfit.map(reason -> reason + " (key " + name(primary) + ")");
    }
    if (signatures.isRevoked()) {
      return Optional.of("revoked key " + name(primary));
    }
    PGPSignature self = signatures.newestSelfSignature();
    if (self == null) {
      return Optional.of("key without a valid self-signature " + name(primary));
    }
    return lifetimeFault(primary, self);
  }

  private Optional<String> signingFault() {
    PGPSignature self = signatures.newestSelfSignature();
    return self != null && mayNotSign(self)
        ? Optional.of("key that may not be used for signing " + name(primary))
        : Optional.empty();
  }

  private Optional<String> subkeyFault(PGPPublicKey subkey) {
    Optional<String> unfit = SignatureRules.keyFault(subkey);
    if (unfit.isPresent()) {
      return unfit.map(reason -> reason + " (subkey " + name(subkey) + ")");
    }
    if (signatures.isRevoked(subkey)) {
      return Optional.of("revoked subkey " + name(subkey));
    }
    @Nullable PGPSignature binding = signatures.binding(subkey);
    if (binding == null) {
      return Optional.of("subkey that is not bound to its key " + name(subkey));
    }
    if (mayNotSign(binding)) {
      return Optional.of("subkey that may not be used for signing " + name(subkey));
    }
    // Without it anybody could adopt somebody else's subkey, and with it his signatures.
    if (!signatures.isCrossCertified(binding, subkey)) {
      return Optional.of("signing subkey without cross-certification " + name(subkey));
    }
    return lifetimeFault(subkey, binding);
  }

  private static boolean mayNotSign(PGPSignature signature) {
    return signature.getHashedSubPackets().hasSubpacket(SignatureSubpacketTags.KEY_FLAGS)
        && (signature.getHashedSubPackets().getKeyFlags() & MAY_SIGN) == 0;
  }

  private Optional<String> lifetimeFault(PGPPublicKey key, PGPSignature self) {
    Instant created = key.getCreationTime().toInstant();
    if (created.isAfter(now.plusSeconds(SignatureRules.SKEW_SECONDS))) {
      return Optional.of("key made in the future " + name(key) + ", at " + created);
    }
    long lifetime = self.getHashedSubPackets().getKeyExpirationTime();
    if (lifetime != 0 && !now.isBefore(created.plusSeconds(lifetime))) {
      return Optional.of(
          (key.isMasterKey() ? "expired key " : "expired subkey ")
              + name(key)
              + ", since "
              + created.plusSeconds(lifetime));
    }
    return Optional.empty();
  }

  static String name(PGPPublicKey key) {
    return Hex.toHexString(key.getFingerprint());
  }
}
