// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.bcpg.BCPGInputStream;
import org.bouncycastle.bcpg.sig.IssuerFingerprint;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.util.encoders.Hex;

/** One signature of version 4 out of a detached signature file, and who claims to have made it. */
record DetachedSignature(PGPSignature signature, long keyId, Optional<String> fingerprint) {
  private static final int MAXIMUM_SIGNATURES = 16;
  private static final int MAXIMUM_PACKET = 1 << 16;

  /** What a file holds: signatures that may do, and reasons why others may not. */
  record Parsed(List<DetachedSignature> candidates, List<String> faults) {}

  /** Reads an armoured or binary signature file. */
  static Parsed parse(byte[] file, Instant now) {
    if (file.length == 0) {
      throw new UntrustedImageException("the signature file is empty");
    }
    List<PacketReader.Packet> packets =
        PacketReader.read(Armour.open(file, Armour.SIGNATURE), MAXIMUM_SIGNATURES);
    if (packets.isEmpty()) {
      throw new UntrustedImageException("the signature file holds no signature");
    }
    List<DetachedSignature> candidates = new ArrayList<>();
    List<String> faults = new ArrayList<>();
    for (PacketReader.Packet packet : packets) {
      if (packet.tag() != PacketReader.SIGNATURE) {
        throw new UntrustedImageException(
            "the signature file holds something else than signatures, a packet of type "
                + packet.tag());
      }
      read(packet, now, candidates, faults);
    }
    return new Parsed(candidates, faults);
  }

  private static void read(
      PacketReader.Packet packet,
      Instant now,
      List<DetachedSignature> candidates,
      List<String> faults) {
    Optional<PGPSignature> signature = interpret(packet);
    if (packet.version() != 4) {
      faults.add("signature of the unsupported version " + packet.version());
    } else if (signature.isEmpty()) {
      faults.add("damaged signature");
    } else {
      judge(signature.get(), now, candidates, faults);
    }
  }

  private static void judge(
      PGPSignature signature,
      Instant now,
      List<DetachedSignature> candidates,
      List<String> faults) {
    try {
      DetachedSignature candidate = of(signature);
      Optional<String> fault = SignatureRules.contentFault(signature, now);
      if (fault.isEmpty() && candidate.keyId == 0 && candidate.fingerprint.isEmpty()) {
        fault = Optional.of("signature that does not name its key");
      }
      fault.ifPresentOrElse(
          reason -> faults.add(reason + " (key " + candidate.keyName() + ")"),
          () -> candidates.add(candidate));
    } catch (RuntimeException e) {
      // A subpacket that is too short for its kind, for instance.
      faults.add("damaged signature");
    }
  }

  /** Interprets a whole packet of version 4; empty if it breaks the format. */
  static Optional<PGPSignature> interpret(PacketReader.Packet packet) {
    if (packet.version() != 4
        || packet.whole().length > MAXIMUM_PACKET
        || !Subpackets.areWellFormed(packet)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new PGPSignature(new BCPGInputStream(new ByteArrayInputStream(packet.whole()))));
    } catch (IOException | PGPException | RuntimeException e) {
      return Optional.empty();
    }
  }

  private static DetachedSignature of(PGPSignature signature) {
    IssuerFingerprint issuer = signature.getHashedSubPackets().getIssuerFingerprint();
    Optional<String> fingerprint =
        issuer != null && issuer.getKeyVersion() == 4
            ? Optional.of(Hex.toHexString(issuer.getFingerprint()))
            : Optional.empty();
    return new DetachedSignature(signature, signature.getKeyID(), fingerprint);
  }

  /** Whether {@code key} can be the one that the signature names. */
  boolean names(PGPPublicKey key) {
    return fingerprint.isPresent()
        ? fingerprint.get().equals(Hex.toHexString(key.getFingerprint()))
        : keyId == key.getKeyID();
  }

  /** The key id, or the fingerprint, as text. */
  String keyName() {
    return fingerprint.orElseGet(() -> Keys.hexId(keyId));
  }
}
