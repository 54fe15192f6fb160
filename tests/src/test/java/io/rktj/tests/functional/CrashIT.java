// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.kit.HostSnapshot;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktProcess;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} at random moments of every command that writes. Afterwards the store verifies,
 * the same command succeeds, and one gc leaves the host as it was. Property {@code crash.rounds}
 * says how often each (20 unless set), {@code crash.seed} which moments.
 */
@Needs(Requirement.PODS)
class CrashIT {
  private static final int ROUNDS = Integer.getInteger("crash.rounds", 20);

  @TempDir Path temp;
  private final Random random = new Random(Long.getLong("crash.seed", 20261123L));

  private void killAt(RktProcess process, long afterMicros) throws InterruptedException {
    TimeUnit.MICROSECONDS.sleep(afterMicros);
    process.process().destroyForcibly();
    if (!process.process().waitFor(30, TimeUnit.SECONDS)) {
      throw new AssertionError("does not die: " + process.pid());
    }
  }

  /**
   * Kills {@code command} at random moments of its usual time; returns how often it was too late.
   */
  private int storm(RktRunner rkt, long usualMicros, Runnable before, String... command)
      throws InterruptedException {
    int ended = 0;
    for (int i = 0; i < ROUNDS; i++) {
      before.run();
      RktProcess process = rkt.start(command);
      killAt(process, (long) (random.nextDouble() * 1.2 * usualMicros));
      ended += process.process().exitValue() == 0 ? 1 : 0;
    }
    return ended;
  }

  private static long micros(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start);
  }

  private Path image(int number) {
    TestImage image = TestImage.named("example.com/app").version("v" + number);
    for (int i = 0; i < 200; i++) {
      image.file("etc/file" + i, "content " + number + " " + i + "\n".repeat(500));
    }
    return image.write(temp.resolve("images"));
  }

  @Test
  void killedFetchesAndRendersLoseNothingAndLeaveNothing() throws InterruptedException {
    RktRunner rkt = RktRunner.in(temp);
    Path kept = image(0);
    long usual =
        micros(() -> rkt.run("--insecure-options=image", "fetch", kept.toString()).exits(0));
    Path next = image(1);
    int ended = storm(rkt, usual, () -> {}, "--insecure-options=image", "fetch", next.toString());
    assertThat(ended).as("killed before the end at least once").isLessThan(ROUNDS);
    rkt.run("--insecure-options=image", "fetch", next.toString()).exits(0);
    String list =
        rkt.run("image", "list", "--no-legend", "--fields=id", "--full").exits(0).stdout();
    List<String> ids = list.lines().toList();
    assertThat(ids).hasSize(2);
    for (String id : ids) {
      rkt.run("image", "verify", id).exits(0).stdoutHas("successfully verified checksum");
    }
    rkt.run("gc", "--grace-period=0s").exits(0);
    assertThat(Rkt.filesBelow(rkt.data().resolve("cas/tmp"))).isEmpty();
  }

  @Test
  void killedRunsAndCollectionsLeaveTheHostAsItWas() throws InterruptedException, IOException {
    RktRunner rkt = RktRunner.in(temp);
    Path aci = image(0);
    rkt.run("--insecure-options=image", "fetch", aci.toString()).exits(0);
    String[] line = {"--insecure-options=image", "run", "--net=none", "example.com/app:v0"};
    HostSnapshot before = HostSnapshot.take();
    long usual = micros(() -> rkt.run(line).exits(0));
    storm(rkt, usual, () -> {}, line);
    long collect = micros(() -> rkt.run("gc", "--grace-period=0s").exits(0));
    storm(rkt, collect, () -> rkt.run(line).exits(0), "gc", "--grace-period=0s");
    rkt.run("gc", "--grace-period=0s").exits(0);
    assertThat(rkt.run("list", "--no-legend").exits(0).stdout()).isEmpty();
    assertThat(Rkt.filesBelow(rkt.data().resolve("pods"))).isEmpty();
    assertThat(HostSnapshot.leftAfterAMoment(before)).isEmpty();
    rkt.run(line).exits(0);
    rkt.run("gc", "--grace-period=0s").exits(0);
  }

  @Test
  void killedRemovalsLeaveNothing() throws InterruptedException {
    RktRunner rkt = RktRunner.in(temp);
    rkt.run("--insecure-options=image", "fetch", image(0).toString()).exits(0);
    Path uuid = temp.resolve("uuid");
    String[] line = {
      "--insecure-options=image",
      "run",
      "--net=none",
      "--uuid-file-save=" + uuid,
      "example.com/app:v0"
    };
    rkt.run(line).exits(0);
    long usual = micros(() -> rkt.run("rm", "--uuid-file=" + uuid).exits(0));
    storm(rkt, usual, () -> rkt.run(line).exits(0), "rm", "--uuid-file=" + uuid);
    rkt.run("gc", "--grace-period=0s").exits(0);
    assertThat(Rkt.filesBelow(rkt.data().resolve("pods"))).isEmpty();
  }

  @Test
  void killedImageRemovalsLeaveTheImageWholeOrGone() throws InterruptedException {
    RktRunner rkt = RktRunner.in(temp);
    Path aci = image(0);
    Runnable fetch = () -> rkt.run("--insecure-options=image", "fetch", aci.toString()).exits(0);
    fetch.run();
    long usual = micros(() -> rkt.run("image", "rm", "example.com/app").exits(0));
    storm(rkt, usual, fetch, "image", "rm", "example.com/app");
    fetch.run();
    rkt.run("image", "verify", "example.com/app")
        .exits(0)
        .stdoutHas("successfully verified checksum");
    rkt.run("--insecure-options=image", "run", "--net=none", "example.com/app:v0").exits(0);
    rkt.run("gc", "--grace-period=0s").exits(0);
  }
}
