// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.DiscoveryServer;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktResult;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code rkt fetch} asks of whom ({@code spec/rkt-cli.md} sections 4.4 and 8). */
class FetchPolicyIT {
  private static final String HOST = "policy.example.com";
  private static final String NAME = HOST + "/app";
  private static final String NOTHING =
      ": either image was not found in the store or store was disabled and fetching from remote"
          + " yielded nothing or it was disabled\n";

  @TempDir Path temp;
  private RktRunner rkt;
  private DiscoveryServer server;
  private Path aci;

  @BeforeEach
  void offer() throws IOException {
    rkt = RktRunner.in(temp);
    server = DiscoveryServer.https(temp, List.of(HOST));
    server.configure(rkt.localConfig(), List.of(HOST));
    aci = TestImage.named(NAME).write(temp.resolve("images"));
    server.page(
        "/app?ac-discovery=1",
        "<html><head><meta name=\"ac-discovery\" content=\""
            + NAME
            + " https://"
            + HOST
            + "/app.{ext}\"></head></html>");
    server.file("/app.aci", aci);
  }

  @AfterEach
  void end() {
    server.close();
  }

  private RktResult fetch(String... words) {
    return rkt.run(
        Stream.concat(Stream.of("--insecure-options=image", "fetch"), Stream.of(words))
            .toArray(String[]::new));
  }

  private static String url() {
    return "https://" + HOST + "/app.aci";
  }

