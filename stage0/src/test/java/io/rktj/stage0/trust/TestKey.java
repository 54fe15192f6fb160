// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.function.Consumer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.AsymmetricCipherKeyPairGenerator;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.generators.ECKeyPairGenerator;
import org.bouncycastle.crypto.generators.Ed25519KeyPairGenerator;
import org.bouncycastle.crypto.generators.RSAKeyPairGenerator;
import org.bouncycastle.crypto.params.ECKeyGenerationParameters;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.crypto.params.Ed25519KeyGenerationParameters;
import org.bouncycastle.crypto.params.RSAKeyGenerationParameters;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureGenerator;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;
import org.bouncycastle.openpgp.operator.bc.BcKeyFingerprintCalculator;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentSignerBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPKeyPair;
import org.bouncycastle.util.encoders.Hex;

/** An OpenPGP key made for a test, with whatever fault the test wants. */
final class TestKey {
  static final Instant CREATED = Instant.parse("2020-01-01T00:00:00Z");
  static final int CERTIFY = 0x01;
  static final int SIGN = 0x02;

  private final PGPKeyPair pair;
  private PGPPublicKey primary;
  private final List<PGPPublicKey> subkeys = new ArrayList<>();

  private TestKey(PGPKeyPair pair) {
    this.pair = pair;
    this.primary = pair.getPublicKey();
  }

  /** A key that may sign, with one identity. */
  static TestKey ofEd25519() throws PGPException {
    return of(ed25519()).certified("Test <test@example.com>", self -> {});
  }

  static TestKey ofRsa(int bits) throws PGPException {
    return of(rsa(bits)).certified("RSA <rsa@example.com>", self -> {});
  }

  static TestKey ofEcdsa() throws PGPException {
    return of(ecdsa(SECObjectIdentifiers.secp256r1)).certified("EC <ec@example.com>", self -> {});
  }

  static TestKey of(PGPKeyPair pair) {
    return new TestKey(pair);
  }

  static PGPKeyPair ed25519() throws PGPException {
    Ed25519KeyPairGenerator generator = new Ed25519KeyPairGenerator();
    generator.init(new Ed25519KeyGenerationParameters(new SecureRandom()));
    return pair(PublicKeyAlgorithmTags.EDDSA_LEGACY, generator);
  }

  static PGPKeyPair rsa(int bits) throws PGPException {
    RSAKeyPairGenerator generator = new RSAKeyPairGenerator();
    generator.init(
        new RSAKeyGenerationParameters(BigInteger.valueOf(65537), new SecureRandom(), bits, 80));
    return pair(PublicKeyAlgorithmTags.RSA_GENERAL, generator);
  }

  static PGPKeyPair ecdsa(ASN1ObjectIdentifier curve) throws PGPException {
    ECKeyPairGenerator generator = new ECKeyPairGenerator();
    generator.init(
        new ECKeyGenerationParameters(
            new ECNamedDomainParameters(curve, CustomNamedCurves.getByOID(curve)),
            new SecureRandom()));
    return pair(PublicKeyAlgorithmTags.ECDSA, generator);
  }

  private static PGPKeyPair pair(int algorithm, AsymmetricCipherKeyPairGenerator generator)
      throws PGPException {
    AsymmetricCipherKeyPair keys = generator.generateKeyPair();
    return new BcPGPKeyPair(4, algorithm, keys, Date.from(CREATED));
  }

  TestKey certified(String identity, Consumer<Sig> shape) throws PGPException {
    Sig sig = new Sig(PGPSignature.POSITIVE_CERTIFICATION, pair);
    sig.subpackets.setKeyFlags(true, CERTIFY | SIGN);
    shape.accept(sig);
    primary =
        PGPPublicKey.addCertification(
            primary, identity, sig.generator().generateCertification(identity, primary));
    return this;
  }

  TestKey revoked() throws PGPException {
    Sig sig = new Sig(PGPSignature.KEY_REVOCATION, pair);
    primary =
        PGPPublicKey.addCertification(primary, sig.generator().generateCertification(primary));
    return this;
  }

