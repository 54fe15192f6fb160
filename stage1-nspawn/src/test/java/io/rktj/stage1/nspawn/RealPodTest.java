// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.nspawn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rktj.linux.Kernel;
import io.rktj.stage1.Notices;
import io.rktj.stage1.Stage1Pod;
import io.rktj.stage1.TestPod;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs pods for real, from the call to the exit status. */
class RealPodTest {
  private static final Path POD_INIT =
      Path.of("../stage2-apps/target/native/pod-init").toAbsolutePath().normalize();
  private static final Path LIBRARY =
      Path.of("../linux/target/native/librktj.so").toAbsolutePath().normalize();
  private static final Path BUSYBOX = Path.of("/bin/busybox");
  private static final long LIMIT_SECONDS = 60;

  @TempDir Path directory;
  private final Kernel kernel = Kernel.host();
  private Path pod = Path.of("/");
  private Path tree = Path.of("/");
  private boolean protectPaths = true;
  private List<String> host = List.of();

  /** A host whose only control groups are of version 2, with us alone in a group of it. */
  private static final String UNIFIED_HOST =
      """
      set -e
      mount --make-rprivate /
      umount -R /sys/fs/cgroup
      mount -t cgroup2 cgroup2 /sys/fs/cgroup
      mkdir /sys/fs/cgroup/$0
      echo $$ > /sys/fs/cgroup/$0/cgroup.procs
      exec "$@"
      """;

  @BeforeEach
  void layOut() throws IOException {
    assumeTrue(kernel.euid() == 0, "needs root for name spaces and mounts");
    assumeTrue(Files.exists(BUSYBOX), "needs a static /bin/busybox");
    pod = Files.createDirectories(directory.resolve("run/" + UUID.randomUUID()));
    Files.createDirectory(pod.resolve("host"));
    tree = Files.createDirectories(directory.resolve("tree"));
    Files.createDirectory(tree.resolve("bin"));
    Files.copy(BUSYBOX, tree.resolve("bin/busybox"));
    for (String name : List.of("sh", "cat", "ls", "id", "hostname", "mount", "sleep", "stat")) {
      Files.createSymbolicLink(tree.resolve("bin/" + name), Path.of("busybox"));
    }
    Path home = Files.createDirectories(directory.resolve("home/lib/native"));
    Files.createSymbolicLink(home.resolve("pod-init"), POD_INIT);
  }

  @AfterEach
  void collectGarbage() {
    new NspawnStage1(kernel).gc(asPod(), Notices.NONE);
  }

  private Stage1Pod asPod() {
    return new TestPod().at(pod).pod();
  }

