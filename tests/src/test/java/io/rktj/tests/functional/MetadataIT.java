// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktProcess;
import io.rktj.tests.kit.RktRunner.RktResult;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code rkt metadata-service} and {@code --mds-register}: one service, on a host of the test's
 * own, for all of these tests.
 */
@Needs(Requirement.NETWORK)
class MetadataIT {
  private static final String UUID = "9e1e5a3e-0b0e-4a0e-9d8c-0123456789ab";
  private static final String ID = "sha512-" + "ab".repeat(64);
  private static final String POD =
      "{\"acVersion\":\"0.8.11\",\"acKind\":\"PodManifest\",\"apps\":[{\"name\":\"web\",\"image\":"
          + "{\"id\":\""
          + ID
          + "\"},\"annotations\":[{\"name\":\"b\",\"value\":\"pod\"}]}],"
          + "\"annotations\":[{\"name\":\"coreos.com/x\",\"value\":\"y\"}]}";
  private static final String IMAGE =
      "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",\"name\":\"example.com/web\","
          + "\"annotations\":[{\"name\":\"a\",\"value\":\"image\"},{\"name\":\"b\",\"value\":\"image\"}]}";

  @TempDir static Path temp;
  private static TestHost host;
  private static RktRunner rkt;
  private static Path socket;
  private static RktProcess service;

  @BeforeAll
  static void serve() {
    host = new TestHost();
    socket = temp.resolve("run/mds.sock");
    rkt = host.rkt(temp).with("RKT_METADATA_SOCKET", socket.toString());
    service = rkt.start("metadata-service").awaitStderr("Metadata service running...", 90);
  }

  @AfterAll
  static void endService() {
    service.signal(15);
    RktResult result = service.await(30).exits(0).isTidy();
    assertThat(result.stderr()).endsWith("metadata-service: Metadata service exiting...\n");
    assertThat(socket).doesNotExist();
    host.close();
  }

  /** What the socket for registrations answers. */
  private static String register(String method, String path, String body) throws IOException {
    return register(socket, method, path, body);
  }

