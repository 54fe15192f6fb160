// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktProcess;
import io.rktj.tests.kit.RktRunner.RktResult;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an app finds around it, and how its end becomes the command's. */
@Needs(Requirement.PODS)
class RunIT {
  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource({"exit 0, 0", "exit 3, 3", "exit 255, 255", "kill -9 $$, 9", "kill -15 $$, 15"})
  void endsWithTheStatusOfTheFailingApp(String script, int status) {
    Rkt.script(temp, script).exits(status).isTidy();
  }

  @Test
  void appSeesItsOwnNameSpacesAndPidOneIsTheSupervisor() throws IOException {
    RktResult result =
        Rkt.script(
                temp,
                "for n in mnt pid uts ipc net cgroup; do readlink /proc/self/ns/$n; done;"
                    + " echo pids $(ls -d /proc/[0-9]* | wc -l); cat /proc/1/comm")
            .exits(0);
    List<String> lines = result.lines("app");
    List<String> names = List.of("mnt", "pid", "uts", "ipc", "net", "cgroup");
    for (int i = 0; i < names.size(); i++) {
      String host = Files.readSymbolicLink(Path.of("/proc/self/ns/" + names.get(i))).toString();
      assertThat(lines.get(i)).startsWith(names.get(i) + ":[").isNotEqualTo(host);
    }
    assertThat(lines.get(6)).matches("pids [2-6]");
    assertThat(lines.get(7)).isEqualTo("pod-init");
  }

  @Test
  void networkNoneHasOnlyLoopbackAndItIsUp() {
    assertThat(
            Rkt.script(temp, "ip -o link | cut -d: -f2 2>/dev/null; ls /sys/class/net; ip -o addr")
                .exits(0)
                .lines("app"))
        .anyMatch(line -> line.equals("lo"))
        .noneMatch(line -> line.startsWith("eth"))
        .anyMatch(line -> line.contains("127.0.0.1"));
  }

  @Test
  void environmentIsTheDefaultsAndTheImagesAndTheFlags() {
    TestImage image =
        TestImage.named("example.com/app")
            .script("env")
            .app(
                "\"environment\":[{\"name\":\"A\",\"value\":\"image\"},{\"name\":\"B\",\"value\":\"image\"}]");
    List<String> lines =
        Rkt.image(temp, image, "--set-env=B=flag", "--set-env=C=with space = and quote\"")
            .exits(0)
            .lines("app");
    assertThat(lines)
        .contains(
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME=/root",
            "USER=root",
            "LOGNAME=root",
            "SHELL=/bin/sh",
            "AC_APP_NAME=app",
            "A=image",
            "B=flag",
            "C=with space = and quote\"");
    assertThat(lines).noneMatch(line -> line.contains("RKTJ") || line.contains("JAVA"));
  }

  @Test
  void argumentsReachTheAppUntouched() {
    TestImage image =
        TestImage.named("example.com/app")
            .exec("/bin/sh", "-c", "for a in \"$@\"; do echo \"<$a>\"; done", "sh");
    Path aci = image.write(temp.resolve("images"));
    RktResult result =
        RktRunner.in(temp)
            .run(
                "--insecure-options=image",
                "run",
                "--net=none",
                aci.toString(),
                "--",
                "one two",
                "$HOME",
                "%n \"'\\",
                "--flag",
                "---")
            .exits(0);
    assertThat(result.lines("app"))
        .containsExactly("<one two>", "<$HOME>", "<%n \"'\\>", "<--flag>");
  }

  @Test
  void capabilitiesAreTheDefaultSetAndNothingIsInheritable() {
    TestImage image = TestImage.named("example.com/app").exec("/bin/cat", "/proc/self/status");
    Map<String, String> status = status(Rkt.image(temp, image).exits(0));
    assertThat(status)
        .containsEntry("CapInh", "0000000000000000")
        .containsEntry("CapAmb", "0000000000000000")
        .containsEntry("CapBnd", "00000000a80425fb")
        .containsEntry("CapEff", "00000000a80425fb")
        .containsEntry("CapPrm", "00000000a80425fb")
        .containsEntry("Seccomp", "2")
        .containsEntry("NoNewPrivs", "0")
        .containsEntry("SigBlk", "0000000000000000")
        .containsEntry("SigIgn", "0000000000000000");
  }

