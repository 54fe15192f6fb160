// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.spec.AcIdentifier;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.SignatureSubpacket;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPSignature;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The families sig-*, key-* and pfx-* of security.md section 1c. */
class ImageVerifierTest {
  private static final AcIdentifier NAME = AcIdentifier.parse("example.com/app");
  private static final byte[] IMAGE = "the compressed bytes of an image\n".getBytes(UTF_8);
  private static final Instant NOW = TestKey.CREATED.plus(Duration.ofDays(30));

  @TempDir private Path config;
  private KeyStore store = new KeyStore(Path.of("/nonexistent"), Path.of("/nonexistent"));

  @BeforeEach
  void opensStore() {
    store = new KeyStore(config.resolve("system"), config.resolve("local"));
  }

  private void trust(TestKey key, String prefix) throws Exception {
    KeyScope scope = prefix.isEmpty() ? KeyScope.ROOT : new KeyScope(prefix);
    for (OfferedKey offered : OfferedKey.parse(key.armoured())) {
      store.add(scope, offered);
    }
  }

  private Trust verify(byte[] signature) {
    return verify(signature, IMAGE);
  }

  private Trust verify(byte[] signature, byte[] image) {
    ImageVerifier verifier = new ImageVerifier(store, Clock.fixed(NOW, ZoneOffset.UTC));
    PendingVerification pending = verifier.begin(signature);
    int half = image.length / 2;
    pending.update(image, 0, half);
    pending.update(image, half, image.length - half);
    return pending.finish(NAME);
  }

  private void refuses(byte[] signature, String reason) {
    assertThatThrownBy(() -> verify(signature))
        .isInstanceOf(UntrustedImageException.class)
        .hasMessageContaining(reason);
  }

  private void refusesSignature(Consumer<TestKey.Sig> shape, String reason) throws Exception {
    TestKey key = TestKey.ofEd25519();
    trust(key, "example.com/app");
    refuses(key.sign(IMAGE, shape), reason);
  }

  private void refusesKey(TestKey key, String reason) throws Exception {
    trust(key, "example.com/app");
    refuses(key.sign(IMAGE), reason);
  }

  @Test
  void acceptsEd25519AndNamesKeyPrefixAndIdentity() throws Exception {
    TestKey key = TestKey.ofEd25519();
    trust(key, "example.com");

    assertThat(verify(key.sign(IMAGE)))
        .isEqualTo(new Trust.SignedBy(key.fingerprint(), "example.com", "Test <test@example.com>"));
  }

  @Test
  void acceptsRsaAndEcdsaAndEveryStrongDigest() throws Exception {
    TestKey rsa = TestKey.ofRsa(2048);
    TestKey ec = TestKey.ofEcdsa();
    trust(rsa, "");
    trust(ec, "");

    for (int hash :
        new int[] {
          HashAlgorithmTags.SHA256,
          HashAlgorithmTags.SHA384,
          HashAlgorithmTags.SHA512,
          HashAlgorithmTags.SHA3_256,
          HashAlgorithmTags.SHA3_512
        }) {
      assertThat(verify(rsa.sign(IMAGE, sig -> sig.hash = hash)))
          .isEqualTo(new Trust.SignedBy(rsa.fingerprint(), "", "RSA <rsa@example.com>"));
      assertThat(verify(ec.sign(IMAGE, sig -> sig.hash = hash)))
          .isEqualTo(new Trust.SignedBy(ec.fingerprint(), "", "EC <ec@example.com>"));
    }
  }

  @Test
  void acceptsTheOtherCurvesOfNist() throws Exception {
    for (ASN1ObjectIdentifier curve :
        List.of(SECObjectIdentifiers.secp384r1, SECObjectIdentifiers.secp521r1)) {
      TestKey key = TestKey.of(TestKey.ecdsa(curve)).certified("EC", self -> {});
      trust(key, "");

      assertThat(verify(key.sign(IMAGE, sig -> sig.hash = HashAlgorithmTags.SHA512)))
          .isInstanceOf(Trust.SignedBy.class);
    }
  }

