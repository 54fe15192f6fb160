// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.conformance.InEachFlavour;
import io.rktj.tests.conformance.InNameSpacesOnly;
import io.rktj.tests.kit.Flavour;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktProcess;
import io.rktj.tests.kit.RktRunner.RktResult;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What an app finds around it, and how its end becomes the command's. */
@Needs(Requirement.PODS)
class RunIT {
  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource({
    "NSPAWN, exit 0, 0",
    "NSPAWN, exit 3, 3",
    "NSPAWN, exit 255, 255",
    "NSPAWN, kill -9 $$, 9",
    "NSPAWN, kill -15 $$, 15",
    "KVM, exit 255, 255",
    "KVM, kill -9 $$, 9",
  })
  @InEachFlavour
  @Covers({"cli-4.1-status", "run-13-signal", "run-13-first"})
  void endsWithTheStatusOfTheFailingApp(Flavour flavour, String script, int status) {
    Rkt.script(temp, script, Rkt.flavour(temp, flavour)).exits(status).isTidy();
  }

  @Test
  @InNameSpacesOnly("the machine is the boundary; MachineIT shows that its kernel is another")
  @Covers("run-11-namespaces")
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

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers({"run-17-none", "cli-3.4-args"})
  void networkNoneHasOnlyLoopbackAndItIsUp(Flavour flavour) {
    assertThat(
            Rkt.script(
                    temp,
                    "ip -o link | cut -d: -f2 2>/dev/null; ls /sys/class/net; ip -o addr",
                    Rkt.flavour(temp, flavour))
                .exits(0)
                .lines("app"))
        .anyMatch(line -> line.equals("lo"))
        .noneMatch(line -> line.startsWith("eth"))
        .anyMatch(line -> line.contains("127.0.0.1"));
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers({"cli-4.1-set-env", "run-7-defaults", "sec-1b-environment"})
  void environmentIsTheDefaultsAndTheImagesAndTheFlags(Flavour flavour) {
    TestImage image =
        TestImage.named("example.com/app")
            .script("env")
            .app(
                "\"environment\":[{\"name\":\"A\",\"value\":\"image\"},{\"name\":\"B\",\"value\":\"image\"}]");
    List<String> lines =
        Rkt.image(
                temp,
                image,
                "--set-env=B=flag",
                "--set-env=C=with space = and quote\"",
                Rkt.flavour(temp, flavour))
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

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers("cli-3-literal")
  void argumentsReachTheAppUntouched(Flavour flavour) {
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
                Rkt.flavour(temp, flavour),
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

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers({"run-8-caps", "sec-1b-inheritable"})
  void capabilitiesAreTheDefaultSetAndNothingIsInheritable(Flavour flavour) {
    TestImage image = TestImage.named("example.com/app").exec("/bin/cat", "/proc/self/status");
    Map<String, String> status =
        status(Rkt.image(temp, image, Rkt.flavour(temp, flavour)).exits(0));
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
  @Covers({"cli-3.1-caps", "run-8-caps"})
  @InNameSpacesOnly(
      "the sets are in the plan, which both carry out as the tests of the default set show")
  void capabilityFlagsChooseTheSet(String flag, String set) {
    Path aci =
        TestImage.named("example.com/app").script("cat /proc/self/status").write(temp.resolve("i"));
    RktResult result =
        RktRunner.in(temp)
            .run("--insecure-options=image", "run", "--net=none", aci.toString(), flag)
            .exits(0);
    assertThat(status(result)).containsEntry("CapBnd", set).containsEntry("CapEff", set);
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers({"run-8-caps-user", "run-8-nnp", "run-6-groups", "run-6-group"})
  void anotherUserHasNoCapabilitiesAndNoNewPrivileges(Flavour flavour) {
    TestImage image =
        TestImage.named("example.com/app")
            .script("id; cat /proc/self/status")
            .as("user", "team")
            .app("\"supplementaryGIDs\":[400,500]");
    RktResult result = Rkt.image(temp, image, Rkt.flavour(temp, flavour)).exits(0);
    assertThat(result.lines("app").get(0)).startsWith("uid=1000(user) gid=2000(team)");
    assertThat(status(result))
        .containsEntry("CapEff", "0000000000000000")
        .containsEntry("CapPrm", "0000000000000000")
        .containsEntry("NoNewPrivs", "1")
        .containsEntry("Groups", "400 500 2000");
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers("sec-1b-descriptors")
  void onlyStandardDescriptorsAreOpen(Flavour flavour) {
    assertThat(
            Rkt.script(temp, "ls /proc/self/fd", Rkt.flavour(temp, flavour)).exits(0).lines("app"))
        .containsExactly("0", "1", "2", "3"); // 3 is ls's own, the directory it lists
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers({
    "cli-4.1-hostname",
    "run-3-ptmx",
    "run-3-files",
    "run-4-closed",
    "run-4-devices",
    "run-7-umask",
    "sec-1b-paths"
  })
  void surroundingsAreRktsAndClosed(Flavour flavour) {
    Map<String, String> expected = new LinkedHashMap<>();
    expected.put("stat -c %A /proc/kallsyms", "----------");
    expected.put("stat -c %A /sys/firmware", "d---------");
    expected.put("stat -c %A /sys/fs", "d---------");
    expected.put("stat -c %F:%t:%T /dev/null", "character special file:1:3");
    expected.put("stat -L -c %F:%a /dev/ptmx", "character special file:666");
    expected.put("stat -c %a /tmp", "1777");
    expected.put("stat -f -c %T /dev/shm", "tmpfs");
    expected.put("cat /etc/hostname", "HOST");
    expected.put("readlink /etc/mtab", "../proc/self/mounts");
    expected.put(
        "(echo x > /proc/sysrq-trigger) 2>/dev/null && echo open || echo closed", "closed");
    expected.put(
        "(echo x > /proc/sys/kernel/core_pattern) 2>/dev/null && echo open || echo closed",
        "closed");
    expected.put(
        "mknod /tmp/sda b 8 0 2>&1 && cat /tmp/sda 2>&1 && echo open || echo closed", "closed");
    expected.put(
        "mknod /tmp/mem c 1 1 2>&1 && cat /tmp/mem 2>&1 && echo open || echo closed", "closed");
    expected.put("mount -t tmpfs none /tmp 2>&1 && echo open || echo closed", "closed");
    expected.put("ls /proc/1/root 2>&1 && echo open || echo closed", "closed");
    expected.put("umask", "0022");
    expected.put("pwd", "/");
    expected.put("ls -d /proc/self/root/.. 2>&1", "/proc/self/root/..");
    StringBuilder script = new StringBuilder();
    expected
        .keySet()
        .forEach(line -> script.append("cd /; ").append(line).append("\necho =next=\n"));

    RktResult result =
        Rkt.script(temp, script.toString(), "--hostname=HOST", Rkt.flavour(temp, flavour)).exits(0);

    String[] answers = (String.join("\n", result.lines("app")) + "\n").split("\n?=next=\n", -1);
    SoftAssertions all = new SoftAssertions();
    int i = 0;
    for (Map.Entry<String, String> row : expected.entrySet()) {
      String answer = answers[i++];
      all.assertThat(answer.substring(answer.lastIndexOf('\n') + 1))
          .as(row.getKey() + ": " + answer)
          .isEqualTo(row.getValue());
    }
    all.assertAll();
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers({"cli-4.1-hostname", "run-9-hostname", "run-3-files"})
  void hostNameDefaultsToThePods(Flavour flavour) throws IOException {
    Path uuidFile = temp.resolve("uuid");
    RktResult result =
        Rkt.script(
                temp,
                "hostname; cat /etc/hosts",
                "--uuid-file-save=" + uuidFile,
                Rkt.flavour(temp, flavour))
            .exits(0);
    String name = "rkt-" + Files.readString(uuidFile);
    assertThat(result.lines("app").get(0)).isEqualTo(name);
    assertThat(result.lines("app")).anyMatch(l -> l.startsWith("127.0.0.1") && l.endsWith(name));
  }

  @Test
  @Covers({"cli-3.1-memory", "cli-3.1-shares", "run-8-limits"})
  @InNameSpacesOnly("the limits of a machine are its size, not control groups of the host")
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

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers("cli-3.2-host")
  void hostVolumeIsSeenAndReadOnlyWhereAsked(Flavour flavour) throws IOException {
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
                Rkt.flavour(temp, flavour),
                "--volume=d,kind=host,source=" + shared,
                "--volume=r,kind=host,source=" + shared + ",readOnly=true",
                aci.toString(),
                "--mount=volume=d,target=/data",
                "--mount=volume=r,target=ro")
            .exits(0);
    assertThat(result.lines("app")).contains("from the host", "refused");
    assertThat(shared.resolve("out")).hasContent("from the app\n");
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers("run-5-implicit")
  void implicitEmptyVolumeIsMadeWithAWarning(Flavour flavour) {
    TestImage image =
        TestImage.named("example.com/app")
            .script("stat -c '%a %u:%g' /var/db; grep ' /var/db ' /proc/self/mountinfo | wc -l")
            .app("\"mountPoints\":[{\"name\":\"db\",\"path\":\"/var/db\"}]");
    RktResult result = Rkt.image(temp, image, Rkt.flavour(temp, flavour)).exits(0);
    result.stderrHas(
        "stage1: warning: no volume specified for mount point \"db\", implicitly creating an"
            + " \"empty\" volume. This volume will be removed when the pod is garbage-collected.");
    assertThat(result.lines("app")).containsExactly("755 0:0", "1");
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers({"cli-3.1-readonly", "run-3-readonly"})
  void readOnlyRootRefusesWritesButVolumesDoNot(Flavour flavour) {
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
                Rkt.flavour(temp, flavour),
                aci.toString(),
                "--readonly-rootfs=true")
            .exits(0);
    assertThat(result.lines("app")).containsExactly("refused", "kept");
  }

  @Test
  @Covers("cli-4.1-overlay")
  @InNameSpacesOnly("the root of a machine is a disk, with or without the flag")
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

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers({"run-5-shared", "run-11-namespaces"})
  void appsOfOnePodShareProcessesNetworkAndVolumes(Flavour flavour) {
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
                Rkt.flavour(temp, flavour),
                one.toString(),
                two.toString());
    result.exits(4);
    assertThat(result.lines("two")).contains("hello", "root:x:0:0::/root:/bin/sh");
  }

  @Test
  @InNameSpacesOnly("the rule is pod-init's, which is the same program")
  @Covers("run-13-zero")
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

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers("run-13-term")
  void terminationIsOrderlyAndStatusZero(Flavour flavour) {
    Path aci =
        TestImage.named("example.com/app")
            .script("trap 'echo stopping; exit 0' TERM; echo up; while :; do sleep 0.1; done")
            .write(temp.resolve("images"));
    RktProcess pod =
        RktRunner.in(temp)
            .start(
                "--insecure-options=image",
                "run",
                "--net=none",
                Rkt.flavour(temp, flavour),
                aci.toString());
    pod.awaitStdout("up", 60).signal(15);
    RktResult result = pod.await(60).exits(0);
    assertThat(result.lines("app")).startsWith("up").contains("stopping");
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour(machines = "the monitor is what ends: the host does not see the app")
  @Covers({"run-13-kill", "run-20-crash"})
  void killedSupervisorTakesThePodWithIt(Flavour flavour) throws InterruptedException {
    Path aci = TestImage.named("example.com/app").exec("/bin/sleep", "61").write(temp.resolve("i"));
    RktProcess pod =
        RktRunner.in(temp)
            .start(
                "--insecure-options=image",
                "run",
                "--net=none",
                Rkt.flavour(temp, flavour),
                aci.toString());
    long app = Pods.appOf(pod, flavour == Flavour.KVM ? "qemu-system" : "sleep");
    pod.signal(9);
    pod.await(20);
    Pods.awaitGone(app);
    RktRunner.in(temp).run("gc", "--grace-period=0s").exits(0);
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers({"cli-4.1-interactive", "run-12-interactive"})
  void interactiveAppHasTheCallersTerminal(Flavour flavour)
      throws IOException, InterruptedException {
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
            + Rkt.flavour(temp, flavour)
            + " "
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

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers("run-12-interactive")
  void interactiveWithoutATerminalPassesStandardStreams(Flavour flavour) throws IOException {
    Path aci =
        TestImage.named("example.com/app")
            .script("echo up; cat; exit 3")
            .write(temp.resolve("images"));
    RktProcess pod =
        RktRunner.in(temp)
            .start(
                "--insecure-options=image",
                "run",
                "--net=none",
                "--interactive",
                Rkt.flavour(temp, flavour),
                aci.toString());
    // all of it is there before there is anybody to read it
    try (var input = pod.process().getOutputStream()) {
      input.write("typed\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    pod.awaitStdout("up\n", 60);
    RktResult result = pod.await(15).exits(3);
    assertThat(result.stdout()).isEqualTo("up\ntyped\n");
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers({"run-14-handlers", "sec-1b-handlers"})
  void eventHandlersRunAroundTheAppWithItsIdentity(Flavour flavour) {
    TestImage image =
        TestImage.named("example.com/app")
            .script("echo main $(cat /tmp/order)")
            .as("1000", "1000")
            .app(
                "\"eventHandlers\":[{\"name\":\"pre-start\",\"exec\":[\"/bin/sh\",\"-c\",\"id -u > /tmp/order\"]},"
                    + "{\"name\":\"post-stop\",\"exec\":[\"/bin/sh\",\"-c\",\"echo post $(id -u)\"]}]");
    image.tar().entry("rootfs/tmp/.keep", '0', 0644, "", new byte[0], 0, 0);
    RktResult result = Rkt.image(temp, image, Rkt.flavour(temp, flavour));
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
  @Covers({"cli-3.1-user-unknown", "run-6-unknown", "run-7-path", "sec-1b-numbers"})
  @InNameSpacesOnly("refused while the pod is planned, before anything runs")
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

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers("run-13-203")
  void missingProgramEndsWith203AndSaysSo(Flavour flavour) {
    Path aci = TestImage.named("example.com/app").exec("/bin/nosuch").write(temp.resolve("images"));
    RktResult result =
        RktRunner.in(temp)
            .run(
                "--insecure-options=image",
                "run",
                "--net=none",
                Rkt.flavour(temp, flavour),
                aci.toString());
    result.exits(203);
    assertThat(result.stdout() + result.stderr())
        .contains("Unable to open \"/bin/nosuch\": No such file or directory");
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers("cli-6.2-status")
  void linesOfTheAppAreKeptInThePodDirectory(Flavour flavour) throws IOException {
    Path uuid = temp.resolve("uuid");
    Rkt.script(
            temp,
            "echo to stdout; echo to stderr >&2",
            "--uuid-file-save=" + uuid,
            Rkt.flavour(temp, flavour))
        .exits(0);
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
