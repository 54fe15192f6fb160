// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.kit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Locale;
import java.util.function.Consumer;
import org.bouncycastle.bcpg.ArmoredOutputStream;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyPacket;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.crypto.generators.RSAKeyPairGenerator;
import org.bouncycastle.crypto.params.RSAKeyGenerationParameters;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPKeyRingGenerator;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureGenerator;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentSignerBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPDigestCalculatorProvider;
import org.bouncycastle.openpgp.operator.bc.BcPGPKeyPair;

/** An OpenPGP key made for a test, and what can be signed with it. */
public final class SigningKey {
  private final PGPKeyPair pair;
  private final PGPPublicKeyRing ring;

  private SigningKey(PGPKeyPair pair, PGPPublicKeyRing ring) {
    this.pair = pair;
    this.ring = ring;
  }

  /** A good RSA key of 3072 bits for {@code identity}. */
  public static SigningKey of(String identity) {
    return make(identity, 3072, Instant.now().minusSeconds(3600), Duration.ZERO);
  }

  /** A key that expired an hour ago. */
  public static SigningKey expired(String identity) {
    return make(identity, 3072, Instant.now().minus(Duration.ofDays(2)), Duration.ofHours(47));
  }

  /** A key of too few bits. */
  public static SigningKey weak(String identity) {
    return make(identity, 1024, Instant.now().minusSeconds(3600), Duration.ZERO);
  }

  private static SigningKey make(String identity, int bits, Instant created, Duration lifetime) {
    try {
      RSAKeyPairGenerator generator = new RSAKeyPairGenerator();
      generator.init(
          new RSAKeyGenerationParameters(
              BigInteger.valueOf(0x10001), new SecureRandom(), bits, 64));
      PGPKeyPair pair =
          new BcPGPKeyPair(
              PublicKeyPacket.VERSION_4,
              PublicKeyAlgorithmTags.RSA_GENERAL,
              generator.generateKeyPair(),
              Date.from(created));
      PGPSignatureSubpacketGenerator hashed = new PGPSignatureSubpacketGenerator();
      hashed.setKeyFlags(true, KeyFlags.CERTIFY_OTHER | KeyFlags.SIGN_DATA);
      if (!lifetime.isZero()) {
        hashed.setKeyExpirationTime(true, lifetime.toSeconds());
      }
      hashed.setSignatureCreationTime(true, Date.from(created));
      PGPKeyRingGenerator rings =
          new PGPKeyRingGenerator(
              PGPSignature.POSITIVE_CERTIFICATION,
              pair,
              identity,
              new BcPGPDigestCalculatorProvider().get(HashAlgorithmTags.SHA1),
              hashed.generate(),
              null,
              new BcPGPContentSignerBuilder(
                  pair.getPublicKey().getAlgorithm(), HashAlgorithmTags.SHA512),
              null);
      return new SigningKey(pair, rings.generatePublicKeyRing());
    } catch (PGPException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The fingerprint in lower-case hexadecimal digits. */
  public String fingerprint() {
    StringBuilder text = new StringBuilder();
    for (byte b : pair.getPublicKey().getFingerprint()) {
      text.append(String.format(Locale.ROOT, "%02x", b));
    }
    return text.toString();
  }

  /** The public key, armoured. */
  public byte[] publicKey() {
    return armoured(ring);
  }

  private static byte[] armoured(PGPPublicKeyRing keys) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ArmoredOutputStream out = ArmoredOutputStream.builder().build(bytes)) {
      keys.encode(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** A detached, armoured signature of {@code file} with SHA-512. */
  public byte[] sign(Path file) {
    return sign(file, HashAlgorithmTags.SHA512);
  }

  /** A detached, armoured signature of {@code file} with a hash algorithm of RFC 9580. */
  public byte[] sign(Path file, int hashAlgorithm) {
    return sign(file, hashAlgorithm, PGPSignature.BINARY_DOCUMENT, subpackets -> {});
  }

  /** The same of any type of RFC 9580, with subpackets of the caller's own. */
  public byte[] sign(
      Path file, int hashAlgorithm, int type, Consumer<PGPSignatureSubpacketGenerator> subpackets) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = ArmoredOutputStream.builder().build(bytes)) {
      PGPSignatureGenerator generator =
          new PGPSignatureGenerator(
              new BcPGPContentSignerBuilder(pair.getPublicKey().getAlgorithm(), hashAlgorithm),
              pair.getPublicKey());
      generator.init(type, pair.getPrivateKey());
      PGPSignatureSubpacketGenerator hashed = new PGPSignatureSubpacketGenerator();
      hashed.setIssuerFingerprint(false, pair.getPublicKey());
      subpackets.accept(hashed);
      generator.setHashedSubpackets(hashed.generate());
      generator.update(Files.readAllBytes(file));
      generator.generate().encode(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (PGPException e) {
      throw new IllegalStateException(e);
    }
    return bytes.toByteArray();
  }

  /** The public key, armoured, with a revocation by itself. */
  public byte[] revoked() {
    try {
      PGPSignatureGenerator generator =
          new PGPSignatureGenerator(
              new BcPGPContentSignerBuilder(
                  pair.getPublicKey().getAlgorithm(), HashAlgorithmTags.SHA512),
              pair.getPublicKey());
      generator.init(PGPSignature.KEY_REVOCATION, pair.getPrivateKey());
      PGPSignatureSubpacketGenerator hashed = new PGPSignatureSubpacketGenerator();
      hashed.setSignatureCreationTime(true, Date.from(Instant.now()));
      hashed.setIssuerFingerprint(false, pair.getPublicKey());
      generator.setHashedSubpackets(hashed.generate());
      PGPPublicKey key = pair.getPublicKey();
      PGPPublicKey without = ring.getPublicKey();
      PGPPublicKey revoked =
          PGPPublicKey.addCertification(without, generator.generateCertification(key));
      return armoured(PGPPublicKeyRing.insertPublicKey(ring, revoked));
    } catch (PGPException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes the signature of {@code image} beside it, as {@code NAME.asc}. */
  public Path signBeside(Path image) {
    Path signature = image.resolveSibling(image.getFileName() + ".asc");
    try {
      Files.write(signature, sign(image));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return signature;
  }
}