  @Test
  void acceptsArmouredSignatures() throws Exception {
    TestKey key = TestKey.ofEd25519();
    trust(key, "example.com/app");

    assertThat(verify(armoured(key.sign(IMAGE)))).isInstanceOf(Trust.SignedBy.class);
  }

  @Test
  void refusesOtherBytes() throws Exception {
    TestKey key = TestKey.ofRsa(2048);
    trust(key, "example.com/app");
    byte[] changed = IMAGE.clone();
    changed[3] ^= 1;

    assertThatThrownBy(() -> verify(key.sign(IMAGE), changed))
        .hasMessageContaining("signature does not match the image");
  }

  @Test
  void refusesUnknownKey() throws Exception {
    TestKey key = TestKey.ofEd25519();

    refuses(key.sign(IMAGE), "openpgp: signature made by unknown entity (key " + key.fingerprint());
  }

  @Test
  void refusesKeyOfAnotherPrefixAndNamesIt() throws Exception {
    TestKey key = TestKey.ofEd25519();
    trust(key, "example.com/other");

    refuses(key.sign(IMAGE), "the key is trusted for prefix \"example.com/other\", not for");
  }

  @Test
  void comparesPrefixesByComponents() throws Exception {
    TestKey key = TestKey.ofEd25519();
    trust(key, "example.com/ap");

    refuses(key.sign(IMAGE), "unknown entity");
  }

  @Test
  void refusesEarlyByTheSigner() throws Exception {
    TestKey known = TestKey.ofEd25519();
    TestKey unknown = TestKey.ofEd25519();
    trust(known, "example.com");
    ImageVerifier verifier = new ImageVerifier(store, Clock.fixed(NOW, ZoneOffset.UTC));

    verifier.checkSigner(known.sign(IMAGE), NAME);
    assertThatThrownBy(() -> verifier.checkSigner(unknown.sign(IMAGE), NAME))
        .isInstanceOfSatisfying(
            UntrustedImageException.class,
            e -> assertThat(e.hint().orElse("")).contains("rkt trust --prefix \"example.com/app\""))
        .hasMessageContaining("openpgp: signature made by unknown entity");
  }

  @Test
  void verifiesSignaturesThatComeAfterTheImage() throws Exception {
    TestKey key = TestKey.ofEd25519();
    trust(key, "example.com");
    byte[] signature = key.sign(IMAGE, sig -> sig.hash = HashAlgorithmTags.SHA384);
    PendingVerification pending =
        new ImageVerifier(store, Clock.fixed(NOW, ZoneOffset.UTC)).beginDeferred(() -> signature);

    pending.update(IMAGE, 0, IMAGE.length);

    assertThat(pending.finish(NAME)).isInstanceOf(Trust.SignedBy.class);
  }

  @Test
  void recordsWaivedVerification() {
    PendingVerification pending = ImageVerifier.waive(WaivedOption.INSECURE_IMAGE);

    assertThat(pending.finish(NAME)).isEqualTo(new Trust.Waived(WaivedOption.INSECURE_IMAGE));
  }

  @Test
  void refusesWeakDigests() throws Exception {
    refusesSignature(sig -> sig.hash = HashAlgorithmTags.SHA1, "digest SHA-1");
    refusesSignature(sig -> sig.hash = HashAlgorithmTags.MD5, "digest MD5");
    refusesSignature(sig -> sig.hash = HashAlgorithmTags.SHA224, "digest SHA-224");
    refusesSignature(sig -> sig.hash = HashAlgorithmTags.RIPEMD160, "digest RIPEMD-160");
  }

  @Test
  void refusesOtherTypesThanOfAFile() throws Exception {
    refusesSignature(sig -> sig.type = PGPSignature.CANONICAL_TEXT_DOCUMENT, "text mode");
    refusesSignature(sig -> sig.type = PGPSignature.STAND_ALONE, "signature of type 2");
    refusesSignature(sig -> sig.type = PGPSignature.TIMESTAMP, "signature of type 64");
  }

