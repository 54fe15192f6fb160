// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.DiscoveryServer;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktResult;
import io.rktj.tests.kit.SigningKey;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code rkt trust}, row by row of {@code spec/rkt-cli.md} sections 4.5 and 9. */
class TrustCommandIT {
  @TempDir Path temp;
  private RktRunner rkt;

  @BeforeEach
  void open() {
    rkt = RktRunner.in(temp);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "trust /none | trust: aborting due to implicit unbounded trust (root domain)",
        "trust --root --prefix=a /none | trust: --root and --prefix usage mutually exclusive",
        "trust --prefix=https://a /none | trust: --prefix must not contain a URL scheme, omit"
            + " https://",
        "trust --root | empty prefix",
        "trust --prefix=a --insecure-options=image /none | could not get the keystore",
        "trust --prefix=a /none | /none: no such file or directory",
        "trust --prefix=a http://127.0.0.1:1/key | --insecure-allow-http required for http URLs",
      })
  @Covers({"cli-4.5-scope", "cli-4.5-waived", "cli-4.5-http"})
  void wrongUseIsRefused(String words, String message) {
    rkt.run(words.split(" ", -1)).exits(254).isTidy().stderrHas(message);
    assertThat(Rkt.filesBelow(rkt.localConfig())).isEmpty();
  }

  @Test
  @Covers("cli-4.5-scope")
  void withoutAnythingTheUsageIsShown() {
    assertThat(rkt.run("trust").exits(254).stdout()).contains("USAGE:\n\trkt trust ");
  }

  @Test
  @Covers({"cli-4.5-places", "cli-9-root", "cli-8-signature"})
  void rootKeyFromAFileCountsForEveryName() throws IOException {
    SigningKey key = SigningKey.of("Root <root@example.com>");
    Path file = Files.write(temp.resolve("key"), key.publicKey());
    RktResult result =
        rkt.run("trust", "--root", "--skip-fingerprint-review", file.toString()).exits(0);
    Path stored = rkt.localConfig().resolve("trustedkeys/root.d/" + key.fingerprint());
    assertThat(result.stdout() + result.stderr())
        .contains("Trusting \"" + file + "\" for prefix \"\" without fingerprint review.")
        .contains("Added root key at \"" + stored + "\"");
    assertThat(stored).exists();

    Path aci = TestImage.named("any.example/name").write(temp.resolve("images"));
    key.signBeside(aci);
    rkt.run("fetch", aci.toString()).exits(0).stderrHas("signature verified:");
    Path elsewhere = temp.resolve("elsewhere.asc");
    Files.move(Path.of(aci + ".asc"), elsewhere);
    rkt.run("fetch", aci.toString())
        .exits(254)
        .stderrHas("error opening signature file: open " + aci + ".asc: no such file");
    rkt.run("fetch", aci.toString(), "--signature=" + elsewhere).exits(0);
  }

  @Test
  @Covers("cli-4.5-http")
  void keyByPlainHttpIsTakenWhereAllowed() {
    SigningKey key = SigningKey.of("Plain <plain@example.com>");
    try (DiscoveryServer server = DiscoveryServer.http(temp)) {
      server.on("/key", DiscoveryServer.bytes(200, Map.of(), key.publicKey()));
      String url = "http://127.0.0.1:" + server.port() + "/key";
      rkt.run("trust", "--prefix=a.example/b", "--skip-fingerprint-review", url).exits(254);
      assertThat(server.requests()).isEmpty();
      rkt.run(
              "trust",
              "--prefix=a.example/b",
              "--insecure-allow-http",
              "--skip-fingerprint-review",
              url)
          .exits(0);
    }
    assertThat(rkt.localConfig().resolve("trustedkeys/prefix.d/a.example/b/" + key.fingerprint()))
        .exists();
  }
}
