// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.Labels;
import io.rktj.spec.discovery.Endpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Meta discovery over real sockets: appc.md section 7.2 and the families d-* of security.md. */
class DiscoveryTest {
  private static final AcIdentifier NAME = AcIdentifier.parse("example.com/a/app");
  private static final Labels LABELS =
      Labels.NONE.with("version", "1.0").with("os", "linux").with("arch", "amd64");
  private static final String TEMPLATE =
      "https://cdn.example.com/{name}-{version}-{os}-{arch}.{ext}";

  private final TestServers servers;

  DiscoveryTest(@TempDir Path directory) throws IOException {
    servers = new TestServers(directory);
  }

  @AfterEach
  void stops() {
    servers.close();
  }

  private static String page(String... metas) {
    return "<html><head>" + String.join("", metas) + "</head><body></body></html>";
  }

  private static String meta(String kind, String content) {
    return "<meta name=\"" + kind + "\" content=\"" + content + "\">";
  }

  private static String aci(String prefix, String template) {
    return meta("ac-discovery", prefix + " " + template);
  }

  private DiscoveredEndpoints discover() {
    return servers.fetcher().discover(NAME, LABELS);
  }

  private void fails(String reason) {
    assertThatThrownBy(this::discover)
        .isInstanceOf(FetchException.class)
        .hasMessageStartingWith("discovery failed for \"example.com/a/app\"")
        .hasMessageContaining(reason);
  }

  @Test
  void walksFromTheNameToTheHost() {
    servers.serves("https://example.com/?ac-discovery=1", page(aci("example.com", TEMPLATE)));

    DiscoveredEndpoints found = discover();

    String image = "https://cdn.example.com/example.com/a/app-1.0-linux-amd64.";
    assertThat(found.endpoints()).containsExactly(new Endpoint(image + "aci", image + "aci.asc"));
    assertThat(found.failures())
        .containsExactly(
            new DiscoveredEndpoints.Attempt("example.com/a/app", "expected a 200 OK got 404"),
            new DiscoveredEndpoints.Attempt("example.com/a", "expected a 200 OK got 404"));
    assertThat(servers.urls())
        .containsExactly(
            "https://example.com/a/app?ac-discovery=1",
            "https://example.com/a?ac-discovery=1",
            "https://example.com/?ac-discovery=1");
    assertThat(servers.requests.get(0).getHeaders().get("User-Agent")).isEqualTo("rkt/1.30.0");
  }

  @Test
  void stopsAtTheFirstPageThatSpeaksOfTheName() {
    servers
        .serves(
            "https://example.com/a/app?ac-discovery=1",
            page(
                aci("example.com/other", "https://cdn.example.com/wrong.{ext}"),
                aci("example.com/a/ap", "https://cdn.example.com/string-prefix.{ext}"),
                aci("example.com/a", "https://cdn.example.com/no-such-label-{x}.{ext}"),
                aci("example.com/a/app", "https://cdn.example.com/one.{ext}"),
                aci("example.com", "https://cdn.example.com/two.{ext}")))
        .serves("https://example.com/?ac-discovery=1", page(aci("example.com", TEMPLATE)));

    assertThat(discover().endpoints())
        .extracting(Endpoint::aciUrl)
        .containsExactly("https://cdn.example.com/one.aci", "https://cdn.example.com/two.aci");
  }

  @Test
  void takesTagsFromTheHeadOnly() {
    servers.serves(
        "https://example.com/a/app?ac-discovery=1",
        "<html><head></head><body>" + aci("example.com", TEMPLATE) + "</body></html>");

    fails("\"example.com/a/app\": no usable meta tag for this name");
  }

  @Test
  void saysWhatEachPrefixAnswered() {
    servers
        .serves(
            "https://example.com/a?ac-discovery=1", new MockResponse.Builder().code(500).build())
        .serves("https://example.com/?ac-discovery=1", page());

    fails("\"example.com/a\": expected a 200 OK got 500");
    fails("\"example.com\": no usable meta tag for this name");
  }

  @Test
  void usesHttpOnlyWhereAllowed() {
    servers.serves(
        "http://example.com/a/app?ac-discovery=1",
        page(aci("example.com", "http://cdn.example.com/x.{ext}")));
    fails("404");
    assertThat(servers.urls()).allMatch(url -> url.startsWith("https:"));

    servers.images = new Leniency(false, true);

    assertThat(discover().endpoints())
        .extracting(Endpoint::aciUrl)
        .containsExactly("http://cdn.example.com/x.aci");
  }

  @Test
  void refusesTemplatesThatLeaveHttps() {
    for (String template :
        List.of(
            "http://cdn.example.com/x.{ext}",
            "file:///etc/shadow",
            "unix:/run/x.sock",
            "ftp://cdn.example.com/x.{ext}",
            "https://{name}/x.{ext}",
            "https://user:secret@{os}.example.com/x.{ext}")) {
      servers.serves(
          "https://example.com/a/app?ac-discovery=1", page(aci("example.com", template)));

      fails(
          template.startsWith("http:")
              ? "the meta tag for this name leads to plain http (\"" + template + "\")"
              : "no usable meta tag for this name");
    }
  }

