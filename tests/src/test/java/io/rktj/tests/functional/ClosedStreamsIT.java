// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktProcess;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Standard streams that are closed, full, or pipes that nobody reads any more. */
class ClosedStreamsIT {
  @TempDir Path temp;
  private RktRunner rkt;

  @BeforeEach
  void fetch() {
    rkt = RktRunner.in(temp);
    Path aci =
        TestImage.named("example.com/app")
            .script("readlink /proc/self/fd/0; cat; echo end; exit 7")
            .write(temp.resolve("images"));
    rkt.run("--insecure-options=image", "fetch", aci.toString()).exits(0);
  }

  @AfterEach
  void collect() {
    RktRunner.in(temp).run("gc", "--grace-period=0s").exits(0);
  }

  /** Has later commands started by a shell whose last word is how the streams are redirected. */
  private RktRunner shell(String redirection) {
    return rkt.inside("sh", "-c", "exec \"$@\" " + redirection, "sh");
  }

  @ParameterizedTest
  @ValueSource(strings = {"<&-", ">&-", "2>&-", "<&- >&- 2>&-"})
  @Needs(Requirement.PODS)
  @Covers("run-closed-streams")
  void closedStreamsAreEmptyAndNoFileOfOurs(String redirection) throws IOException {
    shell(redirection);
    RktProcess process =
        rkt.start(
            "--insecure-options=image", "run", "--net=none", "--interactive", "example.com/app");
    process.process().getOutputStream().close();
    String printed = process.await(60).exits(7).stdout();
    if (!redirection.contains(" >&-") && !redirection.startsWith(">&-")) {
      List<String> lines = printed.lines().toList();
      assertThat(lines).hasSize(2).endsWith("end");
      assertThat(lines.get(0)).startsWith("pipe:");
    }
    assertThat(RktRunner.in(temp).run("image", "verify", "example.com/app").exits(0).stdout())
        .contains("successfully verified checksum");
  }

  @Test
  @Covers("cli-1.1-lost")
  void answersThatCannotBeWrittenAreAFailure() {
    shell(">/dev/full");
    rkt.run("image", "list")
        .exits(254)
        .stderrHas("rkt: cannot write to standard output: No space left on device");
  }

  @Test
  @Needs(Requirement.PODS)
  @Covers({"cli-1.1-lost", "logs-follow"})
  void nothingGoesOnForAReaderThatHasGone() throws IOException {
    Path uuid = temp.resolve("uuid");
    RktProcess pod =
        rkt.start(
            "--insecure-options=image",
            "run",
            "--net=none",
            "--uuid-file-save=" + uuid,
            "example.com/app",
            "--exec=/bin/sh",
            "--",
            "-c",
            "while :; do echo line; sleep 0.1; done");
    pod.awaitStdout("line", 60);
    RktRunner reader =
        RktRunner.in(temp)
            .inside("bash", "-c", "\"$@\" | head -n 1; echo ${PIPESTATUS[0]}", "bash");
    assertThat(reader.run("logs", "-f", Files.readString(uuid)).exits(0).stdout())
        .isEqualTo("app: line\n254\n");
    pod.signal(15);
    pod.await(60);
  }

  @Test
  @Needs(Requirement.PODS)
  @Covers("run-closed-pipe")
  void podOutlivesTheReaderOfItsConsole() {
    RktRunner reader =
        rkt.inside("bash", "-c", "\"$@\" | head -n 1; echo ${PIPESTATUS[0]}", "bash");
    List<String> lines =
        reader
            .run(
                "--insecure-options=image",
                "run",
                "--net=none",
                "example.com/app",
                "--exec=/bin/sh",
                "--",
                "-c",
                "for i in $(seq 2000); do echo line $i; done; exit 5")
            .exits(0)
            .stdout()
            .lines()
            .toList();
    assertThat(lines).hasSize(2).endsWith("5");
  }
}