  @ParameterizedTest
  @CsvSource({
    "--caps-retain=CAP_NET_BIND_SERVICE, 0000000000000400",
    "--caps-remove=CAP_NET_RAW, 00000000a80405fb",
  })
  void capabilityFlagsChooseTheSet(String flag, String set) {
    Path aci =
        TestImage.named("example.com/app").script("cat /proc/self/status").write(temp.resolve("i"));
    RktResult result =
        RktRunner.in(temp)
            .run("--insecure-options=image", "run", "--net=none", aci.toString(), flag)
            .exits(0);
    assertThat(status(result)).containsEntry("CapBnd", set).containsEntry("CapEff", set);
  }

  @Test
  void anotherUserHasNoCapabilitiesAndNoNewPrivileges() {
    TestImage image =
        TestImage.named("example.com/app")
            .script("id; cat /proc/self/status")
            .as("user", "team")
            .app("\"supplementaryGIDs\":[400,500]");
    RktResult result = Rkt.image(temp, image).exits(0);
    assertThat(result.lines("app").get(0)).startsWith("uid=1000(user) gid=2000(team)");
    assertThat(status(result))
        .containsEntry("CapEff", "0000000000000000")
        .containsEntry("CapPrm", "0000000000000000")
        .containsEntry("NoNewPrivs", "1")
        .containsEntry("Groups", "400 500 2000");
  }

  @Test
  void onlyStandardDescriptorsAreOpen() {
    assertThat(Rkt.script(temp, "ls /proc/self/fd").exits(0).lines("app"))
        .containsExactly("0", "1", "2", "3"); // 3 is ls's own, the directory it lists
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      value = {
        "stat -c %A /proc/kallsyms @ ----------",
        "stat -c %A /sys/firmware @ d---------",
        "stat -c %A /sys/fs @ d---------",
        "stat -c %F:%t:%T /dev/null @ character special file:1:3",
        "stat -L -c %F:%a /dev/ptmx @ character special file:666",
        "stat -c %a /tmp @ 1777",
        "stat -f -c %T /dev/shm @ tmpfs",
        "cat /etc/hostname @ HOST",
        "readlink /etc/mtab @ ../proc/self/mounts",
        "(echo x > /proc/sysrq-trigger) 2>/dev/null && echo open || echo closed @ closed",
        "(echo x > /proc/sys/kernel/core_pattern) 2>/dev/null && echo open || echo closed @ closed",
        "mknod /tmp/sda b 8 0 2>&1 && cat /tmp/sda 2>&1 && echo open || echo closed @ closed",
        "mknod /tmp/mem c 1 1 2>&1 && cat /tmp/mem 2>&1 && echo open || echo closed @ closed",
        "mount -t tmpfs none /tmp 2>&1 && echo open || echo closed @ closed",
        "ls /proc/1/root 2>&1 && echo open || echo closed @ closed",
        "umask @ 0022",
        "pwd @ /",
        "ls -d /proc/self/root/.. 2>&1 @ /proc/self/root/..",
      })
  void surroundingsAreRktsAndClosed(String script, String expected) {
    RktResult result = Rkt.script(temp, script, "--hostname=HOST");
    assertThat(result.lines("app")).as(result.toString()).isNotEmpty();
    assertThat(result.lines("app").get(result.lines("app").size() - 1)).isEqualTo(expected);
  }

  @Test
  void hostNameDefaultsToThePods() throws IOException {
    Path uuidFile = temp.resolve("uuid");
    RktResult result =
        Rkt.script(temp, "hostname; cat /etc/hosts", "--uuid-file-save=" + uuidFile).exits(0);
    String name = "rkt-" + Files.readString(uuidFile);
    assertThat(result.lines("app").get(0)).isEqualTo(name);
    assertThat(result.lines("app")).anyMatch(l -> l.startsWith("127.0.0.1") && l.endsWith(name));
  }