  TestKey identityRevoked(String identity) throws PGPException {
    Sig sig = new Sig(PGPSignature.CERTIFICATION_REVOCATION, pair);
    sig.created = CREATED.plusSeconds(1000);
    primary =
        PGPPublicKey.addCertification(
            primary, identity, sig.generator().generateCertification(identity, primary));
    return this;
  }

  /** Adds a subkey; {@code shape} changes its binding before it is signed. */
  TestKey withSubkey(PGPKeyPair subkey, boolean isCrossCertified, Consumer<Sig> shape)
      throws PGPException, IOException {
    PGPKeyPair sub = subkey.asSubkey(new BcKeyFingerprintCalculator());
    Sig binding = new Sig(PGPSignature.SUBKEY_BINDING, pair);
    binding.subpackets.setKeyFlags(true, SIGN);
    if (isCrossCertified) {
      Sig consent = new Sig(PGPSignature.PRIMARYKEY_BINDING, sub);
      binding.subpackets.addEmbeddedSignature(
          false, consent.generator().generateCertification(primary, sub.getPublicKey()));
    }
    shape.accept(binding);
    subkeys.add(
        PGPPublicKey.addCertification(
            sub.getPublicKey(),
            binding.generator().generateCertification(primary, sub.getPublicKey())));
    return this;
  }

  TestKey subkeyRevoked() throws PGPException {
    PGPPublicKey sub = subkeys.remove(0);
    Sig sig = new Sig(PGPSignature.SUBKEY_REVOCATION, pair);
    subkeys.add(
        PGPPublicKey.addCertification(sub, sig.generator().generateCertification(primary, sub)));
    return this;
  }

  PGPKeyPair pair() {
    return pair;
  }

  String fingerprint() {
    return Hex.toHexString(primary.getFingerprint());
  }

  byte[] encoded() throws IOException {
    List<PGPPublicKey> keys = new ArrayList<>();
    keys.add(primary);
    keys.addAll(subkeys);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new PGPPublicKeyRing(keys).encode(bytes);
    return bytes.toByteArray();
  }

  byte[] armoured() throws IOException {
    return Armour.close(encoded());
  }

  /** An ordinary signature of {@code content}. */
  byte[] sign(byte[] content) throws PGPException, IOException {
    return sign(content, sig -> {});
  }

  byte[] sign(byte[] content, Consumer<Sig> shape) throws PGPException, IOException {
    return signWith(pair, content, shape).getEncoded();
  }

  static PGPSignature signWith(PGPKeyPair pair, byte[] content, Consumer<Sig> shape)
      throws PGPException {
    Sig sig = new Sig(PGPSignature.BINARY_DOCUMENT, pair);
    sig.created = CREATED.plusSeconds(3600);
    shape.accept(sig);
    PGPSignatureGenerator generator = sig.generator();
    generator.update(content);
    return generator.generate();
  }

  /** A signature in the making; tests change its parts. */
  static final class Sig {
    private final PGPKeyPair maker;
    final PGPSignatureSubpacketGenerator subpackets = new PGPSignatureSubpacketGenerator();
    int type;
    int hash = HashAlgorithmTags.SHA256;
    Instant created = CREATED;
    boolean namesMaker = true;

    Sig(int type, PGPKeyPair maker) {
      this.type = type;
      this.maker = maker;
    }

    PGPSignatureGenerator generator() throws PGPException {
      PGPSignatureGenerator generator =
          new PGPSignatureGenerator(
              new BcPGPContentSignerBuilder(maker.getPublicKey().getAlgorithm(), hash),
              maker.getPublicKey());
      generator.init(type, maker.getPrivateKey());
      subpackets.setSignatureCreationTime(true, Date.from(created));
      if (namesMaker) {
        subpackets.setIssuerFingerprint(false, maker.getPublicKey());
        subpackets.setIssuerKeyID(false, maker.getKeyID());
      }
      generator.setHashedSubpackets(subpackets.generate());
      return generator;
    }
  }
}
