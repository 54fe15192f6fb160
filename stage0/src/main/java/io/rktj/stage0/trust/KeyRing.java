// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.operator.bc.BcKeyFingerprintCalculator;
import org.bouncycastle.util.encoders.Hex;

/**
 * One public key with its identities, subkeys and the signatures that bind them, all of version 4.
 * Parts we have no use for (pictures, signatures and subkeys of other versions) are left out.
 */
final class KeyRing {
  private static final int MAXIMUM_PACKETS = 4096;

  private final PGPPublicKeyRing ring;
  private final byte[] encoded;

  private KeyRing(byte[] encoded) throws IOException {
    this.encoded = encoded;
    this.ring = new PGPPublicKeyRing(encoded, new BcKeyFingerprintCalculator());
  }

  /** Every key of an armoured or binary file, at least one. */
  static List<KeyRing> parse(byte[] file) {
    rejectPrivate(file);
    List<ByteArrayOutputStream> parts = split(file);
    if (parts.isEmpty()) {
      throw new UntrustedImageException("openpgp: the key file holds no public key");
    }
    List<KeyRing> rings = new ArrayList<>();
    for (ByteArrayOutputStream part : parts) {
      try {
        rings.add(new KeyRing(part.toByteArray()));
      } catch (IOException | RuntimeException e) {
        throw new UntrustedImageException("openpgp: damaged key", e);
      }
    }
    return rings;
  }

  private static void rejectPrivate(byte[] file) {
    if (new String(file, StandardCharsets.ISO_8859_1).contains("BEGIN " + Armour.PRIVATE_KEY)) {
      throw new UntrustedImageException("openpgp: the key file holds a private key");
    }
  }

  /** The useful packets of each key of the file. */
  private static List<ByteArrayOutputStream> split(byte[] file) {
    List<ByteArrayOutputStream> parts = new ArrayList<>();
    boolean isKept = false;
    for (PacketReader.Packet packet :
        PacketReader.read(Armour.open(file, Armour.PUBLIC_KEY), MAXIMUM_PACKETS)) {
      int tag = packet.tag();
      if (tag == PacketReader.SECRET_KEY || tag == PacketReader.SECRET_SUBKEY) {
        throw new UntrustedImageException("openpgp: the key file holds a private key");
      }
      if (tag == PacketReader.PUBLIC_KEY) {
        if (packet.version() != 4) {
          throw new UntrustedImageException(
              "openpgp: key of the unsupported version " + packet.version());
        }
        parts.add(new ByteArrayOutputStream());
        isKept = true;
      } else if (tag == PacketReader.PUBLIC_SUBKEY) {
        isKept = packet.version() == 4;
      } else if (tag == PacketReader.USER_ID || tag == PacketReader.USER_ATTRIBUTE) {
        isKept = tag == PacketReader.USER_ID;
      }
      if (parts.isEmpty()) {
        throw new UntrustedImageException("openpgp: the key file does not begin with a public key");
      }
      if (isKept && isUseful(packet)) {
        parts.get(parts.size() - 1).writeBytes(packet.whole());
      }
    }
    return parts;
  }

  private static boolean isUseful(PacketReader.Packet packet) {
    return switch (packet.tag()) {
      case PacketReader.PUBLIC_KEY, PacketReader.PUBLIC_SUBKEY, PacketReader.USER_ID -> true;
      case PacketReader.SIGNATURE -> DetachedSignature.interpret(packet).isPresent();
      default -> false;
    };
  }

  PGPPublicKeyRing ring() {
    return ring;
  }

  /** The primary key's fingerprint, lower-case hexadecimal. */
  String fingerprint() {
    return Hex.toHexString(ring.getPublicKey().getFingerprint());
  }

  byte[] armoured() {
    return Armour.close(encoded);
  }

  /** The key or subkey that {@code signature} names as its maker. */
  Optional<PGPPublicKey> maker(DetachedSignature signature) {
    for (PGPPublicKey key : ring) {
      if (signature.names(key)) {
        return Optional.of(key);
      }
    }
    return Optional.empty();
  }

  TrustedKeyReview review() {
    List<String> subkeys = new ArrayList<>();
    for (PGPPublicKey key : ring) {
      if (!key.isMasterKey()) {
        subkeys.add(Keys.grouped(Hex.toHexString(key.getFingerprint())));
      }
    }
    List<String> identities = new ArrayList<>();
    Iterator<byte[]> ids = ring.getPublicKey().getRawUserIDs();
    while (ids.hasNext()) {
      identities.add(new String(ids.next(), StandardCharsets.UTF_8));
    }
    return new TrustedKeyReview(Keys.grouped(fingerprint()), subkeys, identities);
  }
}
