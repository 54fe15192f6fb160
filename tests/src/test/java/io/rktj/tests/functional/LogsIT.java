// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
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
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code rkt logs}, what is kept for it, and what the host's journal is told. */
@Needs(Requirement.PODS)
class LogsIT {
  @TempDir Path temp;
  private RktRunner rkt;

  @BeforeEach
  void dataDirectory() {
    rkt = Rkt.in(temp);
  }

  @AfterEach
  void collectPods() {
    rkt.run("gc", "--grace-period=0s").exits(0);
  }

  private Path image(String name, String script) {
    return TestImage.named("example.com/" + name).script(script).write(temp.resolve("images"));
  }

  private List<String> line(Path... images) {
    List<String> line = new ArrayList<>(List.of("--insecure-options=image", "run", "--net=none"));
    line.add("--uuid-file-save=" + temp.resolve("uuid"));
    for (Path image : images) {
      line.add(image.toString());
    }
    return line;
  }

  private RktResult run(Path... images) {
    return rkt.run(line(images).toArray(new String[0]));
  }

  private String logs(String... arguments) {
    List<String> line = new ArrayList<>(List.of("logs", "--uuid-file=" + temp.resolve("uuid")));
    line.addAll(List.of(arguments));
    return rkt.run(line.toArray(new String[0])).exits(0).stdout();
  }

  @Test
  @Covers({"logs-print", "habit-json"})
  void appsAreToldInTheOrderOfTime() {
    run(
            image("one", "echo first; test -e /never || sleep 1; echo third >&2"),
            image("two", "sleep 0.5; echo second; sleep 1; printf unended"))
        .exits(0);

    assertThat(logs()).isEqualTo("one: first\ntwo: second\none: third\ntwo: unended\n");
    assertThat(logs("--app=two")).isEqualTo("two: second\ntwo: unended\n");
    assertThat(logs("--format=json", "--app=one").lines())
        .hasSize(2)
        .first()
        .asString()
        .matches(
            "\\{\"time\":\"20\\d\\d-\\d\\d-\\d\\dT[0-9:.]+Z\",\"app\":\"one\","
                + "\"stream\":\"stdout\",\"message\":\"first\"}");
    assertThat(logs("--timestamps", "--app=one")).matches("(?s)20[0-9T:.-]+Z one: first\n.*");
    assertThat(logs("--since=1h")).contains("one: first");
    assertThat(logs("--since=2999-01-01")).isEmpty();
    rkt.run("logs", "--since=yesterday-ish", "x").exits(254).stderrHas("cannot read the time");
    rkt.run("logs", "--app=three", "--uuid-file=" + temp.resolve("uuid"))
        .exits(254)
        .stderrHas("no app \"three\"");
    rkt.run("logs").exits(254).stderrHas("must provide one pod");
  }

  @Test
  @Covers("logs-follow")
  void followingEndsWithThePod() throws IOException {
    RktProcess pod =
        rkt.start(
            line(image("app", "echo up; while ! test -e /go; do sleep 0.1; done; echo last"))
                .toArray(new String[0]));
    pod.awaitStdout("up", 60);
    String uuid = Files.readString(temp.resolve("uuid"));
    RktProcess follower = rkt.start("logs", "-f", uuid);
    follower.awaitStdout("app: up\n", 30);
    assertThat(follower.process().isAlive()).isTrue();

    rkt.run("enter", uuid, "/bin/sh", "-c", "echo > /go").exits(0);

    assertThat(follower.await(60).exits(0).stdout()).isEqualTo("app: up\napp: last\n");
    pod.await(60).exits(0);
  }

