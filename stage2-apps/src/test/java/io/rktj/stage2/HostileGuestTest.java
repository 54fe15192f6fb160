// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.stage1.plan.Bytes;
import io.rktj.stage1.plan.CgroupPlan;
import io.rktj.stage1.plan.MountOp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The host's side of a machine against a guest that says anything: a program in the place of the
 * monitor writes frames by a seed, to a supervisor that is compiled with sanitizers.
 */
class HostileGuestTest {
  private static final int SEEDS = 150;

  @TempDir Path temp;

  @Test
  void nothingThatAGuestSaysHarmsTheSupervisorOrAnotherPod() throws Exception {
    TestPod.assumePossible();
    Path other = Files.createDirectories(temp.resolve("other/stage1/rootfs/rkt/status"));
    Files.writeString(other.resolve("app"), "7\n");
    int brokenRules = 0;
    for (int seed = 1; seed <= SEEDS; seed++) {
      TestPod pod = new TestPod(Files.createDirectories(temp.resolve("pod" + seed)));
      pod.app("app", "true").prepare();

      int status = run(pod, seed);

      String said = Files.readString(pod.directory.resolve("stderr"), ISO_8859_1);
      assertThat(said).as("seed %s", seed).doesNotContain("Sanitizer", "runtime error");
      assertThat(status).as("seed %s: %s", seed, said).matches(s -> s < 64 || s == 254);
      assertThat(said).as("seed %s", seed).doesNotContainPattern("[^\\x20-\\x7e\\t\\n]");
      assertThat(made(pod.directory)).as("seed %s", seed).isSubsetOf(allowed());
      if (said.contains("breaks the rules")) {
        brokenRules++;
      }
    }
    assertThat(brokenRules).isGreaterThan(SEEDS / 3);
    assertThat(made(temp.resolve("other"))).containsExactly("stage1/rootfs/rkt/status/app");
    assertThat(other.resolve("app")).hasContent("7\n");
  }

  private static List<String> allowed() {
    return List.of(
        "plan",
        "stdout",
        "stderr",
        "pid",
        "ppid",
        "hypervisor",
        "visitor",
        "left/app",
        "logs/app",
        "stage1/rootfs/rkt/supervisor-status",
        "stage1/rootfs/rkt/status/app",
        "stage1/rootfs/rkt/status/app-started",
        "stage1/rootfs/rkt/status/app.reason");
  }

  /** What there is that is no directory, the image apart. */
  private static List<String> made(Path directory) throws IOException {
    try (Stream<Path> below = Files.walk(directory)) {
      return below
          .filter(path -> !Files.isDirectory(path) || Files.isSymbolicLink(path))
          .map(path -> directory.relativize(path).toString())
          .filter(name -> !name.startsWith("image/"))
          .sorted()
          .toList();
    }
  }

  /** Every third guest has a visitor, whom it can say things to. */
  private static int run(TestPod pod, int seed) throws Exception {
    boolean visited = seed % 3 == 0;
    Process supervisor = start(pod, seed, visited);
    if (!visited) {
      return pod.await(supervisor);
    }
    Path control = pod.directory.resolve("control");
    while (supervisor.isAlive() && !Files.exists(control)) {
      Thread.onSpinWait();
    }
    Process visitor =
        new ProcessBuilder(
                TestPod.NATIVE.resolve("pod-init-checked").toString(),
                "attach",
                pod.directory.toString(),
                "app",
                "2",
                "plain")
            .redirectErrorStream(true)
            .redirectOutput(pod.directory.resolve("visitor").toFile())
            .start();
    int status = pod.await(supervisor);
    visitor.waitFor();
    assertThat(Files.readString(pod.directory.resolve("visitor"), ISO_8859_1))
        .as("seed %s", seed)
        .doesNotContain("Sanitizer", "runtime error");
    return status;
  }

  private static Process start(TestPod pod, int seed, boolean visited) throws IOException {
    Path directory = pod.directory;
    List<MountOp> jail =
        List.of(
            new MountOp.FileSystem("tmpfs", "/", MountOp.NO_SUID, "mode=0755,size=1m"),
            new MountOp.Bind(
                TestPod.NATIVE.resolve("hostile-guest").toString(), "/guest", MountOp.READ_ONLY));
    MachinePlan plan =
        new MachinePlan(
            Bytes.copyOf(PodInitPlan.write(pod.sandbox(), pod.apps)),
            new MachinePlan.GuestSetup(List.of(), List.of(), List.of(), ""),
            CgroupPlan.NONE,
            1,
            "",
            List.of(),
            List.of(),
            jail,
            List.of(),
            List.of(),
            directory.resolve("hypervisor").toString(),
            List.of(
                new MachinePlan.Mode(
                    "tcg",
                    5000,
                    visited
                        ? List.of("/guest", Integer.toString(seed), "visited")
                        : List.of("/guest", Integer.toString(seed)),
                    MachinePlan.Template.NONE,
                    MachinePlan.Failure.NONE)));
    Files.write(directory.resolve("plan"), plan.write());
    return new ProcessBuilder(
            "/usr/bin/unshare",
            "-m",
            "/bin/sh",
            "-c",
            "exec \"$0\" machine 3 4 3<\"$1\" 4<\"$2\" </dev/null",
            TestPod.NATIVE.resolve("pod-init-checked").toString(),
            directory.resolve("plan").toString(),
            directory.toString())
        .redirectOutput(directory.resolve("stdout").toFile())
        .redirectError(directory.resolve("stderr").toFile())
        .start();
  }
}
