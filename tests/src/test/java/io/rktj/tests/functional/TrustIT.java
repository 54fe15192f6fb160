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
import java.util.List;
import java.util.Map;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Discovery, fetching and trust with the installed command, a real HTTPS server and real
 * signatures. Whatever is refused leaves nothing of the image behind.
 */
class TrustIT {
  private static final String HOST = ImageHost.HOST;
  private static final String NAME = ImageHost.NAME;

  @TempDir static Path shared;
  static SigningKey key;
  static SigningKey other;
  static DiscoveryServer server;

  @TempDir Path temp;
  ImageHost host;
  RktRunner rkt;
  Path aci;

  @BeforeAll
  static void startServer() {
    key = SigningKey.of("Team <team@example.com>");
    other = SigningKey.of("Other <other@example.com>");
    server = DiscoveryServer.https(shared, List.of(HOST));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void publishGoodImage() throws IOException {
    host = new ImageHost(server, temp, key);
    rkt = host.rkt();
    aci = host.aci();
  }

  @Test
  @Covers("cli-8-signature")
  void signedImageIsDiscoveredVerifiedAndStored() throws IOException {
    host.trust(key, HOST);
    RktResult result = host.fetch().exits(0);
    assertThat(result.stdout()).matches("sha512-[0-9a-f]{32}\n");
    result.stderrHas("signature verified:");
    result.stderrHas("Team <team@example.com>");
    assertThat(rkt.run("image", "list").exits(0).stdout()).contains(NAME + ":1.0");
  }

  @Test
  @Covers("cli-4.5-discovery")
  void discoveredKeyIsTrustedForItsPrefixWithoutAFile() throws IOException {
    RktResult result = rkt.run("trust", "--prefix=" + HOST, "--skip-fingerprint-review").exits(0);
    assertThat(result.stdout()).contains("Added key for prefix \"" + HOST + "\" at \"");
    assertThat(rkt.localConfig().resolve("trustedkeys/prefix.d/" + HOST + "/" + key.fingerprint()))
        .exists();
    host.fetch().exits(0);
  }

  @Test
  @Covers("cli-1.3-trust-https")
  void discoveredKeyIsTakenUnaskedWhereAFlagSaysSo() throws IOException {
    host.fetch("--trust-keys-from-https").exits(0).stderrHas("signature verified:");
    assertThat(rkt.localConfig().resolve("trustedkeys/prefix.d")).isDirectory();
  }

  @Test
  @Covers("cli-4.5-no-terminal")
  void reviewNeedsATerminal() {
    rkt.run("trust", "--prefix=" + HOST)
        .exits(254)
        .stderrHas("unable to ask user to review fingerprint due to lack of tty");
  }

  @Test
  void nothingIsTrustedAtFirst() {
    host.refused(host.fetch(), "signature");
  }

  @Test
  @Covers("sec-1c-this-file")
  void changedByteIsRefused() throws IOException {
    host.trust(key, HOST);
    byte[] bytes = Files.readAllBytes(aci);
    byte[] signature = key.sign(aci);
    bytes[bytes.length / 2] ^= 1;
    host.publish(bytes, signature);
    host.refused(host.fetch());
  }

  @Test
  void appendedByteIsRefused() throws IOException {
    host.trust(key, HOST);
    byte[] bytes = Files.readAllBytes(aci);
    byte[] longer = java.util.Arrays.copyOf(bytes, bytes.length + 1);
    host.publish(longer, key.sign(aci));
    host.refused(host.fetch());
  }

  @Test
  void wrongKeyIsRefused() throws IOException {
    host.trust(key, HOST);
    host.publish(Files.readAllBytes(aci), other.sign(aci));
    host.refused(host.fetch(), "signature made by unknown entity");
  }

  @Test
  @Covers({"cli-8-signature", "sec-1c-absent"})
  void missingSignatureIsRefused() throws IOException {
    host.trust(key, HOST);
    server.on(ImageHost.target("aci.asc"), DiscoveryServer.bytes(404, Map.of(), new byte[0]));
    host.refused(host.fetch(), "404");
  }

  @Test
  @Covers("sec-1c-absent")
  void emptySignatureIsRefused() throws IOException {
    host.trust(key, HOST);
    server.on(
        ImageHost.target("aci.asc"),
        DiscoveryServer.bytes(
            200, Map.of(), "\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
    host.refused(host.fetch(), "signature");
  }

  @Test
  @Covers("sec-1c-this-file")
  void signatureOfAnotherFileIsRefused() throws IOException {
    host.trust(key, HOST);
    Path another = TestImage.named(NAME).version("2.0").write(temp.resolve("images"));
    host.publish(Files.readAllBytes(aci), key.sign(another));
    host.refused(host.fetch(), "signature");
  }

  @Test
  @Covers("sec-1c-times")
  void expiredKeyIsRefused() throws IOException {
    SigningKey expired = SigningKey.expired("Old <old@example.com>");
    host.trust(expired, HOST);
    host.publish(Files.readAllBytes(aci), expired.sign(aci));
    host.refused(host.fetch(), "expired");
  }

  @Test
  @Covers({"cli-9-prefix", "sec-1c-prefix"})
  void keyForAnotherPrefixIsRefused() throws IOException {
    host.trust(key, HOST + "/te");
    host.refused(host.fetch(), "prefix");
  }

  @Test
  @Covers("sec-1c-rsa")
  void weakKeyIsRefused() throws IOException {
    SigningKey weak = SigningKey.weak("Weak <weak@example.com>");
    host.trust(weak, HOST);
    host.publish(Files.readAllBytes(aci), weak.sign(aci));
    host.refused(host.fetch(), "1024");
  }

  @Test
  @Covers("sec-1c-digest")
  void weakDigestIsRefused() throws IOException {
    host.trust(key, HOST);
    host.publish(Files.readAllBytes(aci), key.sign(aci, HashAlgorithmTags.SHA1));
    host.refused(host.fetch(), "sha-1");
  }

  @Test
  @Covers("sec-1c-downgrade")
  void downgradeToPlainHttpIsRefused() throws IOException {
    host.trust(key, HOST);
    try (DiscoveryServer plain = DiscoveryServer.http(temp)) {
      plain.file(ImageHost.target("aci"), aci);
      server.redirect(
          ImageHost.target("aci"), "http://127.0.0.1:" + plain.port() + ImageHost.target("aci"));
      host.refused(host.fetch(), "http");
      assertThat(plain.requests()).isEmpty();
    }
  }

  @Test
  @Covers("sec-1c-templates")
  void templateOnAnotherHostIsRefused() throws IOException {
    host.trust(key, HOST);
    host.page("http://" + HOST + "/app-{version}-{os}-{arch}.{ext}");
    host.refused(host.fetch(), "http");
  }

  @Test
  @Covers({"cli-8-name", "sec-1c-request"})
  void otherNameInTheManifestIsRefused() throws IOException {
    host.trust(key, HOST);
    Path another =
        TestImage.named(HOST + "/team/evil").version("1.0").write(temp.resolve("images"));
    host.publish(Files.readAllBytes(another), key.sign(another));
    host.refused(host.fetch(), NAME);
  }

  @Test
  @Covers({"cli-8-name", "sec-1c-request"})
  void otherVersionInTheManifestIsRefusedEvenWithoutSignatures() throws IOException {
    Path another = TestImage.named(NAME).version("0.9").write(temp.resolve("images"));
    host.publish(Files.readAllBytes(another), key.sign(another));
    host.refused(
        host.fetch("--insecure-options=image"),
        "requested value for label \"version\": \"1.0\" differs from fetched aci label value: \"0.9\"");
  }

  @Test
  @Covers("sec-1c-absent")
  void imageStoredUnverifiedIsNotUsedWhereVerificationIsOn() {
    host.fetch("--insecure-options=image").exits(0);
    RktResult result = rkt.run("--pull-policy=never", "fetch", NAME + ":1.0");
    result.exits(254).isTidy();
  }

  @Test
  void unknownCertificateIsRefused() throws IOException {
    host.trust(key, HOST);
    Files.writeString(
        rkt.localConfig().resolve("fetch.d/discovery.json"),
        "{\"rktKind\":\"fetch\",\"rktVersion\":\"v1\",\"resolve\":{\""
            + HOST
            + ":443\":\"127.0.0.1:"
            + server.port()
            + "\"}}");
    host.refused(host.fetch());
  }

  @Test
  @Covers("cli-8-signature")
  void signatureOfALocalFileLiesBesideIt() throws IOException {
    host.trust(key, HOST);
    RktResult missing = rkt.run("fetch", aci.toString());
    missing.exits(254).stderrHas("error opening signature file");
    key.signBeside(aci);
    rkt.run("fetch", aci.toString()).exits(0);
  }

  @Test
  @Covers("cli-8-policy")
  void cachedImageIsNotAskedForAgain() throws IOException {
    host.trust(key, HOST);
    host.fetch().exits(0);
    int before = server.requests().size();
    rkt.run("--pull-policy=new", "fetch", NAME + ":1.0").exits(0);
    assertThat(server.requests()).hasSize(before);
  }

  @Test
  @Covers("cli-8-etag")
  void unchangedImageIsNotDownloadedAgain() throws IOException {
    host.trust(key, HOST);
    server.file(ImageHost.target("aci"), aci);
    host.fetch().exits(0);
    host.fetch().exits(0);
    long conditional =
        server.requests().stream()
            .filter(r -> r.target().equals(ImageHost.target("aci")))
            .filter(r -> r.headers().containsKey("If-none-match"))
            .count();
    assertThat(conditional).isPositive();
  }

  @Test
  @Covers("cli-8-concurrent")
  void eightFetchesAtOnceDownloadOnce() throws IOException {
    host.trust(key, HOST);
    long before =
        server.requests().stream().filter(r -> r.target().equals(ImageHost.target("aci"))).count();
    List<RktRunner.RktProcess> all = new java.util.ArrayList<>();
    for (int i = 0; i < 8; i++) {
      all.add(rkt.start("--pull-policy=new", "fetch", NAME + ":1.0"));
    }
    for (RktRunner.RktProcess one : all) {
      one.await(120).exits(0);
    }
    long after =
        server.requests().stream().filter(r -> r.target().equals(ImageHost.target("aci"))).count();
    assertThat(after - before).isEqualTo(1);
    assertThat(rkt.run("image", "list", "--no-legend").exits(0).stdout().lines()).hasSize(1);
  }

  @Test
  @Covers({"cli-5-auth", "sec-1c-credentials"})
  void credentialsGoOnlyToTheirHostAndOnlyOverHttps() throws IOException {
    host.trust(key, HOST);
    Files.createDirectories(rkt.localConfig().resolve("auth.d"));
    Files.writeString(
        rkt.localConfig().resolve("auth.d/a.json"),
        "{\"rktKind\":\"auth\",\"rktVersion\":\"v1\",\"domains\":[\""
            + HOST
            + "\"],\"type\":\"basic\",\"credentials\":{\"user\":\"u\",\"password\":\"secret-word\"}}");
    RktResult result = host.fetch("--debug").exits(0);
    assertThat(
            server.requests().stream()
                .filter(r -> r.target().equals(ImageHost.target("aci")))
                .map(r -> r.headers().getFirst("Authorization")))
        .contains("Basic dTpzZWNyZXQtd29yZA==");
    assertThat(
            server.requests().stream()
                .filter(r -> r.target().equals("/keys"))
                .map(r -> r.headers().getFirst("Authorization")))
        .containsOnlyNulls();
    assertThat(result.stderr()).doesNotContain("secret-word").doesNotContain("dTpzZWNyZXQtd29yZA");
  }
}
