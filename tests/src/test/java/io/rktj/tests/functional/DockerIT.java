// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.DiscoveryServer;
import io.rktj.tests.kit.RawTar;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktResult;
import io.rktj.tests.kit.TestImage;
import io.rktj.tests.kit.TestRegistry;
import io.rktj.tests.kit.TestRegistry.Blob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Images of a registry, fetched, converted and run. */
class DockerIT {
  private static final String HOST = "registry.example.com";
  private static final String PLACE = "docker://" + HOST + "/team/app:v1";
  private static final String SETTINGS =
      "\"Entrypoint\":[\"sh\",\"-c\"],\"Cmd\":[\"echo $GREETING from $(pwd) as $(id -u):$(id -g);"
          + " cat /etc/kept /usr/lib/new; ls /srv /data; stat -c %h /etc/kept\"],"
          + "\"Env\":[\"PATH=/bin\",\"GREETING=hello\"],\"User\":\"1000:1001\","
          + "\"WorkingDir\":\"/srv\",\"Volumes\":{\"/data\":{}},\"ExposedPorts\":{\"80/tcp\":{}},"
          + "\"Labels\":{\"team\":\"blue\"}";

  @TempDir static Path shared;
  private static DiscoveryServer server;

  @TempDir Path temp;
  private RktRunner rkt;

  @BeforeAll
  static void publish() throws IOException {
    server = DiscoveryServer.https(shared, List.of(HOST, "registry-1.docker.io"));
    String basic = Base64.getEncoder().encodeToString("me:secret".getBytes(UTF_8));
    TestRegistry registry = new TestRegistry(server, HOST, "team/app").closed("Basic " + basic);
    RawTar base =
        new RawTar()
            .directory("./")
            .directory("bin")
            .program("bin/busybox", Files.readAllBytes(TestImage.busybox()))
            .directory("usr")
            .directory("usr/lib")
            .symlink("lib", "usr/lib")
            .directory("etc")
            .file("etc/kept", "kept\n")
            .file("etc/gone", "gone\n")
            .directory("srv")
            .file("srv/old", "old\n")
            .directory("data")
            .file("data/seed", "seed\n");
    for (String applet : List.of("sh", "cat", "ls", "id", "pwd", "stat")) {
      base.symlink("bin/" + applet, "busybox");
    }
    RawTar above =
        new RawTar()
            .file("srv/new", "new\n")
            .file("srv/.wh..wh..opq", "")
            .file("etc/.wh.gone", "")
            .hardlink("etc/also", "etc/kept")
            .file("lib/new", "through a link\n");
    Blob manifest = registry.image("single", SETTINGS, base, above);
    String platform = ",\"platform\":{\"os\":\"linux\",\"architecture\":\"";
    registry.document(
        "v1",
        TestRegistry.INDEX,
        "{\"schemaVersion\":2,\"manifests\":["
            + new Blob("sha256:" + "0".repeat(64), 1)
                .descriptor(TestRegistry.MANIFEST, platform + "s390x\"}")
            + ","
            + manifest.descriptor(
                TestRegistry.MANIFEST, platform + TestRegistry.processor() + "\"}")
            + "]}");
    spoil();
  }

  @AfterAll
  static void end() {
    server.close();
  }

  @BeforeEach
  void configure() throws IOException {
    rkt = RktRunner.in(temp);
    server.configure(rkt.localConfig(), List.of(HOST, "registry-1.docker.io"));
    Path auth = Files.createDirectories(rkt.localConfig().resolve("auth.d"));
    Files.writeString(
        auth.resolve("registry.json"),
        "{\"rktKind\":\"dockerAuth\",\"rktVersion\":\"v1\",\"registries\":[\""
            + HOST
            + "\"],\"credentials\":{\"user\":\"me\",\"password\":\"secret\"}}");
  }

  private RktResult insecure(String... words) {
    return rkt.run(
        Stream.concat(Stream.of("--insecure-options=image"), Stream.of(words))
            .toArray(String[]::new));
  }

