// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktProcess;
import io.rktj.tests.kit.RktRunner.RktResult;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pods in a user name space of their own ({@code spec/rkt-runtime.md} section 10), as the kernel
 * sees them from the host.
 */
@Needs(Requirement.USER_NAMES)
class UserNamespaceIT {
  private static final String UNSIGNED = "--insecure-options=image";
  private static final String USERS = "--private-users";
  private static final Path CLAIMS = Path.of("/run/rkt/private-users");

  @TempDir Path temp;
  private RktRunner rkt;
  private final List<RktProcess> pods = new ArrayList<>();

  @BeforeEach
  void dataDirectory() {
    rkt = Rkt.in(temp);
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    for (RktProcess pod : pods) {
      pod.process().destroy();
      pod.await(60);
    }
    rkt.run("gc", "--grace-period=0s", "--expire-prepared=0s").exits(0);
    assertThat(Rkt.filesBelow(rkt.data().resolve("pods"))).isEmpty();
    assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(temp.toString());
    assertThat(claims()).isEmpty();
  }

  /** Ranges that pods of this test have. */
  private List<String> claims() throws IOException {
    List<String> ours = new ArrayList<>();
    if (Files.exists(CLAIMS)) {
      try (Stream<Path> links = Files.list(CLAIMS)) {
        for (Path link : links.toList()) {
          if (Files.readSymbolicLink(link).toString().startsWith(rkt.data().toString())) {
            ours.add(link.getFileName().toString());
          }
        }
      }
    }
    return ours;
  }

  private String image(String name, String script) {
    return TestImage.named("example.com/" + name)
        .script(script)
        .write(temp.resolve("images"))
        .toString();
  }

  private RktProcess start(String name, String... line) {
    List<String> words = new ArrayList<>(List.of(UNSIGNED, "run", "--net=none", USERS));
    words.add("--uuid-file-save=" + temp.resolve(name));
    words.addAll(List.of(line));
    RktProcess pod = rkt.start(words.toArray(new String[0]));
    pods.add(pod);
    return pod;
  }

  private String uuid(String name) throws IOException {
    return Files.readString(temp.resolve(name));
  }

  /** The host's id of the pod's root, as the kernel says. */
  private static long rootOf(long process) throws IOException {
    String[] map = Files.readString(Path.of("/proc/" + process + "/uid_map")).strip().split(" +");
    assertThat(map[0]).isEqualTo("0");
    assertThat(map[2]).isEqualTo("65536");
    assertThat(Files.readString(Path.of("/proc/" + process + "/gid_map")).strip().split(" +"))
        .isEqualTo(map);
    return Long.parseLong(map[1]);
  }

