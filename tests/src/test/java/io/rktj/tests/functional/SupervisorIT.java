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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That nothing from outside brings down a pod's supervisors, or keeps them from their work. */
@Needs(Requirement.PODS)
class SupervisorIT {
  private static final String UNSIGNED = "--insecure-options=image";

  @TempDir Path temp;
  private RktRunner rkt;
  private final List<RktProcess> started = new ArrayList<>();

  @BeforeEach
  void image() {
    rkt = Rkt.in(temp);
    Path aci =
        TestImage.named("example.com/app")
            .script("trap 'exit 0' TERM; while :; do sleep 0.1; done")
            .write(temp.resolve("images"));
    rkt.run(UNSIGNED, "fetch", aci.toString()).exits(0);
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    for (RktProcess process : started) {
      process.process().destroy();
      process.await(60);
    }
    rkt.run("gc", "--grace-period=0s").exits(0);
    assertThat(Rkt.filesBelow(rkt.data().resolve("pods"))).isEmpty();
  }

  private RktProcess start(RktRunner runner, String... line) {
    RktProcess process = runner.start(line);
    started.add(process);
    return process;
  }

  private String sandbox(RktRunner runner) {
    Path file = temp.resolve("uuid");
    start(runner, "app", "sandbox", "--net=none", "--uuid-file-save=" + file);
    await(() -> Files.exists(file) && file.toFile().length() == 36);
    String uuid = read(file);
    rkt.run("status", "--wait-ready=60s", uuid).exits(0).stdoutHas("state=running");
    return uuid;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private RktResult addAndStart(String uuid, String name) {
    RktResult added = rkt.run(UNSIGNED, "app", "add", uuid, "example.com/app", "--name=" + name);
    return added.exit() == 0 ? rkt.run("app", "start", uuid, "--app=" + name) : added;
  }

  @Test
  void anAppThatCannotBeStartedLeavesTheOthersAlone() {
    String uuid = sandbox(Rkt.in(temp).inside("prlimit", "--nofile=112:112"));
    addAndStart(uuid, "first").exits(0);
    RktResult last = addAndStart(uuid, "app0");
    for (int i = 1; i < 12 && last.exit() == 0; i++) {
      last = addAndStart(uuid, "app" + i);
    }
    last.exits(254);

    assertThat(rkt.run("app", "status", uuid, "--app=first").exits(0).stdout())
        .contains("state=running\n");
    rkt.run("app", "stop", uuid, "--app=first").exits(0);
    addAndStart(uuid, "instead").exits(254); // one that has stopped keeps its room
    rkt.run("app", "start", uuid, "--app=first").exits(0);
  }

  @Test
  void supervisorsMayHaveMoreDescriptorsThanTheirApps() {
    String uuid = sandbox(Rkt.in(temp).inside("prlimit", "--nofile=64:4096"));
    for (int i = 0; i < 6; i++) {
      addAndStart(uuid, "app" + i).exits(0);
    }
    String limit = "[ $(ulimit -Sn) = 64 ]";
    rkt.run("app", "exec", "--app=app5", uuid, "/bin/sh", "-c", limit).exits(0);
  }

  @Test
  void whatAnEarlierRunOfAnAppLeftIsGoneOnceItStartsAgain() {
    Path aci =
        TestImage.named("example.com/leaver")
            .script("trap '' TERM; sleep 1234 & exit 0")
            .write(temp.resolve("images"));
    rkt.run(UNSIGNED, "fetch", aci.toString()).exits(0);
    String uuid = sandbox(rkt);
    rkt.run(UNSIGNED, "app", "add", uuid, "example.com/leaver").exits(0);
    rkt.run("app", "start", uuid, "--app=leaver").exits(0);
    await(() -> sleepers().size() == 1);
    long left = sleepers().get(0);
    await(() -> rkt.run("app", "status", uuid, "--app=leaver").stdout().contains("state=exited\n"));
    assertThat(sleepers()).containsExactly(left);

    rkt.run("app", "start", uuid, "--app=leaver").exits(0);
    await(() -> !sleepers().contains(left));
  }

  /** The processes below our pods that sleep as the test's app lets them. */
  private List<Long> sleepers() {
    List<Long> found = new ArrayList<>();
    for (RktProcess pod : started) {
      pod.process()
          .descendants()
          .filter(p -> List.of(p.info().arguments().orElse(new String[0])).contains("1234"))
          .forEach(p -> found.add(p.pid()));
    }
    return found;
  }

  @Test
  void tooManyVisitorsAreTurnedAwayInWords() {
    String uuid = sandbox(rkt);
    addAndStart(uuid, "app").exits(0);
    for (int i = 0; i < 12; i++) {
      start(rkt, "enter", "--app=app", uuid, "/bin/sh", "-c", "echo in; sleep 600")
          .awaitStdout("in", 60);
    }
    rkt.run("enter", "--app=app", uuid, "/bin/sh", "-c", "exit 0")
        .exits(254)
        .stderrHas("cannot enter app \"app\": too many visitors");
    rkt.run("app", "stop", uuid, "--app=app").exits(0);
  }

  @Test
  void aPodWhoseTerminalHasStalledCanBeStopped() throws Exception {
    Path file = temp.resolve("uuid");
    String line =
        String.join(
            " ",
            RktRunner.distribution().resolve("bin/rkt").toString(),
            "--dir=" + rkt.data(),
            UNSIGNED,
            "run --interactive --net=none --uuid-file-save=" + file,
            "example.com/app --exec=/bin/yes");
    Process script = new ProcessBuilder("script", "-qec", line, "/dev/null").start();
    try {
      await(() -> Files.exists(file) && file.toFile().length() == 36);
      String uuid = read(file);
      // nobody reads what script shows: it stalls, and so does the terminal
      await(() -> rkt.run("status", uuid).stdout().contains("state=running"));
      rkt.run("stop", uuid).exits(0);
      rkt.run("status", "--wait=60s", uuid).exits(0).stdoutHas("state=exited");
    } finally {
      script.destroyForcibly().waitFor();
    }
  }
}
