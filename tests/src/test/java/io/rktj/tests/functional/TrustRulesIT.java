// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.DiscoveryServer;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktProcess;
import io.rktj.tests.kit.RktRunner.RktResult;
import io.rktj.tests.kit.SigningKey;
import io.rktj.tests.kit.TestImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.openpgp.PGPSignature;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rules of trust that {@link TrustIT} leaves out, one way to be wrong at a time: signatures,
 * redirects, pages, key stores, dependencies. Whatever is refused leaves nothing behind.
 */
class TrustRulesIT {
  private static final String HOST = ImageHost.HOST;
  private static final String NAME = ImageHost.NAME;
  private static final int SHA512 = HashAlgorithmTags.SHA512;
  private static final int SHA256 = HashAlgorithmTags.SHA256;
  private static final int BINARY = PGPSignature.BINARY_DOCUMENT;

  @TempDir static Path shared;
  static SigningKey key;
  static SigningKey other;
  static DiscoveryServer server;

  @TempDir Path temp;
  ImageHost host;
  RktRunner rkt;

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
    host.trust(key, HOST);
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static DiscoveryServer.Response answer(int status, String body) {
    return DiscoveryServer.bytes(status, Map.of(), body.getBytes(UTF_8));
  }

  private Path keyFile() {
    return rkt.localConfig().resolve("trustedkeys/prefix.d/" + HOST).resolve(key.fingerprint());
  }

  @Test
  @Covers("sec-1c-type")
  void textSignatureIsRefused() throws IOException {
    host.publish(key.sign(host.aci(), SHA512, PGPSignature.CANONICAL_TEXT_DOCUMENT, s -> {}));
    host.refused(host.fetch(), "signature");
  }

  @Test
  @Covers("sec-1c-times")
  void expiredSignatureIsRefused() throws IOException {
    Date created = Date.from(Instant.now().minusSeconds(600));
    host.publish(
        key.sign(
            host.aci(),
            SHA512,
            BINARY,
            s -> {
              s.setSignatureCreationTime(true, created);
              s.setSignatureExpirationTime(true, 60);
            }));
    host.refused(host.fetch(), "expired");
  }

  @Test
  @Covers("sec-1c-times")
  void signatureOfTheFutureIsRefused() throws IOException {
    Date created = Date.from(Instant.now().plusSeconds(864_000));
    host.publish(
        key.sign(host.aci(), SHA512, BINARY, s -> s.setSignatureCreationTime(true, created)));
    host.refused(host.fetch(), "future");
  }

  @Test
  @Covers("sec-1c-critical")
  void unknownCriticalSubpacketIsRefused() throws IOException {
    host.publish(
        key.sign(
            host.aci(),
            SHA512,
            BINARY,
            s -> s.addNotationData(true, true, "strange@example.com", "yes")));
    host.refused(host.fetch(), "critical");
  }

  @Test
  @Covers("sec-1c-digest")
  void md5SignatureIsRefused() throws IOException {
    host.publish(key.sign(host.aci(), HashAlgorithmTags.MD5));
    host.refused(host.fetch(), "md5");
  }

  @Test
  void sha256SignatureIsAccepted() throws IOException {
    host.publish(key.sign(host.aci(), SHA256));
    host.fetch().exits(0);
  }

  @Test
  @Covers("sec-1c-revoked")
  void revokedKeyIsRefused() throws IOException {
    Files.write(keyFile(), key.revoked());
    host.refused(host.fetch(), "revoked");
  }

  @Test
  @Covers("sec-1c-several")
  void oneGoodSignatureAmongOthersIsEnough() throws IOException {
    host.publish(join(other.sign(host.aci()), key.sign(host.aci())));
    host.fetch().exits(0);
  }

