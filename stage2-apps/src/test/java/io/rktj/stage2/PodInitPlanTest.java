// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rktj.pod.IdRange;
import io.rktj.spec.AcName;
import io.rktj.spec.Uuid;
import io.rktj.stage1.AppSocket;
import io.rktj.stage1.StandardStreams;
import io.rktj.stage1.plan.AppSandbox;
import io.rktj.stage1.plan.Bytes;
import io.rktj.stage1.plan.CgroupPlan;
import io.rktj.stage1.plan.LogLimits;
import io.rktj.stage1.plan.MountOp;
import io.rktj.stage1.plan.NetworkPlan;
import io.rktj.stage1.plan.SandboxPlan;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PodInitPlanTest {
  private static final Path GOLDEN = Path.of("src/test/resources/io/rktj/stage2");
  private static final Path BINARY = GOLDEN.resolve("plan.golden");
  private static final Path TEXT = GOLDEN.resolve("plan.golden.txt");
  private static final Path DUMP = Path.of("target/native/plan-dump").toAbsolutePath();

  @Test
  void writesTheGoldenBytes() throws IOException {
    byte[] plan = PodInitPlan.write(sandbox(), List.of(first(), second()));
    if (System.getProperty("golden.update") != null) {
      Files.createDirectories(GOLDEN);
      Files.write(BINARY, plan);
    }

    assertThat(plan).isEqualTo(Files.readAllBytes(BINARY));
  }

  @Test
  void readerOfPodInitSeesWhatWasWritten() throws Exception {
    assumeTrue(Files.isExecutable(DUMP), "needs plan-dump to be built");

    Dumped dumped = dump(Files.readAllBytes(BINARY));
    if (System.getProperty("golden.update") != null) {
      Files.writeString(TEXT, dumped.text());
    }

    assertThat(dumped.status()).isZero();
    assertThat(dumped.text()).isEqualTo(Files.readString(TEXT));
  }

  @Test
  void readerRefusesEveryTruncation() throws Exception {
    assumeTrue(Files.isExecutable(DUMP), "needs plan-dump to be built");
    byte[] plan = Files.readAllBytes(BINARY);

    for (int length = 0; length < plan.length; length += 1 + length / 8) {
      byte[] cut = Arrays.copyOf(plan, length);
      assertThat(dump(cut).text()).as("length %d", length).isEqualTo("error 74\n");
      if (length >= 12) {
        // honest about its size, and still too short
        cut[8] = (byte) length;
        cut[9] = (byte) (length >>> 8);
        assertThat(dump(cut).text()).as("length %d", length).isEqualTo("error 74\n");
      }
    }
  }

  @Test
  void readerSurvivesDamage() throws Exception {
    assumeTrue(Files.isExecutable(DUMP), "needs plan-dump to be built");
    byte[] plan = Files.readAllBytes(BINARY);
    Random random = new Random(20261123);

    for (int round = 0; round < 200; round++) {
      byte[] damaged = plan.clone();
      for (int hit = 0; hit <= round % 4; hit++) {
        damaged[12 + random.nextInt(plan.length - 12)] = (byte) random.nextInt(256);
      }
      Dumped dumped = dump(damaged);

      if (dumped.status() != 0) {
        assertThat(dumped.text()).as("round %d", round).isEqualTo("error 74\n");
      }
    }
  }

  @Test
  void refusesAppsInAnotherOrder() {
    assertThatThrownBy(() -> PodInitPlan.write(sandbox(), List.of(second(), first())))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesZeroBytes() {
    assertThatThrownBy(() -> new PlanBuffer().text("a\0b"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Dumped dump(byte[] plan) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(DUMP.toString()).redirectErrorStream(true).start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(plan);
    } catch (IOException e) {
      // it need not read all
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    process.getInputStream().transferTo(out);
    return new Dumped(process.waitFor(), out.toString(StandardCharsets.UTF_8));
  }

  private record Dumped(int status, String text) {}

  private static SandboxPlan sandbox() {
    List<MountOp> every =
        List.of(
            new MountOp.Overlay("/tree", "/upper", "/work", true),
            new MountOp.SelfBind(),
            new MountOp.Bind("/host/ä", "/data", MountOp.READ_ONLY | MountOp.RECURSIVE),
            new MountOp.BindFromPod("dev/pts", "/dev/pts", 0),
            new MountOp.FileSystem("tmpfs", "/dev", MountOp.NO_SUID, "mode=755"),
            new MountOp.Directory("/tmp", 01777),
            new MountOp.Symlink("pts/ptmx", "/dev/ptmx"),
            new MountOp.Device("/dev/null", 020666, 0x1_0000_0103L),
            new MountOp.ReadOnly("/proc/bus", MountOp.OPTIONAL),
            new MountOp.Mask("/proc/kcore"),
            new MountOp.Console("/dev/console"));
    CgroupPlan cgroups =
        new CgroupPlan(
            List.of(
                new CgroupPlan.Directory(
                    "/sys/fs/cgroup/pod",
                    List.of(new CgroupPlan.Setting("memory.max", "1048576", true)),
                    Bytes.copyOf(new byte[16])),
                new CgroupPlan.Directory("/sys/fs/cgroup/pod/app", List.of(), Bytes.EMPTY)),
            List.of("/sys/fs/cgroup/pod/app"));
    return new SandboxPlan(
        Uuid.parse("6733c4e4-a1d4-4bfc-9a1c-2f1f4f4c1d11"),
        "host",
        "/pod",
        "/pod/stage1/rootfs",
        new NetworkPlan.Joined("/var/run/netns/x"),
        true,
        every,
        cgroups,
        "/pod/ready",
        true,
        false,
        90_000,
        new IdRange(655_360_000, 65_536),
        new LogLimits(1L << 33, 7),
        List.of(
            new AppSandbox(
                new AcName("first"),
                "/pod/stage1/rootfs/r/first",
                every,
                true,
                cgroups,
                "/l/first",
                "/k/first",
                "/s/first"),
            new AppSandbox(
                new AcName("second"),
                "/pod/stage1/rootfs/r/2",
                List.of(),
                false,
                CgroupPlan.NONE,
                "",
                "",
                "/s/2")));
  }

  private static AppPlan first() {
    return new AppPlan(
        new AcName("first"),
        List.of("/bin/sh", "-c", "", "echo \"ä\"\n"),
        List.of("/bin"),
        List.of("A=b"),
        "/var",
        (int) 4294967294L,
        65534,
        List.of(10, 20),
        0x1_a80425fbL,
        true,
        Bytes.copyOf(new byte[24]),
        -500,
        true,
        List.of(List.of("/bin/one"), List.of("/bin/two", "x")),
        List.of(List.of("/bin/three")),
        List.of(new AppSocket("www", 5, false, 80), new AppSocket("dns", AppSocket.NONE, true, 53)),
        new StandardStreams(
            StandardStreams.Mode.STREAM, StandardStreams.Mode.TTY, StandardStreams.Mode.NULL));
  }

  private static AppPlan second() {
    return new AppPlan(
        new AcName("second"),
        List.of("x"),
        List.of(),
        List.of(),
        "/",
        0,
        0,
        List.of(),
        0,
        false,
        Bytes.EMPTY,
        Integer.MIN_VALUE,
        false,
        List.of(),
        List.of(),
        List.of(),
        StandardStreams.DEFAULT);
  }
}