  @Test
  @Needs(Requirement.PODS)
  @Covers({"cli-8-docker", "cli-8-docker-policy", "run-5-docker"})
  void imageIsConvertedOnceAndRun() {
    RktResult run = insecure("run", "--net=none", PLACE).exits(0).isTidy();
    rkt.run("gc", "--grace-period=0s").exits(0);

    assertThat(run.lines("app"))
        .containsExactly(
            "hello from /srv as 1000:1001",
            "kept",
            "through a link",
            "/data:",
            "seed",
            "",
            "/srv:",
            "new",
            "2");
    assertThat(Rkt.filesBelow(rkt.data().resolve("cas/tmp"))).isEmpty();

    int before = server.requests().size();
    String id = insecure("fetch", "--pull-policy=new", PLACE).exits(0).stdout();
    assertThat(insecure("fetch", "--pull-policy=never", PLACE).exits(0).stdout()).isEqualTo(id);
    assertThat(server.requests()).hasSize(before);
    assertThat(insecure("fetch", PLACE).exits(0).stdout()).isEqualTo(id);
    assertThat(asked(before)).isNotEmpty().noneMatch(target -> target.contains("/blobs/"));
    rkt.run("fetch", "--pull-policy=new", PLACE)
        .exits(254)
        .stderrHas(
            "fetch: signature verification for docker images is not supported (try"
                + " --insecure-options=image)\n");
  }

  @Test
  @Covers("cli-8-docker-manifest")
  void manifestFollowsDocker2aci() {
    insecure("fetch", PLACE).exits(0);

    String manifest =
        rkt.run("image", "cat-manifest", "--pretty-print=false", HOST + "/team/app:v1")
            .exits(0)
            .stdout();

    assertThat(manifest)
        .contains(
            "\"name\":\"registry.example.com/team/app\"",
            "{\"name\":\"version\",\"value\":\"v1\"},{\"name\":\"os\",\"value\":\"linux\"}",
            "\"exec\":[\"sh\",\"-c\",\"echo ",
            "\"user\":\"1000\",\"group\":\"1001\"",
            "\"workingDirectory\":\"/srv\"",
            "{\"name\":\"GREETING\",\"value\":\"hello\"}",
            "{\"name\":\"volume-data\",\"path\":\"/data\"",
            "\"name\":\"80-tcp\",\"protocol\":\"tcp\",\"port\":80",
            "{\"name\":\"created\",\"value\":\"2026-01-02T03:04:05.678Z\"}",
            "\"appc.io/docker/originalname\",\"value\":\"registry.example.com/team/app:v1\"",
            "\"appc.io/docker/registryurl\",\"value\":\"registry.example.com\"",
            "\"appc.io/docker/repository\",\"value\":\"team/app\"",
            "\"appc.io/docker/tag\",\"value\":\"v1\"",
            "\"appc.io/docker/entrypoint\",\"value\":\"[\\\"sh\\\",\\\"-c\\\"]\"");
  }

  @Test
  @Covers("cli-8-docker-auth")
  void whoHasNoCredentialsIsToldWhereTheyGo() throws IOException {
    Files.delete(rkt.localConfig().resolve("auth.d/registry.json"));

    insecure("fetch", PLACE)
        .exits(254)
        .isTidy()
        .stderrHas("fetch: cannot fetch \"https://" + HOST + "/token?")
        .stderrHas("bad HTTP status code: 401")
        .stderrHas("\nhint: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "layer | came as \"sha256:",
        "tar | came as \"sha256:",
        "old | manifests of Docker's schema 1 are not supported",
        "climbing | climbs with",
      })
  @Covers({"cli-8-docker", "sec-1c-blobs", "sec-1a-names"})
  void whatIsNotAsPromisedIsRefusedAndLeavesNothing(String tag, String reason) {
    insecure("fetch", "docker:library/bad:" + tag).exits(254).isTidy().stderrHas(reason);

    for (String place : List.of("cas/tmp", "cas/blob", "cas/tree", "cas/remote")) {
      assertThat(Rkt.filesBelow(rkt.data().resolve(place))).as(place).isEmpty();
    }
  }

  /** Images of Docker's own registry that are wrong in one thing each. */
  private static void spoil() {
    TestRegistry registry = new TestRegistry(server, "registry-1.docker.io", "library/bad");
    RawTar good = new RawTar().file("etc", "good");
    byte[] layer = TestRegistry.gzip(good.bytes());
    String digest = registry.blob(layer).digest();
    Blob config = registry.blob(TestRegistry.config("", good).getBytes(UTF_8));
    registry.manifest("size", config, List.of(new Blob(digest, 10)));
    Blob other = registry.blob("sha256:" + "a".repeat(64), layer);
    registry.manifest("layer", config, List.of(other));
    RawTar evil = new RawTar().file("etc", "evil");
    registry.manifest("tar", config, List.of(registry.blob(TestRegistry.gzip(evil.bytes()))));
    registry.image("climbing", "", new RawTar().file("../escaped", "x"));
    registry.document(
        "old",
        "application/vnd.docker.distribution.manifest.v1+prettyjws",
        "{\"schemaVersion\":1,\"fsLayers\":[]}");
  }

  private static List<String> asked(int before) {
    return server.requests().stream().skip(before).map(r -> r.target()).toList();
  }
}
