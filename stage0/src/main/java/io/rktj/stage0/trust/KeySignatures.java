// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Iterator;
import org.bouncycastle.bcpg.SignatureSubpacket;
import org.bouncycastle.bcpg.SignatureSubpacketTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureSubpacketVector;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentVerifierBuilderProvider;
import org.jspecify.annotations.Nullable;

/** The signatures inside one key that its own primary key, or a subkey of it, really made. */
final class KeySignatures {
  private final PGPPublicKey primary;
  private final Instant now;

  KeySignatures(PGPPublicKey primary, Instant now) {
    this.primary = primary;
    this.now = now;
  }

  /** Whether the primary key revoked itself; the digest's strength does not matter for that. */
  boolean isRevoked() {
    Iterator<PGPSignature> all = primary.getSignaturesOfType(PGPSignature.KEY_REVOCATION);
    while (all.hasNext()) {
      PGPSignature signature = all.next();
      if (isGenuine(signature, primary, () -> signature.verifyCertification(primary))) {
        return true;
      }
    }
    return false;
  }

  /** Whether the primary key revoked {@code subkey}. */
  boolean isRevoked(PGPPublicKey subkey) {
    Iterator<PGPSignature> all = subkey.getSignaturesOfType(PGPSignature.SUBKEY_REVOCATION);
    while (all.hasNext()) {
      PGPSignature signature = all.next();
      if (isGenuine(signature, primary, () -> signature.verifyCertification(primary, subkey))) {
        return true;
      }
    }
    return false;
  }

  /** The newest valid signature of the key over itself, alone or with an identity. */
  @Nullable PGPSignature newestSelfSignature() {
    PGPSignature newest = null;
    Iterator<PGPSignature> direct = primary.getSignaturesOfType(PGPSignature.DIRECT_KEY);
    while (direct.hasNext()) {
      PGPSignature signature = direct.next();
      if (isValid(signature, () -> signature.verifyCertification(primary))) {
        newest = newer(newest, signature);
      }
    }
    Iterator<byte[]> ids = primary.getRawUserIDs();
    while (ids.hasNext()) {
      PGPSignature certification = certification(ids.next());
      if (certification != null) {
        newest = newer(newest, certification);
      }
    }
    return newest;
  }

  /** The newest valid self-certification of an identity, unless it was revoked since. */
  @Nullable PGPSignature certification(byte[] id) {
    PGPSignature newest = null;
    PGPSignature revocation = null;
    Iterator<PGPSignature> all = primary.getSignaturesForID(id);
    while (all != null && all.hasNext()) {
      PGPSignature signature = all.next();
      boolean isRevocation = signature.getSignatureType() == PGPSignature.CERTIFICATION_REVOCATION;
      if ((isRevocation || signature.isCertification())
          && isValid(signature, () -> signature.verifyCertification(id, primary))) {
        if (isRevocation) {
          revocation = newer(revocation, signature);
        } else {
          newest = newer(newest, signature);
        }
      }
    }
    return newest != null && revocation != null && newer(newest, revocation) == revocation
        ? null
        : newest;
  }

  /** The newest valid binding of {@code subkey} to the primary key. */
  @Nullable PGPSignature binding(PGPPublicKey subkey) {
    PGPSignature newest = null;
    Iterator<PGPSignature> all = subkey.getSignaturesOfType(PGPSignature.SUBKEY_BINDING);
    while (all.hasNext()) {
      PGPSignature signature = all.next();
      if (isValid(signature, () -> signature.verifyCertification(primary, subkey))) {
        newest = newer(newest, signature);
      }
    }
    return newest;
  }

  /** Whether {@code binding} carries the subkey's consent, a signature of type 0x19. */
  boolean isCrossCertified(PGPSignature binding, PGPPublicKey subkey) {
    return hasConsent(binding.getHashedSubPackets(), subkey)
        || hasConsent(binding.getUnhashedSubPackets(), subkey);
  }

  private boolean hasConsent(PGPSignatureSubpacketVector area, PGPPublicKey subkey) {
    for (SignatureSubpacket part : area.getSubpackets(SignatureSubpacketTags.EMBEDDED_SIGNATURE)) {
      byte[] body = part.getData();
      ByteBuffer packet = ByteBuffer.allocate(6 + body.length);
      packet.put((byte) 0xc2).put((byte) 0xff).putInt(body.length).put(body);
      PGPSignature consent =
          DetachedSignature.interpret(
                  new PacketReader.Packet(PacketReader.SIGNATURE, packet.array(), 6))
              .orElse(null);
      if (consent != null
          && consent.getSignatureType() == PGPSignature.PRIMARYKEY_BINDING
          && SignatureRules.bindingFault(consent, now).isEmpty()
          && isGenuine(consent, subkey, () -> consent.verifyCertification(primary, subkey))) {
        return true;
      }
    }
    return false;
  }

  private boolean isValid(PGPSignature signature, Check check) {
    try {
      return SignatureRules.bindingFault(signature, now).isEmpty()
          && isGenuine(signature, primary, check);
    } catch (RuntimeException e) {
      // Cannot be interpreted, so it proves nothing.
      return false;
    }
  }

  private static boolean isGenuine(PGPSignature signature, PGPPublicKey maker, Check check) {
    try {
      if (!SignatureRules.algorithmsAgree(signature, maker)) {
        return false;
      }
      signature.init(new BcPGPContentVerifierBuilderProvider(), maker);
      return check.holds();
    } catch (PGPException | RuntimeException e) {
      // Cannot be computed, so it proves nothing.
      return false;
    }
  }

  private static PGPSignature newer(@Nullable PGPSignature one, PGPSignature other) {
    return one != null && created(one).isAfter(created(other)) ? one : other;
  }

  private static Instant created(PGPSignature signature) {
    return signature.getCreationTime().toInstant();
  }

  /** The mathematics of one signature, ready to be done. */
  private interface Check {
    boolean holds() throws PGPException;
  }
}