  private static Path namespace(long process, String kind) throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/" + process + "/ns/" + kind));
  }

  private static int owner(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:uid");
  }

  /** Runs a command on the host as root of the pod, as one would who had broken out of it. */
  private static String escaped(long process, String... command) throws Exception {
    List<String> words =
        new ArrayList<>(List.of("nsenter", "--user", "--target", Long.toString(process)));
    words.addAll(List.of("--setuid", "0", "--setgid", "0", "--"));
    words.addAll(List.of(command));
    Process entered = new ProcessBuilder(words).redirectErrorStream(true).start();
    String output = new String(entered.getInputStream().readAllBytes(), UTF_8);
    assertThat(entered.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return output + entered.exitValue();
  }

  @Test
  @Covers({"cli-4.1-private-users", "run-10-map", "run-10-host-files"})
  void rootOfThePodIsNobodyOnTheHost() throws Exception {
    Path secret = Files.writeString(temp.resolve("secret"), "of the host\n");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    String first =
        image(
            "first",
            "id -u; cat /secret || echo refused; stat -c %u /secret; touch /made /empty/made;"
                + " stat -c %u /made /empty /empty/made /bin/busybox; echo x >/dev/null;"
                + " echo y >/dev/stdout; echo up; exec sleep 1000");
    RktProcess pod =
        start(
            "uuid",
            "--volume=s,kind=host,source=" + secret,
            "--volume=e,kind=empty",
            "--mount=volume=e,target=/empty",
            "--mount=volume=s,target=/secret",
            first,
            image("second", "exec sleep 1001"));
    pod.awaitStdout("up", 60);
    long app = Pods.appOf(pod, "sleep 1000");
    long other = Pods.appOf(pod, "sleep 1001");
    long root = rootOf(app);

    assertThat(pod.stdout()).contains("first[").contains(": refused\n").contains(": y\n");
    assertThat(pod.stdout().lines().map(line -> line.replaceAll(".*: ", "")))
        .containsSubsequence("0", "refused", "65534", "0", "0", "0", "0", "y", "up");
    assertThat(root).isBetween(8L << 16, 0x6fffL << 16);
    Path run = rkt.data().resolve("pods/run/" + uuid("uuid"));
    assertThat(run.resolve("private-users-prepared")).hasContent(root + ":65536");
    for (long process : List.of(app, other)) {
      assertThat(Files.readString(Path.of("/proc/" + process + "/status")))
          .contains("Uid:\t" + root + "\t" + root + "\t" + root + "\t" + root + "\n");
    }
    for (String kind : List.of("user", "net", "pid", "uts", "ipc")) {
      assertThat(namespace(app, kind)).isEqualTo(namespace(other, kind));
      assertThat(namespace(app, kind)).isNotEqualTo(namespace(ProcessHandle.current().pid(), kind));
    }
    assertThat(escaped(app, "cat", secret.toString())).endsWith("Permission denied\n1");
    assertThat(escaped(app, "sh", "-c", "echo > /etc/passwd")).contains("Permission denied");
    assertThat(escaped(app, "cat", "/proc/self/uid_map")).contains(Long.toString(root));

    // what all pods share, and what is this one's, has the owners on the disk that images say
    try (Stream<Path> tree = Files.walk(rkt.data().resolve("cas/tree"))) {
      for (Path file : tree.toList()) {
        assertThat(owner(file)).as(file.toString()).isZero();
      }
    }
    assertThat(owner(run.resolve("sharedVolumes/e/made"))).isZero();
    RktResult entered =
        rkt.run(
            "enter",
            "--app=first",
            uuid("uuid"),
            "/bin/sh",
            "-c",
            "id -u; cat /proc/self/uid_map; echo named >/dev/stdout; exit 9");
    assertThat(entered.exits(9).stdout()).startsWith("0\n").contains(root + " ", "named");
    rkt.run("stop", uuid("uuid")).exits(0);
    pod.await(60).exits(0);
  }

  @Test
  @Covers({"run-10-ranges", "cli-6-private-users"})
  void everyPodHasARangeOfItsOwnUntilGcGivesItBack() throws Exception {
    String image = image("app", "echo up; exec sleep 1000");
    RktProcess killed = start("killed", image);
    RktProcess living = start("living", image);
    killed.awaitStdout("up", 60);
    living.awaitStdout("up", 60);
    long first = rootOf(Pods.appOf(killed, "sleep 1000"));
    long app = Pods.appOf(living, "sleep 1000");
    long second = rootOf(app);

    assertThat(Math.abs(first - second)).isGreaterThanOrEqualTo(65536);
    assertThat(claims()).containsExactlyInAnyOrder(first / 65536 + "", second / 65536 + "");
    killed.signal(9);
    killed.await(60);
    rkt.run("gc", "--grace-period=0s").exits(0);
    assertThat(claims()).containsExactly(Long.toString(second / 65536));
    assertThat(rootOf(app)).isEqualTo(second);
    assertThat(uuid("living")).isNotEqualTo(uuid("killed"));
  }

  @Test
  @Covers("run-10-capabilities")
  void capabilitiesAreThoseOfThePodsOwnNameSpace() {
    TestImage image = TestImage.named("example.com/app").as("1000", "1000");
    byte[] busybox;
    try {
      busybox = Files.readAllBytes(TestImage.busybox());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    image.tar().entry("rootfs/bin/setuid", '0', 04755, "", busybox, 0, 0);
    image.symlink("bin/ping", "setuid");
    image.script(
        "id -u; /bin/busybox ping -c1 127.0.0.1 >/dev/null 2>&1 || echo needs root;"
            + " /bin/ping -c1 127.0.0.1 | grep -c '1 packets received'");
    // with no filter there is no no_new_privs, so that a set-user-id program means something
    RktResult result = Rkt.image(temp, image, USERS, "--insecure-options=image,seccomp").exits(0);
    assertThat(result.lines("app")).containsExactly("1000", "needs root", "1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--no-overlay=false", "--no-overlay"})
  @Covers({"run-10-prepared", "run-10-export"})
  void aPreparedPodKeepsItsUsers(String overlay) throws Exception {
    String uuid =
        rkt.run(
                UNSIGNED,
                "prepare",
                "--quiet",
                USERS,
                overlay,
                image("app", "cat /proc/self/uid_map; touch /made; stat -c %u /made"))
            .exits(0)
            .stdout()
            .strip();
    String range =
        Files.readString(rkt.data().resolve("pods/prepared/" + uuid + "/private-users-prepared"));
    String first = range.replace(":65536", "");
    assertThat(claims()).containsExactly(Long.toString(Long.parseLong(first) / 65536));

    RktResult ran = rkt.run("run-prepared", "--net=none", uuid).exits(0);
    assertThat(ran.lines("app").get(0).strip().split(" +")).containsExactly("0", first, "65536");
    assertThat(ran.lines("app").get(1)).isEqualTo("0");
    assertThat(rkt.run("logs", uuid).exits(0).stdout()).contains(first);
    assertThat(rkt.run("status", uuid).exits(0).stdout()).contains("state=exited", "app-app=0");

    Path exported = temp.resolve("exported.aci");
    rkt.run("export", uuid, exported.toString()).exits(0);
    Process list =
        new ProcessBuilder("tar", "tvzf", exported.toString(), "--numeric-owner").start();
    assertThat(new String(list.getInputStream().readAllBytes(), UTF_8).lines())
        .allMatch(line -> line.contains(" 0/0 "))
        .anyMatch(line -> line.endsWith("rootfs/made"));
  }

  @Test
  @Covers("run-10-mutable")
  void appsThatComeAndGoHaveThePodsUsers() throws Exception {
    String first = image("one", "id -u >/made; read line; echo got $line; exec sleep 1000");
    rkt.run(UNSIGNED, "fetch", first).exits(0);
    RktProcess pod =
        rkt.start(
            "app", "sandbox", "--net=none", USERS, "--uuid-file-save=" + temp.resolve("sandbox"));
    pods.add(pod);
    String uuid = awaitUuid(pod, temp.resolve("sandbox"));
    rkt.run("status", "--wait-ready=60s", uuid).exits(0);
    String[] add = {
      UNSIGNED, "app", "add", uuid, "example.com/one", "--name=one", "--stdin=stream"
    };
    rkt.run(add).exits(0);
    rkt.run("app", "start", uuid, "--app=one").exits(0);
    RktProcess client = rkt.start("attach", "--app=one", "--mode=stdin", uuid);
    client.process().getOutputStream().write("words\n".getBytes(UTF_8));
    client.process().getOutputStream().flush();
    long app = Pods.appOf(pod, "sleep 1000");
    long root = rootOf(app);

    assertThat(rkt.data().resolve("pods/run/" + uuid + "/private-users-prepared"))
        .hasContent(root + ":65536");
    assertThat(
            rkt.run(
                    "app",
                    "exec",
                    "--app=one",
                    uuid,
                    "/bin/sh",
                    "-c",
                    "cat /made; stat -c %u /made; cat /proc/self/uid_map; exit 4")
                .exits(4)
                .stdout())
        .startsWith("0\n0\n")
        .contains(root + " ");
    assertThat(rkt.run("logs", uuid).exits(0).stdout()).contains("got words");
    client.signal(15);
    client.await(60);
    rkt.run("app", "stop", uuid, "--app=one").exits(0);
    rkt.run("app", "start", uuid, "--app=one").exits(0);
    rkt.run("app", "rm", uuid, "--app=one").exits(0);
    assertThat(rkt.run("app", "list", "--no-legend", uuid).exits(0).stdout()).isEmpty();
    rkt.run(add).exits(0);
    rkt.run("stop", uuid).exits(0);
    pod.await(60).exits(0);
  }

  private static String awaitUuid(RktProcess pod, Path file) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!Files.exists(file) || Files.size(file) < 36) {
      assertThat(pod.process().isAlive()).as(pod.stderr()).isTrue();
      assertThat(System.nanoTime()).isLessThan(deadline);
    }
    return Files.readString(file);
  }

  @Test
  @Needs(Requirement.NETWORK)
  @Covers("run-10-network")
  void rootOfThePodIsRootOfItsNetwork() {
    String script =
        "ip -4 addr show eth0 | grep -c 172.16.28; (nc -l -p 80 >/dev/null &);"
            + " for i in $(seq 50); do grep -q ':0050 ' /proc/net/tcp /proc/net/tcp6 && break;"
            + " sleep 0.1; done; grep -c ':0050 ' /proc/net/tcp6";
    RktResult bridged = rkt.run(UNSIGNED, "run", USERS, image("app", script));
    assertThat(bridged.exits(0).lines("app")).containsExactly("1", "1");
    String host = "nc -l -p 81 2>&1 | grep -o 'Permission denied'; cat /sys/class/net/lo/mtu";
    assertThat(rkt.run(UNSIGNED, "run", "--net=host", USERS, image("host", host)).lines("host"))
        .containsExactly("Permission denied", "65536");
  }

  @Test
  @Covers("run-10-refused")
  void whatCannotHaveUsersOfItsOwnIsRefused() throws IOException {
    String image = image("app", "true");
    String[] line = {UNSIGNED, "run", "--net=none", USERS, image, "--user=70000"};
    rkt.run(line)
        .exits(254)
        .stderrHas(
            "run: stage1: cannot run app \"app\": with --private-users its user and groups must be"
                + " below 65536");
    rkt.run("run", USERS, "--stage1-name=rktj.io/stage1-kvm", image)
        .exits(254)
        .stderrHas("run: flag --private-users cannot be used with an lkvm stage1");
    rkt.run("prepare", USERS, "--stage1-name=rktj.io/stage1-fly", image)
        .exits(254)
        .stderrHas("prepare: flag --private-users cannot be used with stage1 \"stage1-fly\"");
  }
}