  private static String register(Path at, String method, String path, String body)
      throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(at));
      channel.write(ByteBuffer.wrap(http(method, path, body).getBytes(ISO_8859_1)));
      return new String(Channels.newInputStream(channel).readAllBytes(), UTF_8);
    }
  }

  /** What the apps' port answers. */
  private static String ask(String method, String path, String body) {
    return host.converse(http(method, path, body), "busybox", "nc", "127.0.0.1", "18112");
  }

  private static String get(String path) {
    return ask("GET", path, "");
  }

  private static String http(String method, String path, String body) {
    return method
        + " "
        + path
        + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nMetadata-Flavor: AppContainer\r\n"
        + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  private static int status(String answer) {
    assertThat(answer).startsWith("HTTP/1.1 ");
    return Integer.parseInt(answer.substring(9, 12));
  }

  private static String body(String answer) {
    assertThat(status(answer)).as(answer).isEqualTo(200);
    return answer.substring(answer.indexOf("\r\n\r\n") + 4);
  }

  private static String contentType(String answer) {
    int at = answer.indexOf("content-type: ") + 14;
    return answer.substring(at, answer.indexOf('\r', at));
  }

  @Test
  @Covers({"cli-4.20-register", "cli-4.20-public", "cli-4.20-log"})
  void eachAddressAnswersAsTheSpecificationSays() throws IOException {
    String token = "/table/acMetadata/v1";
    assertThat(status(register("PUT", "/pods/" + UUID + "?token=table", POD))).isEqualTo(200);
    assertThat(status(register("PUT", "/pods/" + UUID + "/web", IMAGE))).isEqualTo(200);

    Map<String, String> answers =
        Map.of(
            "/pod/manifest",
            POD,
            "/pod/uuid",
            UUID,
            "/pod/annotations",
            "[{\"name\":\"coreos.com/x\",\"value\":\"y\"}]",
            "/pod/annotations/coreos.com/x",
            "y",
            "/apps/web/image/manifest",
            IMAGE,
            "/apps/web/image/id",
            ID,
            "/apps/web/annotations",
            "[{\"name\":\"a\",\"value\":\"image\"},{\"name\":\"b\",\"value\":\"pod\"}]",
            "/apps/web/annotations/b",
            "pod");
    for (Map.Entry<String, String> answer : answers.entrySet()) {
      String got = get(token + answer.getKey());
      assertThat(body(got)).as(answer.getKey()).isEqualTo(answer.getValue());
      boolean json = answer.getValue().startsWith("{") || answer.getValue().startsWith("[");
      assertThat(contentType(got))
          .as(answer.getKey())
          .isEqualTo(json ? "application/json" : "text/plain; charset=us-ascii");
    }
    Map<String, Integer> failures =
        Map.of(
            "/wrong/acMetadata/v1/pod/uuid",
            401,
            token + "/pod/annotations/nosuch",
            404,
            token + "/pod/annotations/Bad",
            400,
            token + "/apps/nosuch/image/id",
            404,
            token + "/apps/Bad/image/id",
            400,
            token + "/apps/web/annotations/nosuch",
            404,
            token + "/pod/nosuch",
            404,
            token + "/pod/hmac/sign",
            405,
            token + "/pod/%zz",
            400,
            "/",
            404);
    failures.forEach((path, code) -> assertThat(status(get(path))).as(path).isEqualTo(code));
    assertThat(service.stderr())
        .contains("metadata-service: GET /tabl.../acMetadata/v1/pod/uuid - 200\n")
        .contains("metadata-service: GET /wron.../acMetadata/v1/pod/uuid - 401\n")
        .contains("metadata-service: PUT /pods/" + UUID + "?token=... - 200\n")
        .doesNotContain("/table/");

    assertThat(status(register("DELETE", "/pods/" + UUID, ""))).isEqualTo(200);
    assertThat(status(get(token + "/pod/uuid"))).isEqualTo(401);
    assertThat(status(register("DELETE", "/pods/" + UUID, ""))).isEqualTo(404);
  }

  @Test
  @Covers("cli-4.20-register")
  void wrongRegistrationsAreRefused() throws IOException {
    String other = "00000000-0000-4000-8000-000000000001";
    assertThat(status(register("PUT", "/pods/nouuid?token=t", POD))).isEqualTo(400);
    assertThat(status(register("PUT", "/pods/" + other, POD))).isEqualTo(400);
    assertThat(status(register("PUT", "/pods/" + other + "?token=t", "{"))).isEqualTo(400);
    assertThat(status(register("PUT", "/pods/" + other + "/web", IMAGE))).isEqualTo(404);
    assertThat(status(register("PUT", "/pods/" + other + "?token=mine", POD))).isEqualTo(200);
    assertThat(status(register("PUT", "/pods/" + other + "/web", "{}"))).isEqualTo(400);
    String thief = "00000000-0000-4000-8000-000000000002";
    assertThat(status(register("PUT", "/pods/" + thief + "?token=mine", POD))).isEqualTo(400);
    assertThat(body(get("/mine/acMetadata/v1/pod/uuid"))).isEqualTo(other);
    assertThat(status(get("/pods/" + other))).as("not on the apps' port").isEqualTo(404);
  }

  @Test
  @Covers("cli-4.20-hmac")
  void signaturesHoldForTheirPodAndContentOnly() throws IOException {
    String uuid = "00000000-0000-4000-8000-000000000003";
    register("PUT", "/pods/" + uuid + "?token=signs", POD);
    String hmac = "/signs/acMetadata/v1/pod/hmac/";

    String signed = ask("POST", hmac + "sign", "content=a+%FF%2B");

    String signature = body(signed).replace("+", "%2B").replace("=", "%3D");
    assertThat(contentType(signed)).isEqualTo("text/plain; charset=us-ascii");
    String form = "content=a+%FF%2B&uuid=" + uuid + "&signature=" + signature;
    assertThat(status(ask("POST", hmac + "verify", form))).isEqualTo(200);
    assertThat(status(ask("POST", hmac + "verify", form.replace("%FF", "%FE")))).isEqualTo(403);
    assertThat(status(ask("POST", hmac + "verify", form.replace(uuid, UUID)))).isEqualTo(403);
    assertThat(status(ask("POST", hmac + "verify", "content=a&uuid=" + uuid))).isEqualTo(400);
    assertThat(status(ask("POST", hmac + "verify", form + "x"))).isEqualTo(400);
    assertThat(status(ask("POST", hmac + "sign", "x=y"))).isEqualTo(400);
    assertThat(status(ask("POST", "/x/acMetadata/v1/pod/hmac/sign", "content=a"))).isEqualTo(401);
  }

  @Test
  void hostilePodsCannotKeepOthersFromAsking() throws IOException, InterruptedException {
    String big = "content=" + "x".repeat(300_000);
    assertThat(ask("POST", "/big/acMetadata/v1/pod/hmac/sign", big)).startsWith("HTTP/1.1 413 ");
    assertThat(ask("GET", "/" + "x".repeat(9_000), "")).isEmpty();
    List<Process> held = new ArrayList<>();
    try {
      for (int i = 0; i < 64; i++) {
        held.add(host.start("busybox", "nc", "127.0.0.1", "18112"));
      }
      long deadline = System.nanoTime() + 30_000_000_000L;
      while (!get("/full/acMetadata/v1/pod/uuid").isEmpty() && System.nanoTime() < deadline) {
        Thread.onSpinWait(); // until all of them are connected
      }
      assertThat(get("/full/acMetadata/v1/pod/uuid")).isEmpty();
      assertThat(status(register("DELETE", "/pods/" + "0".repeat(32), ""))).isEqualTo(404);
      for (Process process : held) {
        assertThat(process.getInputStream().read()).as("closed when its time is up").isEqualTo(-1);
      }
      assertThat(status(get("/full/acMetadata/v1/pod/uuid"))).isEqualTo(401);
    } finally {
      held.forEach(Process::destroy);
      for (Process process : held) {
        process.waitFor();
      }
    }
  }

  @Test
  void socketIsRootsAndHisGroups() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rw-rw----");
    assertThat(Files.getAttribute(socket, "unix:uid")).isEqualTo(0);
    RktResult second = rkt.run("metadata-service", "--listen-port=18113").exits(254).isTidy();
    assertThat(second.stderr()).contains("cannot listen on \"" + socket + "\": another service");
    RktResult port =
        host.rkt(temp)
            .with("RKT_METADATA_SOCKET", temp.resolve("other.sock").toString())
            .run("metadata-service")
            .exits(254)
            .isTidy();
    assertThat(port.stderr()).contains("cannot listen on port 18112");
    assertThat(temp.resolve("other.sock")).doesNotExist();
  }

  @Test
  @Covers({"cli-4.20-mds", "run-20-metadata", "run-21-metadata"})
  void podsAreForgottenWhenTheyAreCollectedOrRemoved() throws IOException {
    Path aci =
        TestImage.named("example.com/app")
            .script(
                "echo url $AC_METADATA_URL; wget -q -O - $AC_METADATA_URL/acMetadata/v1/pod/uuid")
            .write(temp.resolve("images"));
    for (String command : List.of("gc", "rm")) {
      Path uuid = temp.resolve("uuid-" + command);
      RktResult run =
          rkt.run(
                  "--insecure-options=image",
                  "run",
                  "--net=host",
                  "--mds-register",
                  "--uuid-file-save=" + uuid,
                  aci.toString())
              .exits(0);
      String id = Files.readString(uuid);
      assertThat(run.lines("app")).contains(id);
      String url = run.lines("app").get(0);
      assertThat(url).startsWith("url http://127.0.0.1:18112/");
      String path = url.substring("url http://127.0.0.1:18112".length());
      assertThat(path).hasSize(33);
      assertThat(body(get(path + "/acMetadata/v1/pod/uuid"))).isEqualTo(id);
      if (command.equals("gc")) {
        rkt.run("gc", "--grace-period=0s").exits(0).isTidy();
      } else {
        rkt.run("rm", id).exits(0).isTidy();
      }
      assertThat(status(get(path + "/acMetadata/v1/pod/uuid"))).isEqualTo(401);
      assertThat(service.stderr()).contains("DELETE /pods/" + id + " - 200");
    }
  }

  @Test
  @Covers({"cli-4.1-mds", "cli-4.20-unreachable"})
  void withoutAServiceThereIsNoPodAndAPreparedOneStaysPrepared() throws IOException {
    Path base = temp.resolve("without");
    RktRunner alone = host.rkt(base).with("RKT_METADATA_SOCKET", base + "/nosuch.sock");
    Path aci = TestImage.named("example.com/app").write(base.resolve("images"));
    alone
        .run("--insecure-options=image", "run", "--mds-register", "--net=host", aci.toString())
        .exits(254)
        .isTidy()
        .stderrHas("run: could not reach the metadata service.")
        .stderrHas("hint: start it with \"rkt metadata-service\"");
    assertThat(Rkt.filesBelow(base.resolve("data/pods"))).isEmpty();

    String uuid =
        alone.run("--insecure-options=image", "prepare", aci.toString()).exits(0).stdout().strip();
    alone
        .run("run-prepared", "--mds-register", "--net=host", uuid)
        .exits(254)
        .isTidy()
        .stderrHas("run-prepared: could not reach the metadata service.");
    alone.run("status", uuid).exits(0).stdoutHas("state=prepared");
    for (List<String> command :
        List.of(
            List.of("run", "--mds-register", "--net=none", aci.toString()),
            List.of("run-prepared", "--mds-register", "--net=none", uuid))) {
      alone
          .run(command.toArray(new String[0]))
          .exits(254)
          .stderrHas("--mds-register flag does not work with --net=none. Please use 'host',");
    }
    RktRunner with = host.rkt(base).with("RKT_METADATA_SOCKET", socket.toString());
    with.run("run-prepared", "--mds-register", "--net=host", uuid).exits(0);
    alone
        .run("gc", "--grace-period=0s")
        .exits(0)
        .isTidy()
        .stderrHas("could not unregister pod with metadata service");
    assertThat(Rkt.filesBelow(base.resolve("data/pods"))).isEmpty();
  }

  @Test
  @Covers({"cli-4.20-end", "cli-4.20-port"})
  void takesTheSocketThatSystemdHasOpened() throws IOException {
    Path base = temp.resolve("activated");
    Path given = base.resolve("given.sock");
    RktRunner activated = host.rkt(base).activatedBy(given);
    RktProcess process =
        activated
            .start("metadata-service", "--listen-port=18114")
            .awaitStderr("Metadata service running...", 90);
    String answer = register(given, "PUT", "/pods/" + UUID + "?token=given", POD);
    process.signal(15);
    process.await(30).exits(0);
    assertThat(status(answer)).isEqualTo(200);
    assertThat(given).as("systemd's to remove").exists();
  }

  @Test
  void appsThatAreAddedToAPodAreKnownToo() throws IOException {
    Path base = temp.resolve("mutable");
    RktRunner with = host.rkt(base).with("RKT_METADATA_SOCKET", socket.toString());
    Path aci =
        TestImage.named("example.com/app")
            .script("wget -q -O - $AC_METADATA_URL/acMetadata/v1/apps/late/image/id")
            .write(base.resolve("images"));
    String image =
        with.run("--insecure-options=image", "fetch", "--full", aci.toString())
            .exits(0)
            .stdout()
            .strip();
    Path file = base.resolve("uuid");
    RktProcess pod =
        with.start("app", "sandbox", "--net=host", "--mds-register", "--uuid-file-save=" + file);
    with.run("status", "--wait-ready=60s", "--uuid-file=" + awaitFile(file, pod)).exits(0);
    String uuid = Files.readString(file);
    with.run("--insecure-options=image", "app", "add", uuid, image, "--name=late").exits(0);
    with.run("app", "start", uuid, "--app=late").exits(0);
    pod.awaitStdout(image, 60);
    with.run("stop", uuid).exits(0);
    pod.await(60);
    with.run("rm", uuid).exits(0).isTidy();
  }

  private static Path awaitFile(Path file, RktProcess pod) {
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (!Files.exists(file)) {
      if (!pod.process().isAlive() || System.nanoTime() > deadline) {
        throw new AssertionError("no pod: " + pod.stderr());
      }
      Thread.onSpinWait();
    }
    return file;
  }
}
