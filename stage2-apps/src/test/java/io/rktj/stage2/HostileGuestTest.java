// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.pod.IdRange;
import io.rktj.stage1.plan.Bytes;
import io.rktj.stage1.plan.CgroupPlan;
import io.rktj.stage1.plan.MountOp;
import io.rktj.stage1.plan.SandboxPlan;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The host's side of a machine, its visitors included, against guests that say anything: {@code
 * hostile-host} has one after the other, each by a seed, and is compiled with sanitizers. {@code
 * -Dhostile.seconds=N} is for how long, {@code -Dhostile.seed=N} where to begin.
 */
class HostileGuestTest {
  private static final int SECONDS = Integer.getInteger("hostile.seconds", 10);
  private static final int FIRST_SEED = Integer.getInteger("hostile.seed", 1);

  private static final List<String> ALLOWED =
      List.of(
          "pid",
          "ppid",
          "hypervisor",
          "left/app",
          "left/late",
          "logs/app",
          "logs/late",
          "stage1/rootfs/rkt/supervisor-status",
          "stage1/rootfs/rkt/status/app",
          "stage1/rootfs/rkt/status/app-started",
          "stage1/rootfs/rkt/status/app.reason",
          "stage1/rootfs/rkt/status/late",
          "stage1/rootfs/rkt/status/late-started",
          "stage1/rootfs/rkt/status/late.reason");

  @TempDir Path temp;

  @Test
  void nothingThatAGuestSaysHarmsTheSupervisorOrAnotherPod() throws Exception {
    TestPod.assumePossible();
    Path other = Files.createDirectories(temp.resolve("other/stage1/rootfs/rkt/status"));
    Files.writeString(other.resolve("app"), "7\n");
    layOut();

    Process host =
        new ProcessBuilder(
                TestPod.NATIVE.resolve("hostile-host").toString(),
                temp.toString(),
                Integer.toString(FIRST_SEED),
                Integer.toString(SECONDS))
            .redirectInput(new File("/dev/zero")) // an input without end
            .redirectOutput(temp.resolve("stdout").toFile())
            .redirectError(temp.resolve("stderr").toFile())
            .start();
    assertThat(host.waitFor(SECONDS + 300L, TimeUnit.SECONDS)).isTrue();

    String told = said("stdout");
    String harm = told.substring(Math.max(0, told.indexOf("seed ")));
    assertThat(host.exitValue()).as("%s%n%s", harm, lastOf(said("stderr"))).isZero();
    assertThat(said("streams")).doesNotContain("Sanitizer", "runtime error");
    for (String words : List.of(said("stderr"), said("visitors"))) {
      assertThat(words).doesNotContain("Sanitizer", "runtime error");
      assertThat(words.chars().filter(c -> c != '\n' && (c < ' ' || c > '~')).boxed()).isEmpty();
    }
    assertThat(said("stderr")).contains("breaks the rules", "has ended unexpectedly");
    assertThat(told).containsPattern("\\d+ guests\n");
    assertThat(names(temp.resolve("other"))).containsExactly("stage1/rootfs/rkt/status/app");
    assertThat(other.resolve("app")).hasContent("7\n");
    assertThat(names(temp.resolve("pod"))).isEmpty();
  }

  private String said(String file) throws IOException {
    return Files.readString(temp.resolve(file), ISO_8859_1);
  }

  private static String lastOf(String text) {
    return text.substring(Math.max(0, text.length() - 4000));
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> below = Files.walk(directory)) {
      return below
          .filter(path -> !Files.isDirectory(path))
          .map(path -> directory.relativize(path).toString())
          .toList();
    }
  }

  /** A pod in three kinds, and an app that may come to one of them. */
  private void layOut() throws IOException {
    TestPod pod = new TestPod(temp.resolve("pod"));
    pod.app("app", "true");
    for (String directory : List.of("left", "logs", "stage1/rootfs/rkt/status")) {
      Files.createDirectories(pod.directory.resolve(directory));
    }
    Files.writeString(temp.resolve("allowed"), "\n" + String.join("\n", ALLOWED) + "\n");
    TestPod late = new TestPod(pod.directory).app("late", "true");
    Files.write(
        temp.resolve("late"),
        PodInitPlan.write(IdRange.NONE, late.sandbox().apps().get(0), late.apps.get(0)));
    SandboxPlan plain = pod.sandbox();
    List<SandboxPlan> kinds =
        List.of(plain, TestPods.interactive(plain), TestPods.takingApps(plain));
    for (int i = 0; i < kinds.size(); i++) {
      Files.write(temp.resolve("plan-" + i), machine(kinds.get(i), pod).write());
    }
  }

  private static MachinePlan machine(SandboxPlan sandbox, TestPod pod) {
    return new MachinePlan(
        Bytes.copyOf(PodInitPlan.write(sandbox, pod.apps)),
        new MachinePlan.GuestSetup(List.of(), List.of(), List.of(), ""),
        CgroupPlan.NONE,
        1,
        "",
        List.of(),
        List.of(),
        List.of(new MountOp.FileSystem("tmpfs", "/", MountOp.NO_SUID, "mode=0755,size=1m")),
        List.of(),
        List.of(),
        pod.directory.resolve("hypervisor").toString(),
        List.of(
            new MachinePlan.Mode(
                "tcg",
                60_000,
                List.of("/guest"),
                MachinePlan.Template.NONE,
                MachinePlan.Failure.NONE)));
  }
}