  private Process start(String... scripts) throws IOException {
    List<String> command = new ArrayList<>(host);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-XX:-UsePerfData",
            "-Drkt.home=" + directory.resolve("home"),
            "-Drkt.native=" + LIBRARY,
            "-Dprobe.unprotected=" + !protectPaths,
            "-cp",
            System.getProperty("java.class.path"),
            RunProbe.class.getName(),
            pod.toString(),
            tree.toString(),
            "none"));
    command.addAll(List.of(scripts));
    return new ProcessBuilder(command)
        .redirectInput(new File("/dev/null"))
        .redirectOutput(directory.resolve("out").toFile())
        .redirectError(directory.resolve("err").toFile())
        .start();
  }

  private int end(Process process) throws InterruptedException {
    boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertThat(ended).as("the pod has ended").isTrue();
    return process.exitValue();
  }

  private String text(String file) throws IOException {
    return Files.readString(directory.resolve(file));
  }

  private String volume(String file) throws IOException {
    return Files.readString(pod.resolve("host/" + file));
  }

  /** Waits until an app has written a file on the volume. */
  private void awaitFile(String file, Process process) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!Files.exists(pod.resolve("host/" + file))) {
      assertThat(process.isAlive()).as(text("err")).isTrue();
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  @Test
  void runsTwoAppsAndPassesOnTheirStatus() throws Exception {
    Process process =
        start(
            "hostname > /volume/hostname; id > /volume/id; cat /etc/hosts > /volume/hosts;"
                + " ls /dev > /volume/dev; stat -c %a /scratch > /volume/scratch",
            "while ! test -s /volume/scratch; do :; done; exit 3");

    assertThat(end(process)).as(text("err")).isEqualTo(3);
    assertThat(volume("hostname")).isEqualTo("rkt-" + pod.getFileName() + "\n");
    assertThat(volume("id")).startsWith("uid=0 gid=0");
    assertThat(volume("hosts")).contains("localhost4.localdomain4 rkt-" + pod.getFileName());
    assertThat(volume("dev").lines())
        .contains("null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm", "fd");
    assertThat(volume("scratch")).isEqualTo("755\n");
    assertThat(Files.readString(asPod().layout().statuses().resolve("app1"))).isEqualTo("3\n");
    assertThat(Files.readString(asPod().layout().statuses().resolve("app0"))).isEqualTo("0\n");
    assertThat(Files.readSymbolicLink(pod.resolve("flavor"))).hasToString("nspawn");
    assertThat(text("err")).contains("no volume specified for mount point \"scratch\"");
  }

  @Test
  void leavesNothingOfAPodThatHasEnded() throws Exception {
    String before = Files.readString(Path.of("/proc/self/mountinfo"));

    assertThat(end(start("exit 0"))).as(text("err")).isZero();

    new NspawnStage1(kernel).gc(asPod(), Notices.NONE);
    new NspawnStage1(kernel).gc(asPod(), Notices.NONE);
    for (String group : Files.readAllLines(asPod().layout().controlGroups())) {
      assertThat(Path.of(group)).doesNotExist();
    }
    assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).isEqualTo(before);
  }

  @Test
  void closesTheDevicePolicyAndProtectsPaths() throws Exception {
    Process process =
        start(
            "exec > /volume/out; cd /tmp;"
                + " /bin/busybox mknod loop c 10 237 && echo made loop;"
                + " /bin/busybox mknod null c 1 3 && echo made null;"
                + " echo 1 > /proc/sysrq-trigger && echo wrote sysrq;"
                + " echo x > /proc/sys/kernel/core_pattern && echo wrote core_pattern;"
                + " ls /sys/fs/cgroup && echo listed;"
                + " stat -c %A /sys/firmware /proc/kallsyms; exit 0");

    assertThat(end(process)).as(text("err")).isZero();
    assertThat(volume("out")).isEqualTo("made null\nd---------\n----------\n");
  }

  @Test
  void showsAnAppItsLimitsWhereItsPathsAreOpen() throws Exception {
    assumeTrue(
        Files.isDirectory(Path.of("/sys/fs/cgroup/memory")),
        "needs the memory controller of control group version 1");
    protectPaths = false;
    Process process =
        start(
            "group=$(/bin/busybox sed -n s/.*:memory://p /proc/self/cgroup);"
                + " cat /sys/fs/cgroup/memory$group/memory.limit_in_bytes > /volume/limit;"
                + " echo 1 > /sys/fs/cgroup/memory$group/memory.limit_in_bytes || exit 4");

    assertThat(end(process)).as(text("err")).isEqualTo(4);
    assertThat(volume("limit")).isEqualTo("67108864\n");
  }

  @Test
  void limitsDevicesByAProgramWhereGroupsAreOfVersion2() throws Exception {
    Path groups = Path.of("/sys/fs/cgroup/unified");
    assumeTrue(Files.exists(groups), "needs control groups of version 2 beside those of 1");
    String group = "rktj-test-" + pod.getFileName();
    host = List.of("unshare", "-m", "sh", "-c", UNIFIED_HOST, group);
    try {
      Process process =
          start(
              "exec > /volume/out; cd /tmp;"
                  + " /bin/busybox sed -n s/^0::.*service/app/p /proc/self/cgroup;"
                  + " /bin/busybox mknod loop c 10 237 && echo made loop;"
                  + " /bin/busybox mknod null c 1 3 && echo made null;"
                  + " echo x > /dev/null && echo wrote null");

      assertThat(end(process)).as(text("err")).isZero();
      assertThat(volume("out")).isEqualTo("app\nmade null\nwrote null\n");
      // the group has no controllers to give, so the pod's is made further up
      assertThat(Files.readString(pod.resolve("subcgroup"))).startsWith("machine-rkt");
    } finally {
      removeGroups(groups.resolve(group));
    }
  }

  private static void removeGroups(Path group) throws IOException {
    try (Stream<Path> groups = Files.walk(group)) {
      for (Path directory :
          groups.filter(Files::isDirectory).sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(directory);
      }
    }
  }

  @Test
  void stopsAPodInOrder() throws Exception {
    Process process = start("trap 'exit 0' TERM; : > /volume/up; while :; do sleep 1; done");
    awaitFile("up", process);

    new NspawnStage1(kernel).stop(asPod(), false);

    assertThat(end(process)).as(text("err")).isZero();
  }

  @Test
  void killsAPodThatDoesNotListen() throws Exception {
    Process process = start("trap '' TERM; : > /volume/up; while :; do sleep 1; done");
    awaitFile("up", process);

    new NspawnStage1(kernel).stop(asPod(), true);

    assertThat(end(process)).isEqualTo(137);
  }

  @Test
  void refusesToStopAPodThatHasEnded() throws Exception {
    assertThat(end(start("exit 0"))).as(text("err")).isZero();

    assertThatThrownBy(() -> new NspawnStage1(kernel).stop(asPod(), false))
        .hasMessageStartingWith("stage1: ");
  }
}
