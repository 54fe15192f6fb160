// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.spec.BlobDigest;
import io.rktj.spec.discovery.DockerReference;
import io.rktj.stage0.config.Credentials;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How registries are asked, and who is told the password. */
class RegistryTest {
  private static final String ROOT = "https://example.com/v2/team/app";
  private static final String SCOPE = "?scope=repository%3Ateam%2Fapp%3Apull";
  private static final BlobDigest DIGEST = BlobDigest.of(new byte[] {'x'});
  private static final String BASIC = "Basic bWU6c2VjcmV0"; // me:secret

  @TempDir Path directory;
  private TestServers servers;

  @BeforeEach
  void start() throws IOException {
    servers = new TestServers(directory);
  }

  @AfterEach
  void stop() {
    servers.close();
  }

  private Registry registry() {
    return servers.fetcher().registry(DockerReference.parse("example.com/team/app:1"));
  }

  private String manifest() {
    return new String(
        registry().manifest("1", "a/b").bytes(), java.nio.charset.StandardCharsets.UTF_8);
  }

  private static MockResponse ask(String challenge) {
    return new MockResponse.Builder().code(401).setHeader("WWW-Authenticate", challenge).build();
  }

  private static MockResponse body(String text) {
    return new MockResponse.Builder().body(text).build();
  }

  private static String authorization(RecordedRequest request) {
    return String.valueOf(request.getHeaders().get("Authorization"));
  }

  /** Answers only who brings this. */
  private static Function<RecordedRequest, MockResponse> closed(String wanted, String challenge) {
    return request -> authorization(request).equals(wanted) ? body("it") : ask(challenge);
  }

  private List<String> authorizations() {
    return servers.requests.stream().map(RegistryTest::authorization).toList();
  }

  @Test
  void askedForATokenGetsOneForThisRepositoryAlone() {
    servers.dockerAuth.put("example.com", new Credentials.Basic("me", "secret"));
    servers.serves(
        ROOT + "/manifests/1",
        closed(
            "Bearer t1",
            "Bearer realm=\"https://cdn.example.com/t\",service=\"s\",scope=\"registry:*:*\""));
    servers.serves("https://cdn.example.com/t" + SCOPE + "&service=s", "{\"access_token\":\"t1\"}");

    assertThat(manifest()).isEqualTo("it");
    assertThat(authorizations()).containsExactly("null", BASIC, "Bearer t1");
    assertThat(servers.requests.get(0).getHeaders().get("Accept")).isEqualTo("a/b");
    assertThat(servers.told).noneMatch(line -> line.contains("secret") || line.contains("t1"));
  }

  @Test
  void tokenThatHasGrownOldIsReplaced() throws IOException {
    servers.serves(ROOT + "/manifests/1", closed("Bearer t1", "Bearer realm=\"" + ROOT + "\""));
    servers.serves(ROOT + SCOPE, request -> body("{\"token\":\"t" + tokens() + "\"}"));
    servers.serves(ROOT + "/blobs/" + DIGEST, closed("Bearer t2", "Bearer realm=\"" + ROOT + "\""));
    Registry registry = registry();
    assertThat(registry.manifest("1", "a/b").mediaType()).isEmpty();

    try (InputStream blob = registry.blob(DIGEST, 2)) {
      assertThat(blob.readAllBytes()).hasSize(2);
    }
  }

  private long tokens() {
    return servers.urls().stream().filter(url -> url.endsWith(SCOPE)).count();
  }

  @Test
  void nameAndPasswordAreSaidOnceToWhoAsksForThem() {
    servers.serves(ROOT + "/manifests/1", closed(BASIC, "Basic realm=\"x\""));
    assertThatThrownBy(this::manifest)
        .hasMessageEndingWith("/manifests/1\": bad HTTP status code: 401")
        .extracting(e -> ((FetchException) e).hint().orElse(""))
        .asString()
        .contains("\"dockerAuth\" in auth.d");

    servers.dockerAuth.put("example.com", new Credentials.Basic("me", "secret"));
    assertThat(manifest()).isEqualTo("it");

    servers.dockerAuth.put("example.com", new Credentials.Basic("me", "wrong"));
    int before = servers.requests.size();
    assertThatThrownBy(this::manifest)
        .extracting(e -> ((FetchException) e).hint().orElse(""))
        .asString()
        .contains("the credentials for \"example.com\"");
    assertThat(servers.requests).hasSize(before + 2);
  }

