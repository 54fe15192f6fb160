// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

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
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pods that are a change of root and nothing else: rkt's flavour fly. */
@Needs(Requirement.PODS)
class FlyIT {
  private static final String FLY = "--stage1-name=rktj.io/stage1-fly";

  @TempDir Path temp;
  private RktRunner rkt;

  @BeforeEach
  void open() {
    rkt = RktRunner.in(temp);
  }

  private String[] line(TestImage image, String... flags) {
    List<String> line = new ArrayList<>(List.of("--insecure-options=image", "run", FLY));
    line.addAll(List.of(flags));
    line.add(image.write(temp.resolve("images")).toString());
    return line.toArray(new String[0]);
  }

  private RktResult run(TestImage image, String... flags) {
    return rkt.run(line(image, flags));
  }

  private static TestImage app(String script) {
    return TestImage.named("example.com/app").script(script);
  }

  private RktProcess start(TestImage image, String... flags) {
    return rkt.start(line(image, flags)).awaitStdout("up\n", 60);
  }

  private Path pod() throws IOException {
    try (var pods = Files.list(rkt.data().resolve("pods/run"))) {
      return pods.findFirst().orElseThrow();
    }
  }

  @Covers("run-19-process")
  @ParameterizedTest
  @CsvSource({"exit 0, 0", "exit 7, 7", "kill -9 $$, 137"})
  void statusIsTheApps(String script, int status) {
    assertThat(run(app(script)).isTidy().exit()).isEqualTo(status);
  }

  @Covers("run-19-process")
  @Test
  void appIsTheCommandItselfInTheHostsNameSpacesButForItsMounts() throws IOException {
    RktProcess pod =
        start(
            app(
                "for n in pid uts ipc net cgroup mnt; do readlink /proc/self/ns/$n; done;"
                    + " echo $$; cat /proc/self/cgroup; grep Cap /proc/self/status; grep ^SigBlk /proc/self/status;"
                    + " echo up; read line; echo got $line"));
    List<String> lines = pod.stdout().lines().toList();
    List<String> names = List.of("pid", "uts", "ipc", "net", "cgroup");
    for (int i = 0; i < names.size(); i++) {
      assertThat(lines.get(i))
          .isEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/" + names.get(i))).toString());
    }
    assertThat(lines.get(5))
        .isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/mnt")).toString());
    assertThat(lines.get(6)).isEqualTo(Long.toString(pod.pid()));
    assertThat(lines).containsAll(Files.readAllLines(Path.of("/proc/self/cgroup")));
    assertThat(lines).contains("SigBlk:\t0000000000000000");
    List<String> ours = Files.readAllLines(Path.of("/proc/self/status"));
    assertThat(lines.stream().filter(l -> l.startsWith("CapEff")).toList())
        .isEqualTo(ours.stream().filter(l -> l.startsWith("CapEff")).toList());
    assertThat(pod()).isDirectoryContaining(p -> p.endsWith("pgid"));
    assertThat(pod().resolve("pid")).hasContent(pod.pid() + "\n");
    assertThat(pod().resolve("ppid")).doesNotExist();
    assertThat(Path.of("/proc/self/mountinfo")).content().doesNotContain(pod().toString());
    try (var input = pod.process().getOutputStream()) {
      input.write("typed\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    pod.await(60).exits(0).stdoutHas("got typed");
  }

  @Covers({"run-19-root", "run-19-ignored"})
  @Test
  void rootHasTheHostsDevicesAndAnEmptyTmp() {
    TestImage image =
        app("stat -f -c %T /tmp; ls /tmp | wc -l; test -c /dev/null && echo dev; test -d /proc/1 && echo proc;"
                + " test -d /sys/class && echo sys; cat /etc/hosts | grep -c localhost; hostname; pwd; umask; env")
            .file("tmp/hidden", "x")
            .app(
                "\"environment\":[{\"name\":\"A\",\"value\":\"b c\"}],\"workingDirectory\":\"/etc\"");
    List<String> lines = run(image, "--hostname=other").exits(0).stdout().lines().toList();
    assertThat(lines.subList(0, 5)).containsExactly("tmpfs", "0", "dev", "proc", "sys");
    assertThat(Integer.parseInt(lines.get(5))).isPositive();
    assertThat(lines.get(6)).isNotEqualTo("other");
    assertThat(lines.subList(7, 9)).containsExactly("/etc", "0022");
    assertThat(lines).contains("A=b c", "HOME=/root", "SHELL=/bin/sh");
    assertThat(lines).noneMatch(l -> l.startsWith("TERM=") || l.contains("RKTJ"));
  }

  @Covers({"run-19-identity", "run-19-ignored"})
  @Test
  void identityIsTheAppsAndIsolatorsAreNamedAsWithoutEffect() {
    TestImage image =
        app("id; grep Groups /proc/self/status; grep CapEff /proc/self/status")
            .as("user", "team")
            .app(
                "\"supplementaryGIDs\":[400,500],\"isolators\":[{\"name\":\"resource/memory\","
                    + "\"value\":{\"limit\":\"1G\"}}]");
    RktResult result = run(image).exits(0);
    result.stdoutHas("uid=1000(user) gid=2000(team)").stdoutHas("400 500 2000");
    result.stdoutHas("CapEff:\t0000000000000000");
    result.stderrHas("warning: the isolators of app \"app\" have no effect without name spaces");
  }

  @Covers({"run-19-enter", "run-19-stop"})
  @Test
  void enteredListedStoppedAndCollected() throws IOException {
    TestImage image =
        app("trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.1; done")
            .as("user", "team")
            .app("\"environment\":[{\"name\":\"A\",\"value\":\"b\"}]");
    RktProcess pod = start(image);
    String uuid = pod().getFileName().toString();
    rkt.run("list", "--no-legend").exits(0).stdoutHas("running");
    rkt.run("status", uuid).exits(0).stdoutHas("state=running").stdoutHas("pid=" + pod.pid());
    rkt.run("enter", uuid, "sh", "-c", "id -u; id -g; echo $A; pwd; cat /etc/passwd; exit 5")
        .exits(5)
        .stdoutHas("1000\n2000\nb\n/\nroot:x:0:0::/root:/bin/sh");
    rkt.run("stop", uuid).exits(0).stdoutHas("\"" + uuid + "\"");
    pod.await(60).exits(3).stdoutHas("bye");
    rkt.run("status", uuid).exits(0).stdoutHas("state=exited");
    rkt.run("gc", "--grace-period=0s").exits(0);
    assertThat(Rkt.filesBelow(rkt.data().resolve("pods"))).isEmpty();
  }

  @Covers("run-19-stop")
  @Test
  void stopReachesWhatTheAppHasLeftBehind() throws IOException, InterruptedException {
    RktProcess pod = start(app("sleep 72 & echo up"));
    pod.await(60).exits(0);
    String uuid = pod().getFileName().toString();
    rkt.run("status", uuid).exits(0).stdoutHas("state=running");
    rkt.run("stop", "--force", uuid).exits(0);
    rkt.run("status", "--wait=20s", uuid).exits(0).stdoutHas("state=exited");
  }

  @Covers({"run-19-volumes", "run-19-propagation"})
  @Test
  void volumesAreJoinedByNameAndSharedWithTheHostOnlyWhereItShares() throws IOException {
    Path volume = Files.createDirectories(temp.resolve("volume"));
    Files.createDirectories(volume.resolve("below"));
    TestImage image =
        app("touch /ro/x 2>/dev/null || echo refused; touch /data/here; mount -t tmpfs none /data/below;"
                + " mount -t tmpfs none /etc && touch /data/below/inside; echo up; read line")
            .app("\"mountPoints\":[{\"name\":\"data\",\"path\":\"/data\"}]");
    rkt.inside(
        "unshare",
        "--mount",
        "--propagation",
        "private",
        "sh",
        "-c",
        "mount --bind "
            + volume
            + " "
            + volume
            + " && mount --make-shared "
            + volume
            + " && \"$@\";"
            + " s=$?; ls "
            + volume
            + "/below; grep -c "
            + rkt.data()
            + " /proc/self/mountinfo; exit $s",
        "sh");
    RktProcess pod =
        start(
            image,
            "--volume=data,kind=host,source=" + volume,
            "--volume=ro,kind=host,source=" + volume + ",readOnly=true",
            "--mount=volume=ro,target=/ro");
    try (var input = pod.process().getOutputStream()) {
      input.write('\n');
    }
    RktResult result = pod.await(60).exits(0);
    assertThat(result.stdout().lines()).containsExactly("refused", "up", "inside", "0");
    assertThat(volume.resolve("here")).exists();
  }

  @Covers("run-19-volumes")
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--volume=other,kind=host,source=/etc | missing volume for mountpoint \"data\"",
        "--volume=data,kind=host,source=/etc --mount=volume=data,target=/x | conflicting path information from mount and mountpoint \"data\"",
        "--volume=data,kind=host,source=/etc --mount=volume=data,target=/data --mount=volume=data,target=/x | duplicate mount given: \"data\"",
        "--volume=data,kind=host,source=/etc/passwd | is a directory while \"/etc/passwd\" is not",
        "--volume=data,kind=host,source=/nonexistent | cannot open its source \"/nonexistent\"",
      })
  void volumesThatCannotBeAreRefused(String flags, String message) {
    TestImage image =
        app("echo ran")
            .directory("data")
            .app("\"mountPoints\":[{\"name\":\"data\",\"path\":\"/data\"}]");
    RktResult result = run(image, flags.split(" ", -1)).exits(254).isTidy().stderrHas(message);
    assertThat(result.stdout()).doesNotContain("ran");
  }