  @Test
  @Covers("logs-rotation")
  void filesArePutAsideBySizeAndReadThroughInOrder() throws IOException {
    rkt.with("RKT_LOG_SIZE", "64Ki").with("RKT_LOG_FILES", "4");
    run(image("app", "i=0; while [ $i -lt 6000 ]; do echo line $i; i=$((i+1)); done")).exits(0);

    Path logs = rkt.data().resolve("pods/run/" + Files.readString(temp.resolve("uuid")) + "/logs");
    try (Stream<Path> files = Files.list(logs)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("app", "app.1", "app.2", "app.3");
    }
    for (String name : List.of("app.1", "app.2", "app.3")) {
      assertThat(Files.size(logs.resolve(name))).isBetween(65_536L, 66_000L);
    }
    List<String> lines = logs().lines().toList();
    int first = Integer.parseInt(lines.get(0).substring("app: line ".length()));
    assertThat(first).isPositive();
    assertThat(lines)
        .isEqualTo(IntStream.range(first, 6000).mapToObj(i -> "app: line " + i).toList());

    rkt.with("RKT_LOG_FILES", "0");
    run(image("app", "true")).exits(254).stderrHas("cannot keep \"0\" log files");
  }

  @Test
  @Covers("habit-output")
  void longLinesAreOneAndBytesStayWhatTheyAre() {
    String script =
        "head -c 9000 /dev/zero | tr '\\0' x; echo end; printf 'a\\tb\\033[31mc\\377\\n'";
    run(image("app", script)).exits(0);

    assertThat(logs()).startsWith("app: " + "x".repeat(9000) + "end\napp: a\tb\u001b[31mc");
  }

  @Test
  @Covers({"habit-control", "habit-output"})
  void nothingThatMovesTheCursorReachesATerminal() throws Exception {
    run(image("app", "printf 'a\\033[31mc\\n'")).exits(0);
    String line =
        RktRunner.distribution().resolve("bin/rkt")
            + " --dir="
            + rkt.data()
            + " logs --uuid-file="
            + temp.resolve("uuid");
    Process script =
        new ProcessBuilder("script", "-qec", line, "/dev/null").redirectErrorStream(true).start();
    script.getOutputStream().close();
    String shown = new String(script.getInputStream().readAllBytes(), UTF_8);
    assertThat(script.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(shown).contains("app: a\\x1B[31mc");
  }

  @Test
  @Covers({"logs-journal", "run-12-journal"})
  void journalOfTheHostIsToldWithFields() throws Exception {
    Path socket = Files.createDirectories(temp.resolve("journal")).resolve("socket");
    Path got = temp.resolve("got");
    Process journal =
        new ProcessBuilder(
                "perl",
                "-MIO::Socket::UNIX",
                "-e",
                "my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $ARGV[0]) or die $!;"
                    + " $| = 1; while (defined $s->recv(my $m, 65536)) { print \"$m--\\n\" }",
                socket.toString())
            .redirectOutput(got.toFile())
            .start();
    try {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (!Files.exists(socket)) {
        assertThat(System.nanoTime()).isLessThan(deadline);
        Thread.onSpinWait();
      }
      String mount =
          "mkdir -p /run/systemd/journal && mount --bind "
              + socket.getParent()
              + " /run/systemd/journal && exec \"$@\"";
      rkt.inside("unshare", "-m", "--propagation", "private", "sh", "-c", mount, "sh");
      run(image("app", "echo told; echo wrong >&2")).exits(0);
      String uuid = Files.readString(temp.resolve("uuid"));
      while (Files.readString(got).split("--\n", -1).length < 3) {
        assertThat(System.nanoTime()).isLessThan(deadline + TimeUnit.SECONDS.toNanos(30));
        Thread.onSpinWait();
      }
      assertThat(Files.readString(got))
          .contains(
              "PRIORITY=6\nSYSLOG_IDENTIFIER=app\nRKT_APP_NAME=app\nRKT_POD_UUID="
                  + uuid
                  + "\nRKT_STREAM=stdout\nMESSAGE=told\n")
          .contains("\nRKT_STREAM=stderr\nMESSAGE=wrong\n");
    } finally {
      journal.destroy();
      journal.waitFor();
    }
  }
}
