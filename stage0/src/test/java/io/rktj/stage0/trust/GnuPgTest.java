// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.spec.AcIdentifier;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys and signatures that GnuPG 2.2.40 made on 2026-11-23, the keys valid for one year. */
class GnuPgTest {
  private static final AcIdentifier NAME = AcIdentifier.parse("example.com/app");

  private final KeyStore store;

  GnuPgTest(@TempDir Path directory) {
    store = new KeyStore(directory.resolve("system"), directory.resolve("local"));
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream stream =
        Objects.requireNonNull(GnuPgTest.class.getResourceAsStream("gnupg/" + name))) {
      return stream.readAllBytes();
    }
  }

  private Trust verify(String signature, String day) throws IOException {
    Clock clock = Clock.fixed(Instant.parse(day + "T00:00:00Z"), ZoneOffset.UTC);
    PendingVerification pending = new ImageVerifier(store, clock).begin(resource(signature));
    byte[] image = resource("image");
    pending.update(image, 0, image.length);
    return pending.finish(NAME);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rsa", "ed", "ec", "sub"})
  void verifiesItsSignaturesAsLongAsTheKeyIsValid(String kind) throws IOException {
    OfferedKey key = OfferedKey.parse(resource(kind + ".key")).get(0);
    store.add(KeyScope.ROOT, key);

    assertThat(verify(kind + ".asc", "2026-12-01"))
        .isEqualTo(new Trust.SignedBy(key.fingerprint(), "", kind + " <" + kind + "@example.com>"));
    assertThatThrownBy(() -> verify(kind + ".asc", "2027-12-01"))
        .hasMessageContaining("expired key");
    assertThatThrownBy(() -> verify(kind + ".asc", "2026-11-01"))
        .hasMessageContaining("in the future");
  }

  @ParameterizedTest
  @CsvSource({
    "text.asc, text mode",
    "sha1.asc, digest SHA-1",
    "clear.asc, something else than PGP SIGNATURE",
    "inline.asc, something else than PGP SIGNATURE",
    "rsa.key, something else than PGP SIGNATURE",
    "ec.asc, made by unknown entity",
  })
  void refusesItsOtherOutput(String file, String reason) throws IOException {
    store.add(KeyScope.ROOT, OfferedKey.parse(resource("rsa.key")).get(0));

    assertThatThrownBy(() -> verify(file, "2026-12-01"))
        .isInstanceOf(UntrustedImageException.class)
        .hasMessageContaining(reason);
  }
}