  @Test
  void passwordIsNotForTokenServersOfStrangers() {
    servers.dockerAuth.put("example.com", new Credentials.Basic("me", "secret"));
    servers.serves(
        ROOT + "/manifests/1", closed("Bearer t", "Bearer realm=\"https://evil.example.org/t\""));
    servers.serves("https://evil.example.org/t" + SCOPE, "{\"token\":\"t\"}");

    assertThatThrownBy(this::manifest)
        .isInstanceOf(FetchException.class)
        .hasMessageContaining("its token server \"evil.example.org\" is of another domain");
    assertThat(authorizations()).containsExactly("null");

    servers.dockerAuth.put("evil.example.org", new Credentials.Basic("other", "word"));
    assertThat(manifest()).isEqualTo("it");
    assertThat(authorizations()).doesNotContain(BASIC);

    servers.dockerAuth.clear();
    assertThat(manifest()).isEqualTo("it");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://example.com/t", "file:///etc/passwd", "", "ftp://example.com/t"})
  void tokensComeByHttpsOnly(String realm) {
    servers.images = new Leniency(false, true);
    servers.serves(ROOT + "/manifests/1", ask("Bearer realm=\"" + realm + "\""));

    assertThatThrownBy(this::manifest).hasMessageEndingWith("is not reached by https");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"token\":\"\"}", "{\"token\":\"a\\nb\"}", "[]", "t"})
  void answerWithoutATokenIsRefused(String answer) {
    servers.serves(ROOT + "/manifests/1", ask("Bearer realm=\"" + ROOT + "\""));
    servers.serves(ROOT + SCOPE, answer);

    assertThatThrownBy(this::manifest).hasMessageStartingWith("answer of \"" + ROOT + SCOPE);
  }

  @Test
  void credentialsDoNotFollowABlobToWhereItLies() throws IOException {
    servers.dockerAuth.put("example.com", new Credentials.Basic("me", "secret"));
    servers.serves(
        ROOT + "/blobs/" + DIGEST,
        request ->
            authorization(request).equals(BASIC)
                ? new MockResponse.Builder()
                    .code(307)
                    .setHeader("Location", "https://cdn.example.com/x")
                    .build()
                : ask("Basic realm=\"x\""));
    servers.serves("https://cdn.example.com/x", "x");

    try (InputStream blob = registry().blob(DIGEST, 1)) {
      assertThat(blob.readAllBytes()).containsExactly('x');
    }
    assertThat(authorizations()).containsExactly("null", BASIC, "null");
  }

  @Test
  void blobIsNoLongerThanWasPromised() throws IOException {
    servers.serves(ROOT + "/blobs/" + DIGEST, "much more");

    try (InputStream blob = registry().blob(DIGEST, 3)) {
      assertThatThrownBy(blob::readAllBytes).hasMessageEndingWith("is larger than 3 bytes");
    }
  }

  @Test
  void httpIsSpokenOnlyWhereItIsAllowedAndWithoutThePassword() {
    servers.dockerAuth.put("example.com", new Credentials.Basic("me", "secret"));
    servers.believes = false; // so https fails
    servers.serves("http://example.com/v2/team/app/manifests/1", "plain");
    assertThatThrownBy(this::manifest).isInstanceOf(FetchException.class);

    servers.images = new Leniency(false, true);
    assertThat(manifest()).isEqualTo("plain");
    servers.serves("http://example.com/v2/team/app/manifests/1", ask("Basic realm=\"x\""));
    assertThatThrownBy(this::manifest).hasMessageEndingWith("bad HTTP status code: 401");
    assertThat(authorizations()).containsOnly("null");
  }

  @Test
  void whatTheRegistrySaysOfItsRefusalIsPassedOn() {
    servers.serves(
        ROOT + "/manifests/1",
        new MockResponse.Builder()
            .code(429)
            .body("{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"slow down\"}]}")
            .build());

    assertThatThrownBy(this::manifest)
        .hasMessageEndingWith("bad HTTP status code: 429 (slow down)");
  }

  @Test
  void privateAddressesAreRefusedOfTokenServersToo() {
    servers.refusesPrivate = true;
    servers.serves(ROOT + "/manifests/1", ask("Bearer realm=\"https://127.0.0.1/t\""));

    assertThatThrownBy(this::manifest)
        .rootCause()
        .hasMessageContaining("127.0.0.1 is a private address");
  }
}
