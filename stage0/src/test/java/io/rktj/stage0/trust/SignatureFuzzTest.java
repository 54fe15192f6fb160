// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.spec.AcIdentifier;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged signatures and keys: refused, or harmless damage. Never does one vouch for another image,
 * and never does anything but a refusal come out.
 */
class SignatureFuzzTest {
  private static final long SEED = Long.getLong("fuzz.seed", 20261123L);
  private static final long NANOS = Long.getLong("fuzz.millis", 1_000) * 1_000_000;
  private static final AcIdentifier NAME = AcIdentifier.parse("example.com/app");
  private static final byte[] IMAGE = "the compressed bytes of an image\n".getBytes(UTF_8);
  private static final byte[] OTHER = "the compressed bytes of an imagf\n".getBytes(UTF_8);
  private static final Instant NOW = TestKey.CREATED.plus(Duration.ofDays(30));

  @TempDir private Path config;

  private static byte[] damage(byte[] good, Random random) {
    byte[] bad = good.clone();
    for (int i = random.nextInt(3); i >= 0; i--) {
      int at = random.nextInt(bad.length);
      bad[at] =
          random.nextBoolean()
              ? (byte) random.nextInt()
              : (byte) (bad[at] ^ 1 << random.nextInt(8));
    }
    return random.nextInt(8) == 0 ? Arrays.copyOf(bad, random.nextInt(bad.length)) : bad;
  }

  private static boolean accepts(ImageVerifier verifier, byte[] signature, byte[] image) {
    try {
      PendingVerification pending = verifier.begin(signature);
      pending.update(image, 0, image.length);
      pending.finish(NAME);
      return true;
    } catch (UntrustedImageException e) {
      return false;
    }
  }

  @Test
  void damagedSignatureNeverVouchesForAnotherImage() throws Exception {
    KeyStore store = new KeyStore(config.resolve("system"), config.resolve("local"));
    TestKey key = TestKey.ofEd25519();
    for (OfferedKey offered : OfferedKey.parse(key.armoured())) {
      store.add(new KeyScope("example.com/app"), offered);
    }
    ImageVerifier verifier = new ImageVerifier(store, Clock.fixed(NOW, ZoneOffset.UTC));
    byte[] good = key.sign(IMAGE, sig -> {});
    assertThat(accepts(verifier, good, IMAGE)).isTrue();
    Random random = new Random(SEED);
    long end = System.nanoTime() + NANOS;
    for (int round = 0; System.nanoTime() - end < 0; round++) {
      byte[] bad = damage(good, random);
      try {
        accepts(verifier, bad, IMAGE);
        assertThat(accepts(verifier, bad, OTHER)).isFalse();
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + SEED + ", round " + round, e);
      }
    }
  }

  @Test
  void damagedKeyIsReadOrRefused() throws Exception {
    byte[] good = TestKey.ofEd25519().armoured();
    Random random = new Random(SEED);
    long end = System.nanoTime() + NANOS;
    for (int round = 0; System.nanoTime() - end < 0; round++) {
      try {
        OfferedKey.parse(damage(good, random));
      } catch (UntrustedImageException refused) {
        assertThat(refused.getMessage()).isNotEmpty();
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + SEED + ", round " + round, e);
      }
    }
  }
}