  /** What was asked since there were {@code before} requests. */
  private List<String> asked(int before) {
    return server.requests().stream().skip(before).map(r -> r.target()).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "name, --pull-policy=new, ''",
    "name, --pull-policy=never, ''",
    "name, --store-only, ''",
    "name, --pull-policy=update, /app?ac-discovery=1 /app.aci",
    "name, --no-store, /app?ac-discovery=1 /app.aci",
    "name, --debug, /app?ac-discovery=1 /app.aci",
    "name, --pull-policy=whatever, ''",
    "url, --pull-policy=new, ''",
    "url, --pull-policy=never, ''",
    "url, --pull-policy=update, /app.aci",
    "url, --debug, /app.aci",
  })
  @Covers({"cli-4.4-policy", "cli-8-policy"})
  void imageThatIsHereIsAskedForAgainByPolicy(String kind, String flag, String requests) {
    String reference = kind.equals("name") ? NAME + ":1" : url();
    String id = fetch(reference).exits(0).stdout();
    int before = server.requests().size();

    var again = fetch(flag, reference).exits(0);

    assertThat(again.stdout()).isEqualTo(id);
    assertThat(String.join(" ", asked(before))).isEqualTo(requests);
    if (!requests.isEmpty()) {
      var conditional = server.requests().get(server.requests().size() - 1);
      assertThat(conditional.headers().getFirst("If-None-Match")).startsWith("\"");
      assertThat(conditional.headers().getFirst("User-Agent")).matches("rkt/[0-9.]+");
    }
  }

  @Test
  @Covers({"cli-8-policy", "cli-8-failure"})
  void neverMeansThatNobodyIsAsked() {
    assertThat(fetch("--pull-policy=never", NAME + ":1").exits(254).stderr())
        .isEqualTo("fetch: unable to fetch image from image name \"" + NAME + ":1\"" + NOTHING);
    assertThat(fetch("--pull-policy=never", url()).exits(254).stderr())
        .isEqualTo("fetch: unable to fetch image from URL \"" + url() + "\"" + NOTHING);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  @Covers("cli-1-deprecated")
  void deprecatedSpellingsSaySo() {
    assertThat(fetch("--store-only", NAME).exits(254).stderr())
        .startsWith(
            "Flag --store-only has been deprecated, please use --pull-policy=never\nfetch: ");
    assertThat(fetch("--no-store", NAME + ":1").exits(0).stderr())
        .startsWith("Flag --no-store has been deprecated, please use --pull-policy=update\n");
    assertThat(fetch("--store-only", "--no-store", NAME).exits(254).stderr())
        .endsWith("fetch: both --store-only and --no-store specified\n");
  }

  @ParameterizedTest
  @CsvSource({"max-age=1000, 0", "no-cache, 1", "'max-age=1000, no-store', 1", "max-age=0, 1"})
  @Covers("cli-8-etag")
  void ageThatTheServerAllowsIsHonoured(String control, int requests) throws IOException {
    server.on(
        "/app.aci",
        DiscoveryServer.bytes(
            200, Map.of("Cache-Control", control, "ETag", "\"x\""), Files.readAllBytes(aci)));
    fetch(url()).exits(0);

    int before = server.requests().size();
    var again = fetch("--debug", url()).exits(0);

    assertThat(asked(before)).hasSize(requests);
    if (requests == 0) {
      again.stderrHas("image: image for " + url() + " isn't expired, not fetching.\n");
    }
  }

  @Test
  @Covers("cli-8-policy")
  void updateBringsWhatIsNew() throws IOException {
    String old = fetch(NAME + ":1").exits(0).stdout();
    Path newer = TestImage.named(NAME).file("etc/new", "x").write(temp.resolve("newer"));
    server.file("/app.aci", newer);

    assertThat(fetch("--pull-policy=new", NAME + ":1").exits(0).stdout()).isEqualTo(old);
    assertThat(fetch(NAME + ":1").exits(0).stdout()).isNotEqualTo(old);
  }

  @ParameterizedTest
  @ValueSource(strings = {"new", "never", "update"})
  @Covers("cli-8-policy")
  void fileIsReadAgainUnderEachPolicy(String policy) throws IOException {
    String old = fetch("--pull-policy=" + policy, aci.toString()).exits(0).stdout();
    Path newer = TestImage.named(NAME).file("etc/new", "x").write(temp.resolve("newer"));
    Files.copy(newer, aci, java.nio.file.StandardCopyOption.REPLACE_EXISTING);

    assertThat(fetch("--pull-policy=" + policy, aci.toString()).exits(0).stdout())
        .isNotEqualTo(old);
  }

  @Test
  @Covers("cli-4.4-ids")
  void oneLineForEachImageWithAShortOrAWholeId() {
    Path other = TestImage.named("other").write(temp.resolve("images"));

    List<String> shorter = fetch(url(), other.toString()).exits(0).stdout().lines().toList();
    List<String> whole =
        fetch("--full", url(), other.toString()).exits(0).stdout().lines().toList();

    assertThat(shorter).hasSize(2).allMatch(id -> id.matches("sha512-[0-9a-f]{32}"));
    assertThat(whole).hasSize(2).allMatch(id -> id.matches("sha512-[0-9a-f]{128}"));
    assertThat(whole.get(1)).startsWith(shorter.get(1));
  }

  @Test
  @Covers("cli-8-dependencies")
  void dependenciesComeByTheSamePolicy() {
    Path top =
        TestImage.named("top")
            .manifest("\"dependencies\":[{\"imageName\":\"" + NAME + "\"}]")
            .write(temp.resolve("images"));

    assertThat(fetch("--pull-policy=never", top.toString()).exits(254).stderr())
        .contains("unable to fetch image from image name \"" + NAME + "\"");
    fetch("--pull-policy=new", top.toString()).exits(0);

    assertThat(rkt.run("image", "list", "--fields=name", "--no-legend", "--sort=name").stdout())
        .isEqualTo(NAME + ":1\ntop:1\n");
    int before = server.requests().size();
    fetch("--pull-policy=new", top.toString()).exits(0);
    assertThat(asked(before)).isEmpty();
    fetch(top.toString()).exits(0);
    assertThat(asked(before)).containsExactly("/app?ac-discovery=1", "/app.aci");
  }

  @ParameterizedTest
  @ValueSource(strings = {NAME + ":1", "https://" + HOST + "/app.aci"})
  @Covers("cli-8-concurrent")
  void whoComesSecondWaitsAndIsToldSo(String reference) throws Exception {
    byte[] body = Files.readAllBytes(aci);
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    server.on(
        "/app.aci",
        exchange -> {
          asked.countDown();
          try {
            assertThat(go.await(60, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          DiscoveryServer.bytes(200, Map.of(), body).answer(exchange);
        });

    var first = rkt.start("--insecure-options=image", "fetch", "--pull-policy=new", reference);
    assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
    var second = rkt.start("--insecure-options=image", "fetch", "--pull-policy=new", reference);
    String waiting = "image: another rkt instance is downloading this file, waiting...\n";
    while (!second.stderr().contains(waiting)) {
      assertThat(second.process().isAlive()).as(second.stderr()).isTrue();
      Thread.onSpinWait();
    }
    go.countDown();

    String id = first.await(60).exits(0).stdout();
    assertThat(second.await(60).exits(0).stdout()).isEqualTo(id);
    assertThat(asked(0).stream().filter("/app.aci"::equals)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | fetch: must provide at least one image",
        "x -- y | fetch: unable to parse arguments: app arguments unsupported",
        "x.aci --signature=a --signature=b | fetch: unable to parse arguments: invalid argument"
            + " \"b\" for --signature=b: --signature specified multiple times for the same image",
        "https://a.example/b | fetch: invalid image string \"https://a.example/b\"",
        "file:///a/b | fetch: invalid image string \"file:///a/b\"",
        "x,os=bsd | fetch: bad os \"bsd\" (must be one of: [linux])",
        "/none.aci --signature=/none | fetch: error opening signature file: open /none: no such"
            + " file or directory",
        "/none.aci | fetch: error opening signature file: open /none.aci.asc: no such file or"
            + " directory",
      })
  @Covers({"cli-4.4-none", "cli-3-literal-fetch", "cli-3-twice", "cli-2-url", "cli-2-labels"})
  void wrongArgumentsAreRefused(String words, String message) {
    String[] line = ("fetch " + words).strip().split(" ", -1);

    assertThat(rkt.run(line).exits(254).isTidy().stderr()).isEqualTo(message + "\n");
  }

  @Test
  @Covers("cli-2-fetch")
  void hashIsANameForFetch() {
    rkt.run("fetch", "--pull-policy=never", "sha512-0123456789ab")
        .exits(254)
        .stderrHas("unable to fetch image from image name \"sha512-0123456789ab\"");
  }

  @Test
  @Covers("cli-4.4-alias")
  void imageFetchIsTheSameCommandUnderAHiddenName() {
    String id = fetch(url()).exits(0).stdout();

    assertThat(rkt.run("image", "fetch", "--insecure-options=image", url()).exits(0).stdout())
        .isEqualTo(id);
    assertThat(rkt.run("help").stdout()).doesNotContain("image fetch");
  }

  @Test
  @Covers("cli-1.1-debug-fetch")
  void stepsAreToldWithDebug() {
    String steps = fetch("--debug", NAME + ":1").exits(0).stderr();
    assertThat(steps)
        .contains("image: searching for app image " + NAME + "\n")
        .contains("image: remote fetching from URL \"" + url() + "\"\n")
        .contains("image: fetching image from " + url() + "\n");

    fetch("--debug", "--pull-policy=new", NAME + ":1")
        .stderrHas("image: using image from local store for image name " + NAME + ":1\n");
    fetch("--debug", "--pull-policy=new", url())
        .stderrHas("image: using image from local store for url " + url() + "\n");
    fetch("--debug", aci.toString()).stderrHas("image: using image from file " + aci + "\n");
    assertThat(fetch(NAME + ":1").stderr()).doesNotContain("searching");
  }
}