  @Test
  void memoryAndCpuLimitsReachTheControlGroup() throws IOException, InterruptedException {
    Path aci =
        TestImage.named("example.com/app")
            .script("cat /proc/self/cgroup; sleep 60")
            .write(temp.resolve("images"));
    RktProcess pod =
        RktRunner.in(temp)
            .start(
                "--insecure-options=image",
                "run",
                "--net=none",
                aci.toString(),
                "--memory=64M",
                "--cpu=500m",
                "--cpu-shares=300",
                "--oom-score-adj=500");
    try {
      long app = Pods.appOf(pod, "sleep");
      Map<String, Path> groups = Pods.cgroupsOf(app);
      if (groups.containsKey("memory")) {
        assertThat(Pods.group(groups, "memory").resolve("memory.limit_in_bytes"))
            .hasContent(Pods.pageRounded(64_000_000));
        assertThat(Pods.group(groups, "cpu").resolve("cpu.cfs_quota_us")).hasContent("50000");
        assertThat(Pods.group(groups, "cpu").resolve("cpu.shares")).hasContent("300");
      } else {
        assertThat(Pods.group(groups, "").resolve("memory.max"))
            .hasContent(Pods.pageRounded(64_000_000));
        assertThat(Pods.group(groups, "").resolve("cpu.max")).hasContent("50000 100000");
      }
      assertThat(Path.of("/proc/" + app + "/oom_score_adj")).hasContent("500");
    } finally {
      pod.signal(15);
      pod.await(60).exits(0);
    }
  }

  @Test
  void hostVolumeIsSeenAndReadOnlyWhereAsked() throws IOException {
    Path shared = Files.createDirectories(temp.resolve("shared"));
    Files.writeString(shared.resolve("in"), "from the host\n");
    Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path aci =
        TestImage.named("example.com/app")
            .script("cat /data/in; echo from the app > /data/out; echo x > /ro/out || echo refused")
            .write(temp.resolve("images"));
    RktResult result =
        RktRunner.in(temp)
            .run(
                "--insecure-options=image",
                "run",
                "--net=none",
                "--volume=d,kind=host,source=" + shared,
                "--volume=r,kind=host,source=" + shared + ",readOnly=true",
                aci.toString(),
                "--mount=volume=d,target=/data",
                "--mount=volume=r,target=ro")
            .exits(0);
    assertThat(result.lines("app")).contains("from the host", "refused");
    assertThat(shared.resolve("out")).hasContent("from the app\n");
  }

  @Test
  void implicitEmptyVolumeIsMadeWithAWarning() {
    TestImage image =
        TestImage.named("example.com/app")
            .script("stat -c '%a %u:%g' /var/db; grep ' /var/db ' /proc/self/mountinfo | wc -l")
            .app("\"mountPoints\":[{\"name\":\"db\",\"path\":\"/var/db\"}]");
    RktResult result = Rkt.image(temp, image).exits(0);
    result.stderrHas(
        "stage1: warning: no volume specified for mount point \"db\", implicitly creating an"
            + " \"empty\" volume. This volume will be removed when the pod is garbage-collected.");
    assertThat(result.lines("app")).containsExactly("755 0:0", "1");
  }

  @Test
  void readOnlyRootRefusesWritesButVolumesDoNot() {
    TestImage image =
        TestImage.named("example.com/app")
            .script("touch /x 2>/dev/null && echo written || echo refused; touch /v/x && echo kept")
            .app("\"mountPoints\":[{\"name\":\"v\",\"path\":\"/v\"}]");
    Path aci = image.write(temp.resolve("images"));
    RktResult result =
        RktRunner.in(temp)
            .run(
                "--insecure-options=image",
                "run",
                "--net=none",
                aci.toString(),
                "--readonly-rootfs=true")
            .exits(0);
    assertThat(result.lines("app")).containsExactly("refused", "kept");
  }

