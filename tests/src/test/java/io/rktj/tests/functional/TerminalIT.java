// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.DiscoveryServer;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.SigningKey;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only a real terminal shows: the question about a key, and the progress of a download. */
class TerminalIT {
  @TempDir Path temp;
  private final SigningKey key = SigningKey.of("Team <team@example.com>");
  private DiscoveryServer server;
  private ImageHost host;

  @BeforeEach
  void startServer() throws IOException {
    server = DiscoveryServer.https(temp, List.of(ImageHost.HOST));
    host = new ImageHost(server, temp, key);
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  /** What a terminal shows of {@code rkt arguments} when {@code typed} is typed. */
  private String shown(String typed, int status, String... arguments)
      throws IOException, InterruptedException {
    StringBuilder line =
        new StringBuilder(RktRunner.distribution().resolve("bin/rkt").toString())
            .append(" --dir=" + host.rkt().data())
            .append(" --local-config=" + host.rkt().localConfig())
            .append(" --system-config=" + temp.resolve("system"));
    for (String argument : arguments) {
      line.append(' ').append(argument);
    }
    Process script =
        new ProcessBuilder("script", "-qec", line.toString(), "/dev/null")
            .redirectErrorStream(true)
            .start();
    try (OutputStream in = script.getOutputStream()) {
      in.write(typed.getBytes(UTF_8));
      in.flush();
      String output = new String(script.getInputStream().readAllBytes(), UTF_8);
      assertThat(script.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(script.exitValue()).as(output).isEqualTo(status);
      return output;
    }
  }

  private Path keyFile() {
    return host.rkt()
        .localConfig()
        .resolve("trustedkeys/prefix.d/" + ImageHost.HOST + "/" + key.fingerprint());
  }

  @Test
  @Covers("cli-4.5-review")
  void keyIsShownAndTakenAfterAPlainYes() throws IOException, InterruptedException {
    String output = shown("y\nyes\n", 0, "trust", "--prefix=" + ImageHost.HOST);
    assertThat(output)
        .contains("gpg key fingerprint is: ")
        .contains("Team <team@example.com>")
        .contains("Are you sure you want to trust this key (yes/no)?")
        .contains("Please enter 'yes' or 'no'")
        .contains("for prefix \"" + ImageHost.HOST + "\" after fingerprint review.");
    assertThat(keyFile()).exists();
  }

  @Test
  @Covers("cli-4.5-review")
  void keyIsLeftAfterANo() throws IOException, InterruptedException {
    String output = shown("no\n", 0, "trust", "--prefix=" + ImageHost.HOST);
    assertThat(output).contains("not trusting \"https://" + ImageHost.HOST + "/keys\"");
    assertThat(keyFile()).doesNotExist();
  }

  @Test
  @Covers({"cli-8-progress", "habit-colour"})
  void fetchOffersTheKeyAndDrawsABar() throws IOException, InterruptedException {
    byte[] image = Files.readAllBytes(host.aci());
    server.on(
        ImageHost.target("aci"),
        exchange -> {
          exchange.sendResponseHeaders(200, image.length);
          try (OutputStream out = exchange.getResponseBody()) {
            int piece = image.length / 4 + 1;
            for (int i = 0; i < image.length; i += piece) {
              out.write(Arrays.copyOfRange(image, i, Math.min(image.length, i + piece)));
              out.flush();
              pause();
            }
          }
        });
    String output = shown("yes\n", 0, "fetch", ImageHost.NAME + ":1.0");
    assertThat(output)
        .contains("Are you sure you want to trust this key (yes/no)?")
        .contains("signature verified:");
    List<String> drawn =
        Arrays.stream(output.split("[\r\n]+"))
            .filter(l -> l.contains("Downloading ACI: ["))
            .toList();
    assertThat(drawn.size()).as(output).isGreaterThan(2);
    assertThat(drawn).anyMatch(l -> l.contains("] ") && l.contains("/s ") && l.contains(" left"));
    assertThat(drawn.get(drawn.size() - 1)).contains("[" + "=".repeat(30) + "]");
  }

  @Test
  @Covers({"cli-8-progress", "habit-colour"})
  void offATerminalThereIsNoBar() throws IOException {
    host.trust(key, ImageHost.HOST);
    server.on(
        ImageHost.target("aci"),
        DiscoveryServer.bytes(200, Map.of(), Files.readAllBytes(host.aci())));
    assertThat(host.fetch().exits(0).stderr()).doesNotContain("\r").doesNotContain("[===");
  }

  /** Long enough for the bar to be drawn again. */
  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(300);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