  @Test
  void refusesTimesThatAreOver() throws Exception {
    refusesSignature(sig -> sig.subpackets.setSignatureExpirationTime(true, 60), "expired at");
    refusesSignature(
        sig -> sig.created = NOW.plus(Duration.ofHours(1)), "signature made in the future");
    refusesSignature(
        sig -> sig.created = TestKey.CREATED.minusSeconds(10), "signature is older than its key");
  }

  @Test
  void refusesSignaturesWithoutMaker() throws Exception {
    TestKey key = TestKey.ofEd25519();
    trust(key, "example.com/app");
    byte[] signature = key.sign(IMAGE, sig -> sig.namesMaker = false);
    // The library puts the key's id into the part that is not signed; change its type there.
    replace(signature, new byte[] {9, 16}, new byte[] {9, 101});

    refuses(signature, "signature that does not name its key");
  }

  @Test
  void refusesSignaturesWithoutTime() throws Exception {
    TestKey key = TestKey.ofEd25519();
    trust(key, "example.com/app");
    byte[] signature = key.sign(IMAGE);
    replace(signature, new byte[] {5, (byte) 0x82}, new byte[] {5, 101});

    refuses(signature, "signature without a creation time");
  }

  private static void replace(byte[] bytes, byte[] old, byte[] fresh) {
    for (int i = 0; i + 1 < bytes.length; i++) {
      if (bytes[i] == old[0] && bytes[i + 1] == old[1]) {
        bytes[i] = fresh[0];
        bytes[i + 1] = fresh[1];
        return;
      }
    }
    throw new AssertionError("not found");
  }

  @Test
  void refusesUnknownCriticalSubpackets() throws Exception {
    refusesSignature(
        sig -> sig.subpackets.addCustomSubpacket(new CustomSubpacket(101, true)),
        "unknown critical subpacket 101");
    refusesSignature(
        sig -> sig.subpackets.addNotationData(true, true, "a@example.com", "b"),
        "unknown critical subpacket 20");
  }

  @Test
  void ignoresUnknownSubpacketsThatAreNotCritical() throws Exception {
    TestKey key = TestKey.ofEd25519();
    trust(key, "example.com/app");

    assertThat(
            verify(
                key.sign(
                    IMAGE,
                    sig -> sig.subpackets.addCustomSubpacket(new CustomSubpacket(101, false)))))
        .isInstanceOf(Trust.SignedBy.class);
  }

  @Test
  void acceptsOneGoodSignatureAmongSeveral() throws Exception {
    TestKey good = TestKey.ofEd25519();
    TestKey stranger = TestKey.ofEd25519();
    trust(good, "example.com/app");

    byte[] several =
        joined(
            stranger.sign(IMAGE),
            good.sign("other".getBytes(UTF_8)),
            good.sign(IMAGE, sig -> sig.hash = HashAlgorithmTags.SHA1),
            good.sign(IMAGE, sig -> sig.hash = HashAlgorithmTags.SHA512));

    assertThat(verify(several)).isInstanceOf(Trust.SignedBy.class);
    assertThat(verify(joined(armoured(stranger.sign(IMAGE)), armoured(good.sign(IMAGE)))))
        .isInstanceOf(Trust.SignedBy.class);
  }

  @Test
  void refusesMoreThanSixteenSignatures() throws Exception {
    TestKey key = TestKey.ofEd25519();
    trust(key, "example.com/app");
    byte[][] seventeen = new byte[17][];
    Arrays.fill(seventeen, key.sign(IMAGE));

    refuses(joined(seventeen), "more than 16 packets");
    assertThat(verify(joined(Arrays.copyOf(seventeen, 16)))).isInstanceOf(Trust.SignedBy.class);
  }