  @Test
  void withoutOverlayTheRootIsACopyAndTheStoreStaysAsItWas() throws IOException {
    Path aci =
        TestImage.named("example.com/app")
            .script("echo changed > /etc/passwd; grep -c ' / .*overlay' /proc/self/mountinfo")
            .write(temp.resolve("images"));
    RktRunner rkt = RktRunner.in(temp);
    RktResult result =
        rkt.run("--insecure-options=image", "run", "--net=none", "--no-overlay", aci.toString());
    assertThat(result.lines("app")).containsExactly("0");
    RktResult second =
        rkt.run(
            "--insecure-options=image",
            "run",
            "--net=none",
            aci.toString(),
            "--exec=/bin/cat",
            "--",
            "/etc/passwd");
    second.exits(0);
    assertThat(second.lines("app").get(0)).startsWith("root:");
  }

  @Test
  void appsOfOnePodShareProcessesNetworkAndVolumes() {
    Path one =
        TestImage.named("example.com/one")
            .script("echo hello > /v/greeting; nc -l -p 7777 < /etc/passwd; sleep 5 & wait")
            .app("\"mountPoints\":[{\"name\":\"v\",\"path\":\"/v\"}]")
            .write(temp.resolve("images"));
    Path two =
        TestImage.named("example.com/two")
            .script(
                "until [ -s /v/greeting ]; do sleep 0.1; done; cat /v/greeting;"
                    + " until nc 127.0.0.1 7777 </dev/null | head -n 1; do sleep 0.1; done;"
                    + " ps | grep -c '[n]c -l\\|[s]leep 5'; readlink /proc/self/ns/ipc; exit 4")
            .app("\"mountPoints\":[{\"name\":\"v\",\"path\":\"/v\"}]")
            .write(temp.resolve("images"));
    RktResult result =
        RktRunner.in(temp)
            .run(
                "--insecure-options=image",
                "run",
                "--net=none",
                "--volume=v,kind=empty",
                one.toString(),
                two.toString());
    result.exits(4);
    assertThat(result.lines("two")).contains("hello", "root:x:0:0::/root:/bin/sh");
  }

  @Test
  void zeroStatusOfOneAppLeavesTheOthersRunning() {
    Path one = TestImage.named("example.com/one").script("exit 0").write(temp.resolve("images"));
    Path two =
        TestImage.named("example.com/two")
            .script("sleep 1; echo still here")
            .write(temp.resolve("images"));
    RktResult result =
        RktRunner.in(temp)
            .run("--insecure-options=image", "run", "--net=none", one.toString(), two.toString())
            .exits(0);
    assertThat(result.lines("two")).containsExactly("still here");
  }

  @Test
  void terminationIsOrderlyAndStatusZero() {
    Path aci =
        TestImage.named("example.com/app")
            .script("trap 'echo stopping; exit 0' TERM; echo up; while :; do sleep 0.1; done")
            .write(temp.resolve("images"));
    RktProcess pod =
        RktRunner.in(temp).start("--insecure-options=image", "run", "--net=none", aci.toString());
    pod.awaitStdout("up", 60).signal(15);
    RktResult result = pod.await(60).exits(0);
    assertThat(result.lines("app")).startsWith("up").contains("stopping");
  }

  @Test
  void killedSupervisorTakesThePodWithIt() throws InterruptedException {
    Path aci = TestImage.named("example.com/app").exec("/bin/sleep", "61").write(temp.resolve("i"));
    RktProcess pod =
        RktRunner.in(temp).start("--insecure-options=image", "run", "--net=none", aci.toString());
    long app = Pods.appOf(pod, "sleep");
    pod.signal(9);
    pod.await(20);
    Pods.awaitGone(app);
    RktRunner.in(temp).run("gc", "--grace-period=0s").exits(0);
  }

