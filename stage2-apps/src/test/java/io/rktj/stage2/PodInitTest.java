// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rktj.stage1.plan.Bytes;
import io.rktj.stage1.plan.CgroupPlan;
import io.rktj.stage1.plan.DeviceRule;
import io.rktj.stage1.plan.MountOp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real pod-init with real name spaces; everything is looked at from the kernel's side. */
class PodInitTest {
  @TempDir private Path directory;

  @BeforeEach
  void podsCanBeRun() {
    TestPod.assumePossible();
  }

  @Test
  void runsAnAppAndKeepsItsOutput() throws Exception {
    TestPod pod = new TestPod(directory).app("one", "echo hello; echo oops >&2; printf unfinished");

    int status = pod.run();

    assertThat(pod.stderr()).isEmpty();
    assertThat(status).isZero();
    assertThat(pod.lines("one")).containsExactlyInAnyOrder("hello", "oops", "unfinished");
    assertThat(pod.log("one")).contains("Z stdout F hello\n").contains("Z stderr F oops\n");
    assertThat(pod.stdout()).containsPattern("\\[ *\\d+\\.\\d{6}\\] one\\[\\d+\\]: hello\n");
    assertThat(pod.status("one")).isEqualTo("0\n");
    assertThat(pod.reason("one")).isEqualTo("exited 0\n");
  }

  @Test
  void appsShareAPodOfTheirOwn() throws Exception {
    TestPod pod =
        new TestPod(directory)
            .app(
                "one",
                "cat /proc/1/comm; cat /proc/sys/kernel/hostname; ls /sys/class/net 2>&1;"
                    + " head -n 3 /proc/net/dev | grep -c lo:; ls /proc/self/fd; ls -d /opt 2>&1; true");

    assertThat(pod.run()).isZero();
    assertThat(pod.lines("one")).startsWith("pod-init", "pod-host");
    assertThat(pod.lines("one")).contains("1", "0", "2", "3").doesNotContain("4", "5");
    assertThat(pod.lines("one")).contains("ls: /opt: No such file or directory");
  }

  @Test
  void givesAnAppItsIdentityAndNoMore() throws Exception {
    TestPod pod =
        new TestPod(directory)
            .app(
                profile(
                        "one",
                        "/bin/sh",
                        "-c",
                        "id; grep -E '^(Cap|NoNew|Groups)' /proc/self/status")
                    .user(1000, 400, List.of(500, 1200))
                    .plan(),
                CgroupPlan.NONE);

    assertThat(pod.run()).isZero();
    assertThat(pod.lines("one"))
        .containsExactly(
            "uid=1000 gid=400 groups=400,500,1200",
            "Groups:\t400 500 1200 ",
            "CapInh:\t0000000000000000",
            "CapPrm:\t0000000000000000",
            "CapEff:\t0000000000000000",
            "CapBnd:\t00000000a80425fb",
            "CapAmb:\t0000000000000000",
            "NoNewPrivs:\t0");
  }

  @Test
  void rootOfAnAppHasItsBoundingSetOnly() throws Exception {
    TestPod pod =
        new TestPod(directory)
            .app(
                profile("one", "/bin/sh", "-c", "grep -E '^(Cap|NoNew|Seccomp:)' /proc/self/status")
                    .seccomp(standardFilter())
                    .plan(),
                CgroupPlan.NONE);

    assertThat(pod.run()).isZero();
    assertThat(pod.lines("one"))
        .containsExactly(
            "CapInh:\t0000000000000000",
            "CapPrm:\t00000000a80425fb",
            "CapEff:\t00000000a80425fb",
            "CapBnd:\t00000000a80425fb",
            "CapAmb:\t0000000000000000",
            "NoNewPrivs:\t0",
            "Seccomp:\t2");
  }

  @Test
  void standardFilterKillsByTheKernelsHand() throws Exception {
    TestPod pod =
        new TestPod(directory)
            .app(
                profile("one", "/bin/busybox", "unshare", "-U", "true")
                    .seccomp(standardFilter())
                    .plan(),
                CgroupPlan.NONE);

    assertThat(pod.run()).isEqualTo(31);
    assertThat(pod.reason("one")).startsWith("killed SIGSYS");
  }