  @Test
  void padsShortNumbersOnTheLeft() throws Exception {
    TestKey key = TestKey.ofRsa(2048);
    trust(key, "example.com/app");

    byte[] signature = key.sign(IMAGE);
    for (int i = 0; i < 4000 && !isShort(signature); i++) {
      Instant time = TestKey.CREATED.plusSeconds(i);
      signature = key.sign(IMAGE, sig -> sig.created = time);
    }

    assertThat(isShort(signature)).isTrue();
    assertThat(verify(signature)).isInstanceOf(Trust.SignedBy.class);
  }

  /** Whether the value of an RSA signature has a leading zero byte, left out in its encoding. */
  private static boolean isShort(byte[] signature) {
    int at = signature.length - 256;
    // An ordinary one ends with two bytes of length, 2041 bits or more, and 256 bytes.
    int bits = (signature[at - 2] & 0xff) << 8 | (signature[at - 1] & 0xff);
    return bits < 2041 || bits > 2048;
  }

  @Test
  void refusesForgedPadding() throws Exception {
    TestKey key = TestKey.ofRsa(2048);
    trust(key, "example.com/app");
    byte[] signature = key.sign(IMAGE);
    BigInteger value =
        new BigInteger(1, Arrays.copyOfRange(signature, signature.length - 256, signature.length));
    byte[] forged = value.add(BigInteger.ONE).toByteArray();
    System.arraycopy(forged, forged.length - 256, signature, signature.length - 256, 256);

    refuses(signature, "signature does not match the image");
  }

  @Test
  void refusesOldAndNewerVersions() throws Exception {
    TestKey key = TestKey.ofEd25519();
    trust(key, "example.com/app");
    for (byte version : new byte[] {2, 3, 5, 6}) {
      byte[] signature = key.sign(IMAGE);
      signature[2] = version;

      refuses(signature, "unsupported version " + version);
    }
  }

  @Test
  void refusesWhatIsNoDetachedSignature() throws Exception {
    TestKey key = TestKey.ofEd25519();
    trust(key, "example.com/app");
    byte[] clear =
        ("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n" + new String(IMAGE, UTF_8))
            .getBytes(UTF_8);

    refuses(joined(clear, armoured(key.sign(IMAGE))), "holds something else than PGP SIGNATURE");
    refuses(key.encoded(), "holds something else than signatures");
    refuses(key.armoured(), "holds something else than PGP SIGNATURE");
    refuses(new byte[0], "the signature file is empty");
    refuses("hello".getBytes(UTF_8), "no armoured PGP SIGNATURE");
    refuses(Arrays.copyOf(key.sign(IMAGE), 40), "cut short");
  }

  @Test
  void refusesExpiredKey() throws Exception {
    refusesKey(
        TestKey.of(TestKey.ed25519())
            .certified("A", self -> self.subpackets.setKeyExpirationTime(true, 86400)),
        "expired key");
  }

  @Test
  void heedsTheNewestSelfSignature() throws Exception {
    TestKey key =
        TestKey.of(TestKey.ed25519())
            .certified("A", self -> self.subpackets.setKeyExpirationTime(true, 86400))
            .certified("A", self -> self.created = TestKey.CREATED.plusSeconds(100));
    trust(key, "example.com/app");

    assertThat(verify(key.sign(IMAGE))).isInstanceOf(Trust.SignedBy.class);
  }

  @Test
  void refusesRevokedKey() throws Exception {
    refusesKey(TestKey.ofEd25519().revoked(), "revoked key");
  }

  @Test
  void refusesKeyWithoutSelfSignature() throws Exception {
    refusesKey(TestKey.of(TestKey.ed25519()), "key without a valid self-signature");
    refusesKey(
        TestKey.ofEd25519().identityRevoked("Test <test@example.com>"),
        "key without a valid self-signature");
    refusesKey(
        TestKey.of(TestKey.ed25519()).certified("A", self -> self.hash = HashAlgorithmTags.MD5),
        "key without a valid self-signature");
    refusesKey(
        TestKey.of(TestKey.ed25519())
            .certified(
                "A", self -> self.subpackets.addCustomSubpacket(new CustomSubpacket(101, true))),
        "key without a valid self-signature");
  }

