// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.conformance.InEachFlavour;
import io.rktj.tests.kit.Flavour;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The log mode {@code k8s-plain} ({@code spec/rkt-runtime.md} section 12.1). */
@Needs(Requirement.PODS)
class KubernetesLogIT {
  private static final String EXPERIMENT = "--annotation=coreos.com/rkt/experiment/";
  private static final String TIME = "20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z";

  @TempDir Path temp;
  private RktRunner rkt;
  private @Nullable RktProcess pod;

  private RktResult add(String name, String... flags) throws IOException {
    List<String> line = new ArrayList<>(List.of("--insecure-options=image", "app", "add", uuid()));
    line.addAll(List.of("example.com/app", "--name=" + name, "--stdout=stream"));
    line.addAll(List.of(flags));
    return rkt.run(line.toArray(new String[0]));
  }

  private String uuid() throws IOException {
    return Files.readString(temp.resolve("uuid"));
  }

  private void runToItsEnd(String app) throws IOException {
    rkt.run("app", "start", uuid(), "--app=" + app).exits(0);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (!rkt.run("app", "status", uuid(), "--app=" + app).stdout().contains("exit_code=")) {
      assertThat(System.nanoTime()).isLessThan(deadline);
    }
  }

  @BeforeEach
  void dataDirectory() {
    rkt = Rkt.in(temp);
  }

  @AfterEach
  void nothingIsLeft() {
    if (pod != null) {
      pod.process().destroy();
      pod.await(180);
    }
    rkt.run("gc", "--grace-period=0s").exits(0);
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers("run-12-kubernetes")
  void streamsAreWrittenToTheFileThatTheKubeletReads(Flavour flavour) throws IOException {
    Path logs = temp.resolve("pods/1234");
    String script = "echo one; printf 'two\\nthree' >&2; head -c 5000 /dev/zero | tr '\\0' x";
    Path aci = TestImage.named("example.com/app").script(script).write(temp.resolve("images"));
    rkt.run("--insecure-options=image", "fetch", aci.toString()).exits(0);
    RktProcess sandbox =
        rkt.start(
            "app",
            "sandbox",
            Rkt.flavour(temp, flavour),
            "--net=none",
            "--uuid-file-save=" + temp.resolve("uuid"),
            EXPERIMENT + "logmode=k8s-plain",
            EXPERIMENT + "kubernetes-log-dir=" + logs);
    pod = sandbox;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(240);
    while (!Files.exists(temp.resolve("uuid")) || Files.size(temp.resolve("uuid")) < 36) {
      assertThat(sandbox.process().isAlive()).as(sandbox.stderr()).isTrue();
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
    rkt.run("status", "--wait-ready=240s", uuid()).exits(0);

    String path = EXPERIMENT + "kubernetes-log-path=";
    add("none")
        .exits(254)
        .stderrHas("kubernetes-log-path annotation needs to be specified when k8s-plain logging");
    add("out", path + "../out")
        .exits(254)
        .stderrHas("log path is not inside /rkt/kubernetes/log, refusing path traversal");
    Files.createDirectories(logs);
    Files.createSymbolicLink(logs.resolve("link"), temp.resolve("elsewhere"));
    add("link", path + "link").exits(254).stderrHas("open log file");
    assertThat(temp.resolve("elsewhere")).doesNotExist();

    add("app", "--stderr=stream", path + "app_0.log").exits(0);
    runToItsEnd("app");
    runToItsEnd("app"); // begins the file anew
    List<String> lines = Files.readAllLines(logs.resolve("app_0.log"));
    assertThat(lines).hasSize(5).allMatch(line -> line.matches(TIME + " std(out|err) .*"));
    assertThat(lines.stream().map(line -> line.substring(31)))
        .contains("stdout one", "stderr two", "stderr three")
        .contains("stdout " + "x".repeat(4096), "stdout " + "x".repeat(904));
    add("half", path + "half.log").exits(0); // its standard error is none
    runToItsEnd("half");
    assertThat(Files.readString(logs.resolve("half.log"))).contains("one").doesNotContain("two");
    rkt.run("stop", uuid()).exits(0);
    sandbox.await(180).exits(0);
    rkt.run("gc", "--grace-period=0s").exits(0);
    assertThat(logs.resolve("app_0.log")).exists();
  }
}