  @Test
  void interactiveAppHasTheCallersTerminal() throws IOException, InterruptedException {
    Path aci =
        TestImage.named("example.com/app")
            .script("tty; stty size; test -t 0 && test -t 1 && test -t 2 && echo all terminals")
            .write(temp.resolve("images"));
    RktRunner rkt = RktRunner.in(temp);
    String line =
        RktRunner.distribution().resolve("bin/rkt")
            + " --dir="
            + rkt.data()
            + " --insecure-options=image run --net=none --interactive "
            + aci;
    Process script =
        new ProcessBuilder("script", "-qec", "stty rows 33 cols 99; " + line, "/dev/null")
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.PIPE)
            .start();
    String output =
        new String(script.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(script.waitFor()).as(output).isZero();
    assertThat(output).contains("/dev/").contains("33 99").contains("all terminals");
  }

  @Test
  void interactiveWithoutATerminalPassesStandardStreams() throws IOException {
    Path aci = TestImage.named("example.com/app").exec("/bin/cat").write(temp.resolve("images"));
    RktProcess pod =
        RktRunner.in(temp)
            .start(
                "--insecure-options=image", "run", "--net=none", "--interactive", aci.toString());
    try (var input = pod.process().getOutputStream()) {
      input.write("typed\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    RktResult result = pod.await(60).exits(0);
    assertThat(result.stdout()).isEqualTo("typed\n");
  }

  @Test
  void eventHandlersRunAroundTheAppWithItsIdentity() {
    TestImage image =
        TestImage.named("example.com/app")
            .script("echo main $(cat /tmp/order)")
            .as("1000", "1000")
            .app(
                "\"eventHandlers\":[{\"name\":\"pre-start\",\"exec\":[\"/bin/sh\",\"-c\",\"id -u > /tmp/order\"]},"
                    + "{\"name\":\"post-stop\",\"exec\":[\"/bin/sh\",\"-c\",\"echo post $(id -u)\"]}]");
    image.tar().entry("rootfs/tmp/.keep", '0', 0644, "", new byte[0], 0, 0);
    RktResult result = Rkt.image(temp, image);
    result.exits(0);
    assertThat(result.lines("app")).containsExactly("main 1000", "post 1000");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--user=nosuch | \"nosuch\" user not found",
        "--group=nosuch | \"nosuch\" group not found",
        "--exec=nosuch | unable to find \"nosuch\" in",
        "--user=4294967295 | uid",
        "--user=-1 | ",
      })
  void unusableAppsAreRefusedBeforeTheyStart(String flag, String message) {
    Path aci = TestImage.named("example.com/app").write(temp.resolve("images"));
    RktResult result =
        RktRunner.in(temp)
            .run("--insecure-options=image", "run", "--net=none", aci.toString(), flag)
            .exits(254)
            .isTidy();
    if (message != null) {
      result.stderrHas(message);
    }
  }

  @Test
  void missingProgramEndsWith203AndSaysSo() {
    Path aci = TestImage.named("example.com/app").exec("/bin/nosuch").write(temp.resolve("images"));
    RktResult result =
        RktRunner.in(temp).run("--insecure-options=image", "run", "--net=none", aci.toString());
    result.exits(203);
    assertThat(result.stdout() + result.stderr())
        .contains("Unable to open \"/bin/nosuch\": No such file or directory");
  }

  @Test
  void linesOfTheAppAreKeptInThePodDirectory() throws IOException {
    Path uuid = temp.resolve("uuid");
    Rkt.script(temp, "echo to stdout; echo to stderr >&2", "--uuid-file-save=" + uuid).exits(0);
    Path pod = temp.resolve("data/pods/run").resolve(Files.readString(uuid));
    String log = Files.readString(pod.resolve("logs/app"));
    assertThat(log)
        .contains("stdout")
        .contains("to stdout")
        .contains("stderr")
        .contains("to stderr");
    assertThat(pod.resolve("stage1/rootfs/rkt/status/app")).hasContent("0\n");
  }

  private static Map<String, String> status(RktResult result) {
    Map<String, String> status = new java.util.HashMap<>();
    for (String line : result.lines("app")) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        status.put(line.substring(0, colon), line.substring(colon + 1).strip());
      }
    }
    return status;
  }
}
