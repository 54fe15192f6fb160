// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

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
  private static final String HOST = "images.example.com";
  private static final String NAME = HOST + "/team/app";

  @TempDir static Path shared;
  static SigningKey key;
  static SigningKey other;
  static DiscoveryServer server;

  @TempDir Path temp;
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
    rkt = RktRunner.in(temp);
    server.configure(rkt.localConfig(), List.of(HOST));
    aci = TestImage.named(NAME).version("1.0").write(temp.resolve("images"));
    page("https://" + HOST + "/app-{version}-{os}-{arch}.{ext}");
    publish(Files.readAllBytes(aci), key.sign(aci));
    server.on("/keys", DiscoveryServer.bytes(200, Map.of(), key.publicKey()));
  }

  private void page(String template) {
    server.page(
        "/team/app?ac-discovery=1",
        "<html><head><meta name=\"ac-discovery\" content=\""
            + NAME
            + " "
            + template
            + "\"><meta name=\"ac-discovery-pubkeys\" content=\""
            + HOST
            + " https://"
            + HOST
            + "/keys\"></head></html>");
    server.page(
        "/?ac-discovery=1",
        "<html><head><meta name=\"ac-discovery-pubkeys\" content=\""
            + HOST
            + " https://"
            + HOST
            + "/keys\"></head></html>");
  }

  private void publish(byte[] image, byte[] signature) {
    server.on(target("aci"), DiscoveryServer.bytes(200, Map.of(), image));
    server.on(target("aci.asc"), DiscoveryServer.bytes(200, Map.of(), signature));
  }

  private static String target(String extension) {
    String arch = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "amd64";
    return "/app-1.0-linux-" + arch + "." + extension;
  }

  private void trust(SigningKey trusted, String prefix) throws IOException {
    Path file = temp.resolve("key-" + trusted.fingerprint());
    Files.write(file, trusted.publicKey());
    rkt.run("trust", "--prefix=" + prefix, "--skip-fingerprint-review", file.toString()).exits(0);
  }

  private RktResult fetch(String... flags) {
    List<String> line = new java.util.ArrayList<>(List.of(flags));
    line.add("fetch");
    line.add(NAME + ":1.0");
    return rkt.run(line.toArray(new String[0]));
  }

  private void refused(RktResult result, String... reasons) {
    result.exits(254).isTidy();
    for (String reason : reasons) {
      assertThat(result.stderr().toLowerCase(java.util.Locale.ROOT))
          .as(result.toString())
          .contains(reason);
    }
    assertThat(rkt.run("image", "list", "--no-legend").exits(0).stdout()).isEmpty();
    assertThat(Rkt.filesBelow(rkt.data().resolve("cas/blob"))).isEmpty();
    assertThat(Rkt.filesBelow(rkt.data().resolve("cas/tree"))).isEmpty();
    assertThat(Rkt.filesBelow(rkt.data().resolve("cas/tmp"))).as("left in tmp").isEmpty();
  }

  @Test
  void signedImageIsDiscoveredVerifiedAndStored() throws IOException {
    trust(key, HOST);
    RktResult result = fetch().exits(0);
    assertThat(result.stdout()).matches("sha512-[0-9a-f]{32}\n");
    result.stderrHas("signature verified:");
    result.stderrHas("Team <team@example.com>");
    assertThat(rkt.run("image", "list").exits(0).stdout()).contains(NAME + ":1.0");
  }

  @Test
  void discoveredKeyIsTrustedForItsPrefixWithoutAFile() throws IOException {
    RktResult result = rkt.run("trust", "--prefix=" + HOST, "--skip-fingerprint-review").exits(0);
    assertThat(result.stdout()).contains("Added key for prefix \"" + HOST + "\" at \"");
    assertThat(rkt.localConfig().resolve("trustedkeys/prefix.d/" + HOST + "/" + key.fingerprint()))
        .exists();
    fetch().exits(0);
  }

  @Test
  void reviewNeedsATerminal() {
    rkt.run("trust", "--prefix=" + HOST)
        .exits(254)
        .stderrHas("unable to ask user to review fingerprint due to lack of tty");
  }

  @Test
  void nothingIsTrustedAtFirst() {
    refused(fetch(), "signature");
  }

  @Test
  void changedByteIsRefused() throws IOException {
    trust(key, HOST);
    byte[] bytes = Files.readAllBytes(aci);
    byte[] signature = key.sign(aci);
    bytes[bytes.length / 2] ^= 1;
    publish(bytes, signature);
    refused(fetch());
  }

  @Test
  void appendedByteIsRefused() throws IOException {
    trust(key, HOST);
    byte[] bytes = Files.readAllBytes(aci);
    byte[] longer = java.util.Arrays.copyOf(bytes, bytes.length + 1);
    publish(longer, key.sign(aci));
    refused(fetch());
  }

  @Test
  void wrongKeyIsRefused() throws IOException {
    trust(key, HOST);
    publish(Files.readAllBytes(aci), other.sign(aci));
    refused(fetch(), "signature made by unknown entity");
  }

  @Test
  void missingSignatureIsRefused() throws IOException {
    trust(key, HOST);
    server.on(target("aci.asc"), DiscoveryServer.bytes(404, Map.of(), new byte[0]));
    refused(fetch(), "404");
  }

  @Test
  void emptySignatureIsRefused() throws IOException {
    trust(key, HOST);
    server.on(
        target("aci.asc"),
        DiscoveryServer.bytes(
            200, Map.of(), "\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
    refused(fetch(), "signature");
  }

  @Test
  void signatureOfAnotherFileIsRefused() throws IOException {
    trust(key, HOST);
    Path another = TestImage.named(NAME).version("2.0").write(temp.resolve("images"));
    publish(Files.readAllBytes(aci), key.sign(another));
    refused(fetch(), "signature");
  }

  @Test
  void expiredKeyIsRefused() throws IOException {
    SigningKey expired = SigningKey.expired("Old <old@example.com>");
    trust(expired, HOST);
    publish(Files.readAllBytes(aci), expired.sign(aci));
    refused(fetch(), "expired");
  }

  @Test
  void keyForAnotherPrefixIsRefused() throws IOException {
    trust(key, HOST + "/te");
    refused(fetch(), "prefix");
  }

  @Test
  void weakKeyIsRefused() throws IOException {
    SigningKey weak = SigningKey.weak("Weak <weak@example.com>");
    trust(weak, HOST);
    publish(Files.readAllBytes(aci), weak.sign(aci));
    refused(fetch(), "1024");
  }

  @Test
  void weakDigestIsRefused() throws IOException {
    trust(key, HOST);
    publish(Files.readAllBytes(aci), key.sign(aci, HashAlgorithmTags.SHA1));
    refused(fetch(), "sha-1");
  }

  @Test
  void downgradeToPlainHttpIsRefused() throws IOException {
    trust(key, HOST);
    try (DiscoveryServer plain = DiscoveryServer.http(temp)) {
      plain.file(target("aci"), aci);
      server.redirect(target("aci"), "http://127.0.0.1:" + plain.port() + target("aci"));
      refused(fetch(), "http");
      assertThat(plain.requests()).isEmpty();
    }
  }

  @Test
  void templateOnAnotherHostIsRefused() throws IOException {
    trust(key, HOST);
    page("http://" + HOST + "/app-{version}-{os}-{arch}.{ext}");
    refused(fetch(), "http");
  }

  @Test
  void otherNameInTheManifestIsRefused() throws IOException {
    trust(key, HOST);
    Path another =
        TestImage.named(HOST + "/team/evil").version("1.0").write(temp.resolve("images"));
    publish(Files.readAllBytes(another), key.sign(another));
    refused(fetch(), NAME);
  }

  @Test
  void otherVersionInTheManifestIsRefusedEvenWithoutSignatures() throws IOException {
    Path another = TestImage.named(NAME).version("0.9").write(temp.resolve("images"));
    publish(Files.readAllBytes(another), key.sign(another));
    refused(
        fetch("--insecure-options=image"),
        "requested value for label \"version\": \"1.0\" differs from fetched aci label value: \"0.9\"");
  }

  @Test
  void imageStoredUnverifiedIsNotUsedWhereVerificationIsOn() {
    fetch("--insecure-options=image").exits(0);
    RktResult result = rkt.run("--pull-policy=never", "fetch", NAME + ":1.0");
    result.exits(254).isTidy();
  }

  @Test
  void unknownCertificateIsRefused() throws IOException {
    trust(key, HOST);
    Files.writeString(
        rkt.localConfig().resolve("fetch.d/discovery.json"),
        "{\"rktKind\":\"fetch\",\"rktVersion\":\"v1\",\"resolve\":{\""
            + HOST
            + ":443\":\"127.0.0.1:"
            + server.port()
            + "\"}}");
    refused(fetch());
  }

  @Test
  void signatureOfALocalFileLiesBesideIt() throws IOException {
    trust(key, HOST);
    RktResult missing = rkt.run("fetch", aci.toString());
    missing.exits(254).stderrHas("error opening signature file");
    key.signBeside(aci);
    rkt.run("fetch", aci.toString()).exits(0);
  }

  @Test
  void cachedImageIsNotAskedForAgain() throws IOException {
    trust(key, HOST);
    fetch().exits(0);
    int before = server.requests().size();
    rkt.run("--pull-policy=new", "fetch", NAME + ":1.0").exits(0);
    assertThat(server.requests()).hasSize(before);
  }

  @Test
  void unchangedImageIsNotDownloadedAgain() throws IOException {
    trust(key, HOST);
    server.file(target("aci"), aci);
    fetch().exits(0);
    fetch().exits(0);
    long conditional =
        server.requests().stream()
            .filter(r -> r.target().equals(target("aci")))
            .filter(r -> r.headers().containsKey("If-none-match"))
            .count();
    assertThat(conditional).isPositive();
  }

  @Test
  void eightFetchesAtOnceDownloadOnce() throws IOException {
    trust(key, HOST);
    long before = server.requests().stream().filter(r -> r.target().equals(target("aci"))).count();
    List<RktRunner.RktProcess> all = new java.util.ArrayList<>();
    for (int i = 0; i < 8; i++) {
      all.add(rkt.start("--pull-policy=new", "fetch", NAME + ":1.0"));
    }
    for (RktRunner.RktProcess one : all) {
      one.await(120).exits(0);
    }
    long after = server.requests().stream().filter(r -> r.target().equals(target("aci"))).count();
    assertThat(after - before).isEqualTo(1);
    assertThat(rkt.run("image", "list", "--no-legend").exits(0).stdout().lines()).hasSize(1);
  }

  @Test
  void credentialsGoOnlyToTheirHostAndOnlyOverHttps() throws IOException {
    trust(key, HOST);
    Files.createDirectories(rkt.localConfig().resolve("auth.d"));
    Files.writeString(
        rkt.localConfig().resolve("auth.d/a.json"),
        "{\"rktKind\":\"auth\",\"rktVersion\":\"v1\",\"domains\":[\""
            + HOST
            + "\"],\"type\":\"basic\",\"credentials\":{\"user\":\"u\",\"password\":\"secret-word\"}}");
    RktResult result = fetch("--debug").exits(0);
    assertThat(
            server.requests().stream()
                .filter(r -> r.target().equals(target("aci")))
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