  @Test
  void firstFailureEndsThePodWithItsStatus() throws Exception {
    TestPod pod =
        new TestPod(directory)
            .app("bad", "sleep 0.3; exit 7")
            .app("idle", "trap 'echo asked; exit 0' TERM; while :; do sleep 0.1; done")
            .app("quick", "exit 0");

    assertThat(pod.run()).isEqualTo(7);
    assertThat(pod.status("bad")).isEqualTo("7\n");
    assertThat(pod.status("idle")).isEqualTo("0\n");
    assertThat(pod.status("quick")).isEqualTo("0\n");
    assertThat(pod.lines("idle")).contains("asked");
  }

  @Test
  void appKilledByASignalCountsAsItsNumber() throws Exception {
    TestPod pod = new TestPod(directory).app("one", "kill -9 $$");

    assertThat(pod.run()).isEqualTo(9);
    assertThat(pod.status("one")).isEqualTo("9\n");
    assertThat(pod.reason("one")).isEqualTo("killed SIGKILL\n");
  }

  private static boolean hasSaid(TestPod pod, String app, String line) {
    try {
      return pod.lines(app).contains(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void stopsInOrderWhenAsked() throws Exception {
    TestPod pod =
        new TestPod(directory)
            .app("deaf", "trap '' TERM; echo deaf; while :; do sleep 0.1; done")
            .prepare();
    Process process = pod.start();
    TestPod.await(() -> pod.ready() && hasSaid(pod, "deaf", "deaf"));

    process.destroy();

    assertThat(pod.await(process)).isZero();
    assertThat(pod.status("deaf")).isEqualTo("9\n");
    assertThat(pod.ready()).isFalse();
  }

  @Test
  void deathOfTheOuterProcessIsTheDeathOfAll() throws Exception {
    TestPod pod = new TestPod(directory).app("one", "sleep 600").prepare();
    Process process = pod.start();
    TestPod.await(pod::ready);
    List<ProcessHandle> all = process.descendants().toList();
    assertThat(all).hasSizeGreaterThanOrEqualTo(2);

    process.destroyForcibly();

    TestPod.await(() -> all.stream().noneMatch(ProcessHandle::isAlive));
  }

  @Test
  void writesWhoItIs() throws Exception {
    TestPod pod = new TestPod(directory).app("one", "sleep 600").prepare();
    Process process = pod.start();
    TestPod.await(pod::ready);

    assertThat(TestPod.read(directory.resolve("ppid"))).isEqualTo(process.pid() + "\n");

    process.destroy();
    pod.await(process);
  }

  @Test
  void saysWhyAProgramCannotRun() throws Exception {
    TestPod pod =
        new TestPod(directory)
            .app(TestPod.plan("one", "/bin/none"), CgroupPlan.NONE)
            .app(TestPod.plan("two", "/bin/script"), CgroupPlan.NONE)
            .prepare();
    Path script = pod.image().resolve("bin/script");
    Files.writeString(script, "#! /bin/missing -x\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();

    int status = pod.await(pod.start());

    assertThat(status).isEqualTo(203);
    assertThat(pod.lines("one"))
        .containsExactly("Error: Unable to open \"/bin/none\": No such file or directory");
    assertThat(pod.lines("two"))
        .containsExactly("Error: Unable to open \"/bin/missing\": No such file or directory");
  }

  @Test
  void refusesAWorkingDirectoryThatIsMissingOrOfProc() throws Exception {
    TestPod pod =
        new TestPod(directory)
            .app(profile("one", "/bin/sh").directory("/nowhere").plan(), CgroupPlan.NONE)
            .app(profile("two", "/bin/sh").directory("/proc/self").plan(), CgroupPlan.NONE);

    assertThat(pod.run()).isEqualTo(200);
    assertThat(pod.lines("one")).anyMatch(line -> line.contains("\"/nowhere\": No such file"));
    assertThat(pod.lines("two")).anyMatch(line -> line.contains("\"/proc/self\": Operation not"));
  }

  @Test
  void handlersRunAroundTheAppAsTheApp() throws Exception {
    TestPod pod =
        new TestPod(directory)
            .app(
                profile("one", "/bin/sh", "-c", "echo main; exit 3")
                    .user(1000, 1000, List.of())
                    .handlers(
                        List.of("/bin/sh", "-c", "echo pre $(id -u)"),
                        List.of("/bin/sh", "-c", "echo post $(id -u)"))
                    .plan(),
                CgroupPlan.NONE);

    assertThat(pod.run()).isEqualTo(3);
    assertThat(pod.lines("one")).containsExactly("pre 1000", "main", "post 1000");
  }

  @Test
  void failedPreStartHandlerFailsTheApp() throws Exception {
    TestPod pod =
        new TestPod(directory)
            .app(
                profile("one", "/bin/sh", "-c", "echo main")
                    .handlers(List.of("/bin/sh", "-c", "exit 5"), List.of("/bin/true"))
                    .plan(),
                CgroupPlan.NONE);

    assertThat(pod.run()).isEqualTo(5);
    assertThat(pod.log("one")).doesNotContain("main");
  }

  @Test
  void hidesAndProtectsPaths() throws Exception {
    TestPod pod =
        new TestPod(directory)
            .app(
                "one",
                "ls -ld /proc/meminfo /proc/tty; echo b >/proc/sys/vm/panic_on_oom; echo x >/f;"
                    + " ls /proc/tty; cat /proc/meminfo; echo done");
    pod.change = TestPods::readOnlyRoots;

    assertThat(pod.run()).isZero();
    assertThat(pod.log("one"))
        .contains("F ---------- ")
        .contains("F d--------- ")
        .contains("/proc/sys/vm/panic_on_oom: Read-only file system")
        .doesNotContain("MemTotal")
        .doesNotContain("drivers")
        .contains("can't create /f: Read-only file system")
        .contains("done");
  }

  @Test
  void volumesLandInsideTheRootWhateverTheImageSays() throws Exception {
    Path volume = Files.createDirectories(directory.resolve("volume"));
    Files.writeString(volume.resolve("data"), "payload\n");
    Path victim = Files.createDirectories(directory.resolve("victim"));
    TestPod pod =
        new TestPod(directory)
            .app(
                TestPod.plan(
                    "one", "/bin/sh", "-c", "cat /link/x/data; echo z >/link/x/data; ls /"),
                CgroupPlan.NONE,
                new MountOp.Bind(volume.toString(), "/link/x", MountOp.READ_ONLY),
                new MountOp.Bind(volume.resolve("data").toString(), "/up/one", 0))
            .prepare();
    Files.createSymbolicLink(pod.image().resolve("link"), victim);
    Files.createSymbolicLink(pod.image().resolve("up"), Path.of("../../../../../../home"));

    assertThat(pod.await(pod.start())).isZero();
    assertThat(pod.log("one")).contains("payload").contains("Read-only file system");
    assertThat(victim).isEmptyDirectory();
    assertThat(pod.upper("one").resolve("home/one")).isRegularFile();
  }

  @Test
  void saysWhichVolumeIsMissing() throws Exception {
    TestPod pod =
        new TestPod(directory)
            .app(
                TestPod.plan("one", "/bin/true"),
                CgroupPlan.NONE,
                new MountOp.Bind("/no/such/source", "/data", 0));

    assertThat(pod.run()).isEqualTo(1);
    assertThat(pod.stderr()).contains("Failed to stat /no/such/source: No such file or directory");
  }

  @Test
  void controlGroupsAreMadeJoinedAndRemoved() throws Exception {
    Path hierarchy = Path.of("/sys/fs/cgroup/pids");
    assumeTrue(
        Files.isWritable(hierarchy.resolve("cgroup.procs")),
        "needs the pids controller of version 1");
    Path group = hierarchy.resolve("rktj-test-" + ProcessHandle.current().pid());
    CgroupPlan plan =
        new CgroupPlan(
            List.of(
                new CgroupPlan.Directory(group.toString(), List.of(), Bytes.EMPTY),
                new CgroupPlan.Directory(
                    group.resolve("one").toString(),
                    List.of(
                        new CgroupPlan.Setting("pids.max", "42", true),
                        new CgroupPlan.Setting("no.such", "1", false)),
                    Bytes.EMPTY)),
            List.of(group.resolve("one").toString()));
    TestPod pod =
        new TestPod(directory)
            .app(TestPod.plan("one", "/bin/sh", "-c", "grep pids /proc/self/cgroup"), plan);

    assertThat(pod.run()).isZero();
    assertThat(pod.log("one")).contains("/" + group.getFileName() + "/one");
    assertThat(pod.stderr()).contains("warning: cannot set control group value");
    assertThat(group).doesNotExist();
  }

  @Test
  void devicePolicyOfVersionTwoIsEnforced() throws Exception {
    Path hierarchy = Path.of("/sys/fs/cgroup/unified");
    assumeTrue(Files.isWritable(hierarchy.resolve("cgroup.procs")), "needs a hybrid hierarchy");
    Path group = hierarchy.resolve("rktj-test-" + ProcessHandle.current().pid());
    Bytes program = DeviceProgram.of(List.of(new DeviceRule(false, 1, 3, 7)));
    CgroupPlan plan =
        new CgroupPlan(
            List.of(new CgroupPlan.Directory(group.toString(), List.of(), program)),
            List.of(group.toString()));
    TestPod pod =
        new TestPod(directory)
            .app(
                TestPod.plan(
                    "one",
                    "/bin/sh",
                    "-c",
                    "echo x >/dev/null && echo null; head -c 1 /dev/zero; mknod /tmp/d b 8 0"),
                plan);

    assertThat(pod.run()).isEqualTo(1);
    assertThat(pod.log("one"))
        .contains("null")
        .contains("/dev/zero: Operation not permitted")
        .contains("/tmp/d: Operation not permitted");
    assertThat(group).doesNotExist();
  }

  @Test
  void visitorsGetTheProfileOfTheApp() throws Exception {
    TestPod pod =
        new TestPod(directory)
            .app(
                profile("one", "/bin/sleep", "600")
                    .user(1000, 1000, List.of(7))
                    .seccomp(standardFilter())
                    .noNewPrivileges()
                    .plan(),
                CgroupPlan.NONE)
            .prepare();
    Process process = pod.start();
    TestPod.await(pod::ready);

    TestPod.Entered profile =
        pod.enter("one", "grep", "-E", "^(Uid|Groups|Cap|NoNew|Seccomp:)", "/proc/self/status");
    TestPod.Entered surroundings =
        pod.enter("one", "sh", "-c", "cat /proc/1/comm; echo $AC_APP_NAME; pwd; ls /proc/self/fd");

    assertThat(profile.output())
        .isEqualTo(
            """
            Uid:	0	0	0	0
            Groups:	0\s
            CapInh:	0000000000000000
            CapPrm:	00000000a80425fb
            CapEff:	00000000a80425fb
            CapBnd:	00000000a80425fb
            CapAmb:	0000000000000000
            NoNewPrivs:	1
            Seccomp:	2""");
    assertThat(surroundings.output()).isEqualTo("pod-init\none\n/\n0\n1\n2\n3");
    assertThat(pod.enter("one", "sh", "-c", "exit 42").status()).isEqualTo(42);
    assertThat(pod.enter("one", "sh", "-c", "kill -9 $$").status()).isEqualTo(128 + 9);
    assertThat(pod.enter("one", "/bin/none").status()).isEqualTo(203);
    assertThat(pod.enter("two", "true").status()).isEqualTo(254);
    process.destroy();
    assertThat(pod.await(process)).isZero();
    assertThat(directory.resolve("control")).doesNotExist();
  }

  @Test
  void leavesNoMountBehind() throws Exception {
    TestPod pod = new TestPod(directory).app("one", "true");

    assertThat(pod.run()).isZero();
    assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
        .doesNotContain(directory.toString());
  }

  @Test
  void interactiveAppHasTheCallersStreams() throws Exception {
    TestPod pod = new TestPod(directory).app("one", "cat; echo out; echo err >&2").prepare();
    pod.change = TestPods::interactive;
    Path input = directory.resolve("input");
    Files.writeString(input, "typed\n");

    int status = pod.await(pod.start(" <" + input));

    assertThat(status).isZero();
    assertThat(pod.stdout()).isEqualTo("typed\nout\n");
    assertThat(pod.stderr()).isEqualTo("err\n");
  }

  @Test
  void malformedPlanIsAMessageAndNothingElse() throws Exception {
    TestPod pod = new TestPod(directory).app("one", "true").prepare();
    Path plan = directory.resolve("broken");
    Files.writeString(plan, "rktjpln1 and then something else");

    Process process =
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                "exec \"$0\" run 3 4 3<\"$1\" 4<\"$2\"",
                TestPod.NATIVE.resolve("pod-init").toString(),
                plan.toString(),
                directory.toString())
            .redirectError(directory.resolve("stderr").toFile())
            .start();

    assertThat(pod.await(process)).isEqualTo(254);
    assertThat(pod.stderr()).isEqualTo("pod-init: cannot read the plan: Bad message\n");
  }

  @Test
  void interactiveAppHasTheCallersTerminal() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "needs script (util-linux)");
    TestPod pod =
        new TestPod(directory)
            .app("one", "tty; [ -t 2 ] && echo all; read word; echo got $word; exit 3")
            .prepare();
    pod.change = TestPods::interactive;

    Process process = pod.startOnTerminal();
    process.getOutputStream().write("typed\n".getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();

    assertThat(pod.await(process)).isEqualTo(3);
    assertThat(pod.stdout()).contains("/dev/pts/0\r\nall\r\n").contains("got typed\r\n");
  }

  @Test
  void appsCannotLookIntoProcessOne() throws Exception {
    TestPod pod =
        new TestPod(directory)
            .app(
                "one",
                "ls /proc/1/root/ /proc/1/cwd/; cat /proc/1/fd/0; cat /proc/1/environ; echo done");

    assertThat(pod.run()).isZero();
    assertThat(pod.lines("one")).filteredOn(line -> line.contains("Permission denied")).hasSize(4);
  }

  @Test
  void programOfProcessOneCannotBeWrittenTo() throws Exception {
    TestPod pod =
        new TestPod(directory).app(TestPod.plan("one", "/bin/self"), CgroupPlan.NONE).prepare();
    Path self = pod.image().resolve("bin/self");
    Files.writeString(self, "#!/proc/self/exe run\n");
    assertThat(self.toFile().setExecutable(true)).isTrue();
    byte[] before = Files.readAllBytes(TestPod.NATIVE.resolve("pod-init"));

    assertThat(pod.await(pod.start())).isNotZero();
    assertThat(Files.readAllBytes(TestPod.NATIVE.resolve("pod-init"))).isEqualTo(before);
  }

  /** Kernels before 5.12, and filters above us, do not have all system calls. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "openat2",
        "open_tree",
        "mount_setattr",
        "close_range",
        "openat2,open_tree,mount_setattr,close_range"
      })
  void makesTheSamePodWithoutYoungSystemCalls(String calls) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/strace")), "needs strace");
    Path volume = Files.createDirectories(directory.resolve("volume"));
    Files.writeString(volume.resolve("data"), "payload\n");
    TestPod pod =
        new TestPod(directory)
            .app(
                TestPod.plan(
                    "one",
                    "/bin/sh",
                    "-c",
                    "cat /link/x/data; echo z >/link/x/data; ls /proc/tty; echo >/f; ls /proc/self/fd"),
                CgroupPlan.NONE,
                new MountOp.Bind(
                    volume.toString(), "/link/x", MountOp.READ_ONLY | MountOp.RECURSIVE))
            .prepare();
    pod.change = TestPods::readOnlyRoots;
    Files.createSymbolicLink(pod.image().resolve("link"), Path.of("/../../tmp"));

    int status = pod.await(pod.startWithout(calls));

    assertThat(pod.stderr()).isEmpty();
    assertThat(status).isZero();
    assertThat(pod.lines("one"))
        .containsExactlyInAnyOrder(
            "payload",
            "/bin/sh: can't create /link/x/data: Read-only file system",
            "/bin/sh: can't create /f: Read-only file system",
            "0",
            "1",
            "2",
            "3");
  }

  @Test
  void longLinesAreKeptInParts() throws Exception {
    TestPod pod =
        new TestPod(directory).app("one", "head -c 10000 /dev/zero | tr '\\000' x; echo; echo end");

    assertThat(pod.run()).isZero();
    List<String> lines = pod.lines("one");
    assertThat(String.join("", lines)).isEqualTo("x".repeat(10000) + "end");
    assertThat(pod.log("one")).contains(" stdout P xxx");
  }

  private static TestPods.Profile profile(String name, String... arguments) {
    return new TestPods.Profile(TestPod.plan(name, arguments));
  }

  private static Bytes standardFilter() {
    return SystemCallFilter.standard(SystemCallAbi.of(System.getProperty("os.arch", "")));
  }
}