  @Test
  void encodesLabelsInTemplates() {
    servers.serves(
        "https://example.com/a/app?ac-discovery=1",
        page(aci("example.com", "https://cdn.example.com/v/{version}.{ext}")));

    DiscoveredEndpoints found =
        servers
            .fetcher()
            .discover(NAME, Labels.NONE.with("version", "../../@evil.example.org/?{name}#%"));

    String url = found.endpoints().get(0).aciUrl();
    assertThat(url).startsWith("https://cdn.example.com/v/").endsWith(".aci");
    assertThat(okhttp3.HttpUrl.get(url).host()).isEqualTo("cdn.example.com");
    assertThat(okhttp3.HttpUrl.get(url).query()).isNull();
    assertThat(okhttp3.HttpUrl.get(url).pathSegments()).hasSize(2);
  }

  @Test
  void refusesRedirectsToHttp() {
    servers
        .redirects("https://example.com/a/app?ac-discovery=1", "http://example.com/page")
        .serves("http://example.com/page", page(aci("example.com", TEMPLATE)));

    fails("redirect from https to http");
    assertThat(servers.urls()).noneMatch(url -> url.startsWith("http:"));
  }

  @Test
  void followsTenRedirectsAndNoMore() {
    for (int i = 0; i < 20; i++) {
      servers.redirects("https://example.com/r" + i, "/r" + (i + 1));
    }
    servers.redirects("https://example.com/a/app?ac-discovery=1", "https://example.com/r11");
    servers.serves("https://example.com/r20", page(aci("example.com", TEMPLATE)));
    assertThat(discover().endpoints()).hasSize(1);

    servers.redirects("https://example.com/a/app?ac-discovery=1", "https://example.com/r10");

    fails("stopped after 10 redirects");
  }

  @Test
  void refusesRedirectsToOtherSchemes() {
    for (String target : List.of("file:///etc/passwd", "ftp://example.com/", "unix:/x", "")) {
      servers.redirects("https://example.com/a/app?ac-discovery=1", target);

      fails("redirect to the unsupported place");
    }
  }

  @Test
  void limitsPages() {
    byte[] large = new byte[(1 << 20) + 1];
    Arrays.fill(large, (byte) ' ');
    Buffer body = new Buffer().writeUtf8(page(aci("example.com", TEMPLATE))).write(large);
    servers.serves(
        "https://example.com/a/app?ac-discovery=1", new MockResponse.Builder().body(body).build());

    fails("is larger than 1048576 bytes");
  }

  @Test
  void doesNotExpandCompressedPages() {
    servers.serves(
        "https://example.com/a/app?ac-discovery=1",
        request -> {
          assertThat(request.getHeaders().get("Accept-Encoding")).isEqualTo("identity");
          return new MockResponse.Builder()
              .setHeader("Content-Encoding", "gzip")
              .body(page(aci("example.com", TEMPLATE)))
              .build();
        });

    assertThat(discover().endpoints()).hasSize(1);
  }

  @Test
  void goesOnWhenAServerBreaksOff() {
    servers
        .serves(
            "https://example.com/a/app?ac-discovery=1",
            new MockResponse.Builder()
                .body(page())
                .onResponseBody(new mockwebserver3.SocketEffect.CloseSocket())
                .bodyDelay(10, TimeUnit.MILLISECONDS)
                .build())
        .serves("https://example.com/a?ac-discovery=1", page(aci("example.com", TEMPLATE)));

    assertThat(discover().endpoints()).hasSize(1);
  }

  @Test
  void believesOnlyKnownAuthorities() {
    servers.serves("https://example.com/a/app?ac-discovery=1", page(aci("example.com", TEMPLATE)));
    servers.believes = false;
    fails("unable to find valid certification path to requested target");

    servers.images = new Leniency(true, false);

    assertThat(discover().endpoints()).hasSize(1);
  }

  @Test
  void checksTheOriginalNameAgainstTheCertificate() {
    assertThatThrownBy(
            () -> servers.fetcher().discover(AcIdentifier.parse("wrong.name/app"), LABELS))
        .hasMessageContaining("wrong.name");
    assertThat(servers.requests).isEmpty();
  }

  @Test
  void findsKeysAsTheyAre() {
    servers
        .serves("https://example.com/a/app?ac-discovery=1", page(aci("example.com", TEMPLATE)))
        .serves(
            "https://example.com/a?ac-discovery=1",
            page(
                meta("ac-discovery-pubkeys", "example.com/a http://example.com/plain.gpg"),
                meta("ac-discovery-pubkeys", "example.com/a https://example.com/{name}.gpg"),
                meta("ac-discovery-pubkeys", "example.com/b https://example.com/other.gpg")));

    assertThat(servers.fetcher().discoverKeys(NAME))
        .containsExactly("https://example.com/{name}.gpg");
  }

  @Test
  void fetchesKeysOverHttpsOnly() {
    servers
        .serves("https://example.com/k.gpg", "key")
        .serves("http://example.com/k.gpg", "plain")
        .redirects("https://example.com/down.gpg", "http://example.com/k.gpg");

    assertThat(servers.fetcher().fetchKey("https://example.com/k.gpg")).hasSize(3);
    assertThatThrownBy(() -> servers.fetcher().fetchKey("http://example.com/k.gpg"))
        .isInstanceOf(FetchException.class)
        .hasMessageContaining("https is needed");
    assertThatThrownBy(() -> servers.fetcher().fetchKey("https://example.com/down.gpg"))
        .hasMessageContaining("redirect from https to http");

    servers.keys = new Leniency(false, true);

    assertThat(servers.fetcher().fetchKey("http://example.com/k.gpg")).hasSize(5);
    assertThat(servers.fetcher().fetchKey("https://example.com/down.gpg")).hasSize(5);
  }
}
