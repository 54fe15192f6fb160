// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.DiscoveryServer;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktResult;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How bytes come over the network ({@code spec/rkt-cli.md} sections 1.4 and 8). */
class TransportIT {
  private static final String URL = "http://images.example.com/app.aci";

  @TempDir Path temp;
  private RktRunner rkt;
  private DiscoveryServer server;
  private Path aci;

  @BeforeEach
  void open() {
    rkt = RktRunner.in(temp);
    server = DiscoveryServer.http(temp);
    aci = TestImage.named("example.com/app").write(temp.resolve("images"));
  }

  @AfterEach
  void end() {
    server.close();
  }

  private RktResult fetch(String url) {
    return rkt.run("--insecure-options=image", "fetch", url);
  }

  @Test
  @Covers("cli-1.4-proxy")
  void proxyOfTheEnvironmentIsAskedUnlessExcepted() {
    server.file(URL, aci).file("/app.aci", aci);
    rkt.with("http_proxy", "http://127.0.0.1:" + server.port());

    fetch(URL).exits(0);

    assertThat(server.requests().get(0).target()).isEqualTo(URL);
    int before = server.requests().size();
    rkt.with("no_proxy", "127.0.0.1");
    fetch("http://127.0.0.1:" + server.port() + "/app.aci").exits(0);
    assertThat(server.requests().get(before).target()).isEqualTo("/app.aci");
  }

  @Test
  @Covers("cli-8-resume")
  void downloadThatBrokeOffGoesOnWhereItEnded() throws IOException {
    byte[] body = Files.readAllBytes(aci);
    int half = body.length / 2;
    String url = "http://127.0.0.1:" + server.port() + "/app.aci";
    server.on("/app.aci", exchange -> send(exchange, 200, body.length, Arrays.copyOf(body, half)));
    fetch(url).exits(254).isTidy();

    server.on(
        "/app.aci",
        exchange -> {
          exchange
              .getResponseHeaders()
              .set("Content-Range", "bytes " + half + "-" + (body.length - 1) + "/" + body.length);
          send(exchange, 206, body.length - half, Arrays.copyOfRange(body, half, body.length));
        });
    fetch(url).exits(0);

    assertThat(server.requests().stream().map(r -> r.headers().getFirst("Range")).toList())
        .endsWith("bytes=" + half + "-");
    String id = rkt.run("image", "list", "--full", "--fields=id", "--no-legend").stdout().strip();
    assertThat(fetch(aci.toString()).exits(0).stdout().strip())
        .isEqualTo(id.substring(0, "sha512-".length() + 32));
  }

  private static void send(HttpExchange exchange, int status, int length, byte[] part)
      throws IOException {
    exchange.getResponseHeaders().set("ETag", "\"one\"");
    exchange.getResponseHeaders().set("Accept-Ranges", "bytes");
    exchange.sendResponseHeaders(status, length);
    OutputStream out = exchange.getResponseBody();
    out.write(part);
    out.flush();
  }

  @Test
  @Covers("cli-8-deferred")
  void signatureThatIsPutOffIsAskedForOnceMore() {
    String url = "http://127.0.0.1:" + server.port() + "/app.aci";
    server
        .file("/app.aci", aci)
        .on("/app.aci.asc", DiscoveryServer.bytes(202, Map.of(), new byte[0]));

    rkt.run("fetch", url).exits(254).stderrHas("server requested deferring the signature download");

    List<String> asked = server.requests().stream().map(r -> r.target()).toList();
    assertThat(asked).filteredOn("/app.aci.asc"::equals).hasSize(2);
  }

  @Test
  @Covers("sec-1c-private")
  void privateAddressesAreRefusedWhereTheConfigurationSaysSo() throws IOException {
    server.file("/app.aci", aci).redirect("/away.aci", "http://169.254.169.254/app.aci");
    Path directory = Files.createDirectories(rkt.localConfig().resolve("fetch.d"));
    Files.writeString(
        directory.resolve("private.json"),
        "{\"rktKind\":\"fetch\",\"rktVersion\":\"v1\",\"privateAddresses\":\"refuse\","
            + "\"resolve\":{\"images.example.com\":\"127.0.0.1:"
            + server.port()
            + "\"}}");
    String refusal = "is a private address, which the configuration refuses";

    for (String host : List.of("127.0.0.1", "localhost", "[::1]", "2130706433")) {
      fetch("http://" + host + ":" + server.port() + "/app.aci")
          .exits(254)
          .isTidy()
          .stderrHas(refusal);
    }
    assertThat(server.requests()).isEmpty();
    fetch("http://images.example.com/away.aci")
        .exits(254)
        .stderrHas("cannot connect to \"169.254.169.254\"")
        .stderrHas(refusal);
    fetch(URL).exits(0);
  }
}