  @Test
  void refusesWeakKeys() throws Exception {
    refusesKey(TestKey.ofRsa(1024), "RSA key of 1024 bits");
    refusesKey(
        TestKey.of(TestKey.ecdsa(SECObjectIdentifiers.secp256k1)).certified("A", self -> {}),
        "unsupported curve");
  }

  @Test
  void refusesKeyThatMayNotSign() throws Exception {
    refusesKey(
        TestKey.of(TestKey.ed25519())
            .certified("A", self -> self.subpackets.setKeyFlags(true, TestKey.CERTIFY)),
        "key that may not be used for signing");
  }

  @Test
  void acceptsSigningSubkey() throws Exception {
    PGPKeyPair sub = TestKey.ed25519();
    TestKey key = TestKey.ofEd25519().withSubkey(sub, true, binding -> {});
    trust(key, "example.com/app");

    assertThat(verify(subkeySignature(sub)))
        .isEqualTo(
            new Trust.SignedBy(key.fingerprint(), "example.com/app", "Test <test@example.com>"));
  }

  @Test
  void refusesFaultySubkeys() throws Exception {
    refusesSubkey(false, binding -> {}, "signing subkey without cross-certification");
    refusesSubkey(
        true, binding -> binding.subpackets.setKeyFlags(true, 0x0c), "subkey that may not be used");
    refusesSubkey(
        true, binding -> binding.subpackets.setKeyExpirationTime(true, 86400), "expired subkey");
    refusesSubkey(
        true, binding -> binding.hash = HashAlgorithmTags.MD5, "subkey that is not bound");
  }

  private void refusesSubkey(boolean isCrossCertified, Consumer<TestKey.Sig> shape, String reason)
      throws Exception {
    PGPKeyPair sub = TestKey.ed25519();
    trust(TestKey.ofEd25519().withSubkey(sub, isCrossCertified, shape), "example.com/app");
    refuses(subkeySignature(sub), reason);
  }

  @Test
  void refusesRevokedSubkeyAndSubkeyOfRevokedKey() throws Exception {
    PGPKeyPair sub = TestKey.ed25519();
    trust(
        TestKey.ofEd25519().withSubkey(sub, true, binding -> {}).subkeyRevoked(),
        "example.com/app");
    refuses(subkeySignature(sub), "revoked subkey");

    PGPKeyPair other = TestKey.ed25519();
    trust(TestKey.ofEd25519().withSubkey(other, true, binding -> {}).revoked(), "example.com/app");
    refuses(subkeySignature(other), "revoked key");
  }

  @Test
  void onlyRefusesWhateverBytesCome() throws Exception {
    TestKey key = TestKey.ofEd25519();
    trust(key, "example.com/app");
    byte[][] seeds = {key.sign(IMAGE), armoured(key.sign(IMAGE)), TestKey.ofRsa(2048).sign(IMAGE)};
    Random random = new Random(20261123);
    long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
    int accepted = 0;
    int rounds = 0;
    while (System.nanoTime() < end) {
      byte[] mutant = seeds[random.nextInt(seeds.length)].clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
      }
      rounds++;
      try {
        verify(Arrays.copyOf(mutant, 1 + random.nextInt(mutant.length + 8)), IMAGE);
        accepted++;
      } catch (UntrustedImageException e) {
        assertThat(e).hasMessageNotContaining("Exception");
      }
    }
    assertThat(rounds).isPositive();
    assertThat(accepted).isLessThan(rounds);
  }

  private static byte[] subkeySignature(PGPKeyPair sub) throws Exception {
    return TestKey.signWith(sub, IMAGE, sig -> {}).getEncoded();
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }

  /** The armour of signatures follows from the type of the first packet. */
  private static byte[] armoured(byte[] signature) {
    return Armour.close(signature);
  }

  private static final class CustomSubpacket extends SignatureSubpacket {
    CustomSubpacket(int type, boolean isCritical) {
      super(type, isCritical, false, new byte[] {1});
    }
  }
}