  @Covers("run-19-one")
  @Test
  void secondAppIsRefused() {
    Path other = TestImage.named("example.com/other").write(temp.resolve("images"));
    rkt.run(line(app("exit 0"), other.toString()))
        .exits(254)
        .isTidy()
        .stderrHas("run: fly only supports 1 application per Pod for now");
  }

  @Test
  void readOnlyRootAndCopiedRootAndMissingProgram() {
    run(app("touch /x 2>/dev/null || echo refused; touch /tmp/x && echo kept"), "--no-overlay")
        .exits(0)
        .stdoutHas("kept");
    rkt.run(
            "--insecure-options=image",
            "run",
            FLY,
            temp.resolve("images/example.com-app-1.aci").toString(),
            "--readonly-rootfs=true")
        .exits(0)
        .stdoutHas("refused\nkept");
    run(TestImage.named("example.com/app").exec("/bin/missing"))
        .exits(254)
        .stderrHas("Error: Unable to open \"/bin/missing\"");
  }

  @Covers({"run-19-mutable", "cli-4.18-flavour"})
  @Test
  void preparedPodKeepsItsFlavourAndAMutableOneIsRefused() {
    Path aci = app("echo up").write(temp.resolve("images"));
    String uuid =
        rkt.run("--insecure-options=image", "prepare", FLY, aci.toString())
            .exits(0)
            .stdout()
            .strip();
    rkt.run("run-prepared", uuid).exits(0).stdoutHas("up");
    rkt.run("app", "sandbox", FLY).exits(1).stderrHas("stage1 does not support mutable pods");
  }
}
