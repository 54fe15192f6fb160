// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.bcpg.ECPublicBCPGKey;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.SignatureSubpacket;
import org.bouncycastle.bcpg.SignatureSubpacketTags;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureSubpacketVector;

/**
 * The rules every signature must keep before its mathematics is looked at (security.md section 1c).
 * Each method answers with the rule that is broken.
 */
final class SignatureRules {
  /** How far a clock may run ahead of ours. */
  static final long SKEW_SECONDS = 60;

  /** Subpackets whose meaning we heed, or that bind nobody but their maker. */
  private static final Set<Integer> UNDERSTOOD =
      Set.of(
          SignatureSubpacketTags.CREATION_TIME,
          SignatureSubpacketTags.EXPIRE_TIME,
          SignatureSubpacketTags.EXPORTABLE,
          SignatureSubpacketTags.REVOCABLE,
          SignatureSubpacketTags.KEY_EXPIRE_TIME,
          SignatureSubpacketTags.PREFERRED_SYM_ALGS,
          SignatureSubpacketTags.REVOCATION_KEY,
          SignatureSubpacketTags.ISSUER_KEY_ID,
          SignatureSubpacketTags.PREFERRED_HASH_ALGS,
          SignatureSubpacketTags.PREFERRED_COMP_ALGS,
          SignatureSubpacketTags.KEY_SERVER_PREFS,
          SignatureSubpacketTags.PREFERRED_KEY_SERV,
          SignatureSubpacketTags.PRIMARY_USER_ID,
          SignatureSubpacketTags.POLICY_URL,
          SignatureSubpacketTags.KEY_FLAGS,
          SignatureSubpacketTags.SIGNER_USER_ID,
          SignatureSubpacketTags.REVOCATION_REASON,
          SignatureSubpacketTags.FEATURES,
          SignatureSubpacketTags.EMBEDDED_SIGNATURE,
          SignatureSubpacketTags.ISSUER_FINGERPRINT,
          SignatureSubpacketTags.PREFERRED_AEAD_ALGORITHMS);

  /** The number of the old algorithm for RSA keys that only sign. */
  private static final int RSA_SIGN_ONLY = 3;

  private static final int MINIMUM_RSA_BITS = 2048;
  private static final int MAXIMUM_RSA_BITS = 16384;

  private SignatureRules() {}

  /** What forbids a signature of an image, whoever made it. */
  static Optional<String> contentFault(PGPSignature signature, Instant now) {
    if (signature.getSignatureType() == PGPSignature.CANONICAL_TEXT_DOCUMENT) {
      // Text mode does not tell apart files that differ in line ends.
      return Optional.of("signature in text mode");
    }
    if (signature.getSignatureType() != PGPSignature.BINARY_DOCUMENT) {
      return Optional.of("signature of type " + signature.getSignatureType() + ", not of a file");
    }
    if (!ContentDigests.accepts(signature.getHashAlgorithm())) {
      return Optional.of(
          "signature with the digest "
              + hashName(signature.getHashAlgorithm())
              + ", SHA-256 or better is needed");
    }
    return commonFault(signature, now);
  }

  /**
   * What forbids a signature that binds a key's parts together. SHA-1 will do here: its maker chose
   * all that he signs, so a collision helps nobody but him.
   */
  static Optional<String> bindingFault(PGPSignature signature, Instant now) {
    int hash = signature.getHashAlgorithm();
    if (hash != HashAlgorithmTags.SHA1 && !ContentDigests.accepts(hash)) {
      return Optional.of("self-signature with the digest " + hashName(hash));
    }
    return commonFault(signature, now);
  }

  private static Optional<String> commonFault(PGPSignature signature, Instant now) {
    PGPSignatureSubpacketVector hashed = signature.getHashedSubPackets();
    for (SignatureSubpacket subpacket : hashed.toArray()) {
      if (subpacket.isCritical() && !UNDERSTOOD.contains(subpacket.getType())) {
        return Optional.of("unknown critical subpacket " + subpacket.getType());
      }
    }
    // Only the hashed part is signed; a time from elsewhere proves nothing.
    Date created = hashed.getSignatureCreationTime();
    if (created == null) {
      return Optional.of("signature without a creation time");
    }
    if (created.toInstant().isAfter(now.plusSeconds(SKEW_SECONDS))) {
      return Optional.of("signature made in the future, at " + created.toInstant());
    }
    long lifetime = hashed.getSignatureExpirationTime();
    if (lifetime != 0 && !now.isBefore(created.toInstant().plusSeconds(lifetime))) {
      return Optional.of("signature expired at " + created.toInstant().plusSeconds(lifetime));
    }
    return Optional.empty();
  }

  /** What makes the algorithm or the size of a key unfit for signing. */
  static Optional<String> keyFault(PGPPublicKey key) {
    return switch (key.getAlgorithm()) {
      case PublicKeyAlgorithmTags.RSA_GENERAL, RSA_SIGN_ONLY -> rsaFault(key.getBitStrength());
      case PublicKeyAlgorithmTags.EDDSA_LEGACY, PublicKeyAlgorithmTags.ECDSA ->
          curveFault(((ECPublicBCPGKey) key.getPublicKeyPacket().getKey()).getCurveOID().getId());
      case PublicKeyAlgorithmTags.Ed25519 -> Optional.empty();
      default -> Optional.of("key of the unsupported algorithm " + key.getAlgorithm());
    };
  }

  private static Optional<String> rsaFault(int bits) {
    if (bits < MINIMUM_RSA_BITS) {
      return Optional.of("RSA key of " + bits + " bits, at least 2048 are needed");
    }
    return bits > MAXIMUM_RSA_BITS
        ? Optional.of("RSA key of more than " + MAXIMUM_RSA_BITS + " bits")
        : Optional.empty();
  }

  private static Optional<String> curveFault(String curve) {
    return CURVES.contains(curve)
        ? Optional.empty()
        : Optional.of("key on the unsupported curve " + curve);
  }

  /** Ed25519 as OpenPGP and as PKIX name it, P-256, P-384, P-521. */
  private static final Set<String> CURVES =
      Set.of(
          "1.3.6.1.4.1.11591.15.1",
          "1.3.101.112",
          "1.2.840.10045.3.1.7",
          "1.3.132.0.34",
          "1.3.132.0.35");

  /** Whether a signature of this algorithm can come from a key of that algorithm. */
  static boolean algorithmsAgree(PGPSignature signature, PGPPublicKey key) {
    return signature.getKeyAlgorithm() == key.getAlgorithm()
        || (isRsa(signature.getKeyAlgorithm()) && isRsa(key.getAlgorithm()));
  }

  private static boolean isRsa(int algorithm) {
    return algorithm == PublicKeyAlgorithmTags.RSA_GENERAL || algorithm == RSA_SIGN_ONLY;
  }

  private static String hashName(int algorithm) {
    return switch (algorithm) {
      case HashAlgorithmTags.MD5 -> "MD5";
      case HashAlgorithmTags.SHA1 -> "SHA-1";
      case HashAlgorithmTags.RIPEMD160 -> "RIPEMD-160";
      case HashAlgorithmTags.SHA224 -> "SHA-224";
      default -> "number " + algorithm;
    };
  }
}
