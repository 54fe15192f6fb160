// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a pod tells systemd, in name spaces and in a machine; {@code SystemdIT} has the units. */
@Needs({Requirement.PODS, Requirement.MACHINES})
class NotifyIT {
  @TempDir Path temp;
  private Path heard;
  private Process systemd;

  @BeforeEach
  void listen() throws IOException {
    heard = temp.resolve("heard");
    Path socket = temp.resolve("socket");
    systemd =
        new ProcessBuilder(ServiceImage.program().toString(), "hear:" + socket)
            .redirectOutput(heard.toFile())
            .start();
    Path machines = Files.createDirectories(RktRunner.distribution().resolveSibling("machines"));
    Files.createDirectories(RktRunner.in(temp).data());
    Files.createSymbolicLink(RktRunner.in(temp).data().resolve("kvm"), machines);
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (!Files.exists(socket)) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  @AfterEach
  void hangUp() {
    systemd.destroyForcibly();
  }

  private String await(RktProcess pod, Predicate<String> wanted) throws IOException {
    long deadline = System.nanoTime() + 120_000_000_000L;
    String all = Files.readString(heard, UTF_8);
    while (!wanted.test(all)) {
      assertThat(pod.process().isAlive()).as(() -> pod.stdout() + pod.stderr()).isTrue();
      assertThat(System.nanoTime()).as(all).isLessThan(deadline);
      all = Files.readString(heard, UTF_8);
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(strings = {"rktj.io/stage1-nspawn", "rktj.io/stage1-kvm"})
  @Covers("run-14-notify")
  void systemdHearsOfReadinessLifeWordsAndTheEnd(String flavour) throws IOException {
    Path image = ServiceImage.write(temp, "speaks", "say:STATUS=warm\u00e4", "say:READY=1", "rest");
    RktProcess pod =
        RktRunner.in(temp)
            .with("NOTIFY_SOCKET", temp.resolve("socket").toString())
            .with("WATCHDOG_USEC", "1000000")
            .start(
                "--insecure-options=image",
                "run",
                "--net=none",
                "--stage1-name=" + flavour,
                "--volume=go,kind=empty",
                image.toString());

    String all =
        await(
            pod,
            words ->
                words.contains("READY=1\n")
                    && words.contains("STATUS=warm??\n")
                    && words.lines().filter("WATCHDOG=1"::equals).count() > 4);
    assertThat(all).doesNotContain("STOPPING=1");
    pod.signal(15);
    pod.await(120).exits(0);
    assertThat(Files.readString(heard, UTF_8)).contains("STOPPING=1\n");
  }
}