  @Test
  @Covers("sec-1c-several")
  void manySignaturesAreNotTriedForEver() throws IOException {
    byte[] foreign = other.sign(host.aci());
    byte[] all = key.sign(host.aci());
    for (int i = 0; i < 16; i++) {
      all = join(foreign, all);
    }
    host.publish(all);
    host.refused(host.fetch(), "signature");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nhello\n",
        "-----BEGIN PGP MESSAGE-----\n\nyxNiAGhlbGxv\n-----END PGP MESSAGE-----\n",
        "not a signature",
        "-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n"
      })
  @Covers("sec-1c-this-file")
  void otherKindsOfMessagesAreNoSignatures(String text) {
    server.on(ImageHost.target("aci.asc"), answer(200, text));
    host.refused(host.fetch(), "signature");
  }

  @Test
  @Covers({"cli-8-deferred", "sec-1c-absent"})
  void signatureThatIsPutOffForEverIsRefused() {
    server.on(ImageHost.target("aci.asc"), answer(202, ""));
    host.refused(host.fetch(), "server requested deferring the signature download");
  }

  @Test
  @Covers("sec-1c-endless")
  void endlessSignatureIsRefused() {
    server.on(ImageHost.target("aci.asc"), DiscoveryServer.bytes(200, Map.of(), new byte[2 << 20]));
    host.refused(host.fetch(), "larger than");
  }

  @Test
  @Covers("sec-1c-downgrade")
  void signatureIsNotTakenFromPlainHttp() throws IOException {
    try (DiscoveryServer plain = DiscoveryServer.http(temp)) {
      String target = ImageHost.target("aci.asc");
      plain.on(target, DiscoveryServer.bytes(200, Map.of(), key.sign(host.aci())));
      server.redirect(target, "http://127.0.0.1:" + plain.port() + target);
      host.refused(host.fetch(), "from https to http");
      assertThat(plain.requests()).isEmpty();
    }
  }

  @Test
  @Covers("sec-1c-downgrade")
  void keysAreNotTakenFromPlainHttp() {
    try (DiscoveryServer plain = DiscoveryServer.http(temp)) {
      plain.on("/keys", DiscoveryServer.bytes(200, Map.of(), other.publicKey()));
      server.redirect("/keys", "http://127.0.0.1:" + plain.port() + "/keys");
      rkt.run("trust", "--prefix=" + HOST, "--skip-fingerprint-review")
          .exits(254)
          .isTidy()
          .stderrHas("from https to http");
      rkt.run(
              "trust",
              "--prefix=" + HOST,
              "--skip-fingerprint-review",
              "http://127.0.0.1:" + plain.port() + "/keys")
          .exits(254)
          .stderrHas("--insecure-allow-http required for http URLs");
      assertThat(plain.requests()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:///etc/passwd",
        "ftp://images.example.com/x",
        "gopher://127.0.0.1:70/x",
        "jar:file:///x!/y",
        "https://user:secret@images.example.com/x"
      })
  @Covers("sec-1c-redirects")
  void redirectsLeadNowhereElse(String place) {
    server.redirect(ImageHost.target("aci"), place);
    host.refused(host.fetch(), "cannot fetch");
  }

  @Test
  @Covers("sec-1c-redirects")
  void redirectsInACircleEnd() {
    server.redirect(ImageHost.target("aci"), "https://" + HOST + ImageHost.target("aci"));
    host.refused(host.fetch(), "stopped after 10 redirects");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://{name}.evil.example.org/{version}.{ext}",
        "file:///etc/{version}",
        "//evil.example.org/x.{ext}",
        "https://",
        "unix:///run/{version}.{ext}"
      })
  @Covers("sec-1c-templates")
  void templateOfAnotherKindIsRefused(String template) {
    host.page(template);
    host.refused(host.fetch(), "discovery failed");
  }

  @Test
  @Covers("sec-1c-templates")
  void valuesOfLabelsDoNotLeaveTheirPlaceInTheUrl() {
    int before = server.requests().size();
    rkt.run("fetch", NAME + ":../../keys?x=#y").exits(254).isTidy();
    assertThat(server.requests().subList(before, server.requests().size()))
        .extracting(DiscoveryServer.Request::target)
        .noneMatch(target -> target.startsWith("/keys") || target.contains("?x="));
  }

  static Stream<Arguments> pages() {
    String tag = ImageHost.imageTag("https://" + HOST + "/app-{version}-{os}-{arch}.{ext}");
    return Stream.of(
        Arguments.of("in the body", "<html><head></head><body>" + tag + "</body></html>"),
        Arguments.of("in a comment", "<html><head><!-- " + tag + " --></head></html>"),
        Arguments.of("in a script", "<html><head><script>" + tag + "</script></head></html>"),
        Arguments.of("in the title", "<html><head><title>" + tag + "</title></head></html>"),
        Arguments.of("in a template", "<html><head><template>" + tag + "</template></head></html>"),
        Arguments.of("after the end", "<html><head></head></html>" + tag),
        Arguments.of(
            "for a longer name",
            "<html><head>" + tag.replace(NAME + " ", NAME + "s ") + "</head></html>"),
        Arguments.of(
            "for half a component",
            "<html><head>" + tag.replace(NAME + " ", HOST + "/te ") + "</head></html>"),
        Arguments.of(
            "behind a megabyte", "<html><head>" + " ".repeat(1 << 20) + tag + "</head></html>"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pages")
  @Covers("sec-1c-pages")
  void tagThatDoesNotCountIsNotFollowed(String where, String page) {
    server.page("/team/app?ac-discovery=1", page);
    host.refused(host.fetch(), "discovery failed");
  }

  @Test
  @Covers({"cli-5-auth", "sec-1c-credentials"})
  void credentialsDoNotFollowARedirect() throws IOException {
    Files.createDirectories(rkt.localConfig().resolve("auth.d"));
    Files.writeString(
        rkt.localConfig().resolve("auth.d/a.json"),
        "{\"rktKind\":\"auth\",\"rktVersion\":\"v1\",\"domains\":[\""
            + HOST
            + "\"],\"type\":\"oauth\",\"credentials\":{\"token\":\"secret-token\"}}");
    String elsewhere = "/elsewhere.aci";
    server.on(elsewhere, DiscoveryServer.bytes(200, Map.of(), Files.readAllBytes(host.aci())));
    server.redirect(ImageHost.target("aci"), "https://localhost:" + server.port() + elsewhere);
    int before = server.requests().size();
    host.fetch().exits(0);
    List<DiscoveryServer.Request> asked =
        server.requests().subList(before, server.requests().size());
    assertThat(asked)
        .filteredOn(r -> r.target().equals(elsewhere))
        .hasSize(1)
        .allMatch(r -> !r.headers().containsKey("Authorization"));
    assertThat(asked)
        .filteredOn(r -> r.target().equals(ImageHost.target("aci")))
        .allMatch(r -> r.headers().containsKey("Authorization"));
  }

  @Test
  @Covers("sec-1c-keys")
  void keyThatOthersMayWriteToIsRefused() throws IOException {
    Files.setPosixFilePermissions(keyFile(), PosixFilePermissions.fromString("rw-rw-r--"));
    host.refused(host.fetch(), "writable by its group or by others");
  }

  @Test
  @Covers("sec-1c-keys")
  void keysInADirectoryThatOthersMayWriteToAreRefused() throws IOException {
    Files.setPosixFilePermissions(
        keyFile().getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));
    host.refused(host.fetch(), "writable by its group or by others");
  }

  @Test
  @Covers("sec-1c-keys")
  void linkIsNoKey() throws IOException {
    Path moved = Files.move(keyFile(), temp.resolve("key"));
    Files.createSymbolicLink(keyFile(), moved);
    host.refused(host.fetch(), "neither a regular file nor a directory");
  }

  @Test
  @Covers({"cli-9-mask", "sec-1c-keys"})
  void maskedKeyIsNotTrusted() throws IOException {
    Path vendor = temp.resolve("system/trustedkeys/prefix.d/" + HOST);
    Files.createDirectories(vendor);
    Files.move(keyFile(), vendor.resolve(key.fingerprint()));
    host.fetch().exits(0);
    rkt.run("image", "rm", NAME).exits(0);
    rkt.run("image", "gc", "--grace-period=0s").exits(0); // its tree too
    Files.createFile(keyFile());
    host.refused(host.fetch());
  }

  @Test
  @Covers({"cli-9-name", "sec-1c-keys"})
  void keyUnderAnotherNameIsRefused() throws IOException {
    Files.write(keyFile(), other.publicKey());
    host.refused(host.fetch(), "fingerprint mismatch");
  }

  @Test
  @Covers("sec-1c-shown-keys")
  void onlyKeysThatWereShownAreStored() throws IOException {
    server.on(
        "/keys", DiscoveryServer.bytes(200, Map.of(), join(key.publicKey(), other.publicKey())));
    RktResult result = rkt.run("trust", "--prefix=" + HOST + "/two", "--skip-fingerprint-review");
    Path directory = rkt.localConfig().resolve("trustedkeys/prefix.d/" + HOST + "/two");
    String shown = result.stdout().replace(" ", "").toLowerCase(java.util.Locale.ROOT);
    for (String file : Rkt.filesBelow(directory)) {
      assertThat(shown).contains(file);
      assertThat(new String(Files.readAllBytes(directory.resolve(file)), UTF_8))
          .containsOnlyOnce("BEGIN PGP PUBLIC KEY BLOCK");
    }
  }

  @Test
  @Covers({"cli-2-id-short", "sec-1c-full-ids"})
  void shortPrefixOfAnIdIsRefused() {
    String id = host.fetch("--pull-policy=update").exits(0).stdout().strip();
    rkt.run("run", "--net=none", id.substring(0, "sha512-".length() + 4))
        .exits(254)
        .isTidy()
        .stderrHas("image ID too short");
  }

  @Test
  @Covers({"cli-8-dependencies", "sec-1c-full-ids"})
  void dependencyByHashMustHaveTheNameToo() {
    rkt.run("--insecure-options=image", "fetch", host.aci().toString()).exits(0);
    String id =
        rkt.run("image", "list", "--no-legend", "--full", "--fields=id").exits(0).stdout().strip();
    Path top =
        TestImage.named("example.com/top")
            .manifest(
                "\"dependencies\":[{\"imageName\":\"example.com/base\",\"imageID\":\""
                    + id
                    + "\"}]")
            .write(temp.resolve("images"));
    rkt.run("--insecure-options=image", "fetch", top.toString())
        .exits(254)
        .isTidy()
        .stderrHas("\"example.com/base\" expected but \"" + NAME + "\" found");
  }

  @Test
  @Covers("sec-1c-one-reading")
  void fileThatChangesWhileItIsReadIsOneImageOrNone() throws IOException, InterruptedException {
    Path good = key.signBeside(host.aci()).resolveSibling(host.aci().getFileName());
    Path evil = TestImage.named(NAME).version("1.0").file("etc/evil", "x").write(temp);
    byte[][] versions = {Files.readAllBytes(good), Files.readAllBytes(evil)};
    Path staged = temp.resolve("staged");
    for (int round = 0; round < 6; round++) {
      RktProcess process = rkt.start("fetch", good.toString());
      for (int i = 0; process.process().isAlive(); i++) {
        Files.write(staged, versions[i % 2]);
        if (i % 3 == 0) {
          Files.write(good, versions[i % 2]);
        } else {
          Files.move(staged, good, StandardCopyOption.ATOMIC_MOVE);
        }
      }
      process.await(60).isTidy();
      assertThat(Rkt.filesBelow(rkt.data().resolve("cas/tree")))
          .noneMatch(file -> file.endsWith("etc/evil"));
      if (process.process().exitValue() == 0) {
        rkt.run("image", "verify", NAME).exits(0);
      }
    }
    Files.write(good, versions[0]);
    rkt.run("fetch", good.toString()).exits(0);
    Files.write(good, Arrays.copyOf(versions[1], versions[1].length));
    rkt.run("fetch", good.toString()).exits(254).isTidy();
  }

  @Test
  @Covers("sec-1c-rollback")
  void olderVersionThanBeforeIsTold() throws IOException {
    String place = ImageHost.target("aci").replace("1.0", "latest");
    for (String version : List.of("2.1", "2.0")) {
      Path aci = TestImage.named(NAME).version(version).write(temp.resolve("images"));
      server.on(place, DiscoveryServer.bytes(200, Map.of(), Files.readAllBytes(aci)));
      server.on(place + ".asc", DiscoveryServer.bytes(200, Map.of(), key.sign(aci)));
      String told = rkt.run("fetch", "--pull-policy=update", NAME).exits(0).stderr();
      String warning = "warning: \"" + NAME + "\" is version 2.0 now, and was 2.1";
      assertThat(told.contains(warning)).isEqualTo(version.equals("2.0"));
    }
  }
}
