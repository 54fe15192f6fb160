// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.conformance.InEachFlavour;
import io.rktj.tests.conformance.InNameSpacesOnly;
import io.rktj.tests.kit.Flavour;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktProcess;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code rkt attach} and the modes of standard streams ({@code rkt-cli.md} 3.1 and 4.19). */
@Needs(Requirement.PODS)
class AttachIT {
  private static final String ECHO = "while read -r line; do echo \"got $line\"; done";

  @TempDir Path temp;
  private RktRunner rkt;
  private final List<RktProcess> running = new ArrayList<>();

  @BeforeEach
  void dataDirectory() {
    rkt = Rkt.in(temp);
  }

  @AfterEach
  void nothingIsLeft() {
    for (RktProcess process : running) {
      process.process().destroy();
      process.await(60);
    }
    rkt.run("gc", "--grace-period=0s").exits(0);
    assertThat(Rkt.filesBelow(rkt.data().resolve("pods"))).isEmpty();
  }

  private RktProcess start(String... arguments) {
    RktProcess process = rkt.start(arguments);
    running.add(process);
    return process;
  }

  /** Runs a script in a pod whose streams are as the flags say; its UUID. */
  private String run(Flavour flavour, String script, String... flags) throws IOException {
    Path aci = TestImage.named("example.com/app").script(script).write(temp.resolve("images"));
    List<String> line = new ArrayList<>(List.of("--insecure-options=image", "run", "--net=none"));
    line.add("--uuid-file-save=" + temp.resolve("uuid"));
    line.add(Rkt.flavour(temp, flavour));
    line.add(aci.toString());
    line.addAll(List.of(flags));
    start(line.toArray(new String[0]));
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!Files.exists(temp.resolve("uuid")) || Files.size(temp.resolve("uuid")) < 36) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
    String uuid = Files.readString(temp.resolve("uuid"));
    rkt.run("status", "--wait-ready=60s", uuid).exits(0);
    return uuid;
  }

  private static void type(RktProcess client, String text) throws IOException {
    OutputStream in = client.process().getOutputStream();
    in.write(text.getBytes(UTF_8));
    in.flush();
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers({"cli-4.19-modes", "cli-3.1-stdio", "run-12-streams"})
  void severalClientsShareTheStreamsOfAnApp(Flavour flavour) throws IOException {
    String uuid = run(flavour, ECHO, "--stdin=stream", "--stdout=stream");
    RktProcess one = start("attach", uuid);
    RktProcess two = start("attach", "--mode=stdin,stdout", uuid);
    type(one, "first\n");
    one.awaitStdout("got first\n", 30);
    type(two, "second\n");
    one.awaitStdout("got second\n", 30);
    two.awaitStdout("got second\n", 30);

    one.process().getOutputStream().close();
    type(two, "third\n");
    one.awaitStdout("got third\n", 30);
    two.process().destroy();
    assertThat(two.await(30).exit()).isEqualTo(128 + 15);
    assertThat(rkt.run("status", uuid).stdout()).contains("state=running");

    rkt.run("stop", uuid).exits(0);
    one.await(60).exits(0);
    assertThat(running.get(0).stdout()).doesNotContain("got first");
    assertThat(rkt.run("logs", uuid).exits(0).stdout())
        .isEqualTo("app: got first\napp: got second\napp: got third\n");
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers("cli-4.19-modes")
  void inputAloneEndsWithTheInputAndAllOfItArrives(Flavour flavour) throws IOException {
    String uuid =
        run(flavour, "wc -c; sleep 100", "--stdin=stream", "--stdout=stream", "--exec=/bin/sh");
    // not a client, who might be attached only when all has been said
    RktProcess watcher = start("logs", "-f", uuid);
    StringBuilder script = new StringBuilder("n=0\n");
    for (int i = 0; i < 20_000; i++) {
      script.append("n=$((n+1))\n");
    }
    script.append("echo counted $n\n");

    RktProcess writer = start("attach", "--mode=stdin", uuid);
    type(writer, script.toString());
    writer.process().getOutputStream().close();

    writer.await(60).exits(0);
    watcher.awaitStdout("counted 20000\n", 60);
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  void whoTakesNothingHoldsTheAppUpForAMomentOnly(Flavour flavour) throws Exception {
    String uuid =
        run(
            flavour,
            "read -r one; read -r two; i=0; while [ $i -lt 7000 ]; do echo \"line $i "
                + "and so on".repeat(10)
                + "\"; i=$((i+1)); done; echo all; sleep 100",
            "--stdin=stream",
            "--stdout=stream");
    // what a client types arrives when he is attached
    Process stuck = stuckClient(uuid);
    stuck.getOutputStream().write("ready\n".getBytes(UTF_8));
    stuck.getOutputStream().flush();
    RktProcess reader = start("attach", uuid);
    type(reader, "ready\n");

    reader.awaitStdout("all\n", 100);

    assertThat(stuck.isAlive()).isTrue();
    stuck.destroyForcibly().waitFor();
  }

  /** A client whose output nobody reads. */
  private Process stuckClient(String uuid) throws IOException {
    return new ProcessBuilder(
            RktRunner.distribution().resolve("bin/rkt").toString(),
            "--dir=" + rkt.data(),
            "attach",
            uuid)
        .start();
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers({"cli-4.19-modes", "cli-3.1-stdio", "run-12-streams"})
  void terminalIsJoinedWithItsSizeAndLeftByItsKeys(Flavour flavour) throws Exception {
    rkt.with("TERM", "vt-test");
    String uuid =
        run(flavour, "unused", "--stdin=tty", "--stdout=tty", "--stderr=tty", "--exec=/bin/sh");

    String first = onTerminal(uuid, "stty size; tty; echo on $TERM\n", "\020\021", "on vt-test");

    assertThat(first).contains("31 77").contains("/dev/pts/");
    assertThat(rkt.run("status", uuid).stdout()).contains("state=running");
    assertThat(onTerminal(uuid, "exit 7\n", "", "ended")).contains("ended 0");
    assertThat(running.get(0).await(60).exit()).isEqualTo(7);
  }

  /** Attaches on a terminal, types, waits for a text, and types the rest. */
  private String onTerminal(String uuid, String typed, String then, String awaited)
      throws IOException, InterruptedException {
    String line =
        "stty rows 31 cols 77; "
            + RktRunner.distribution().resolve("bin/rkt")
            + " --dir="
            + rkt.data()
            + " attach "
            + uuid
            + "; echo ended $?";
    Path shown = Files.createTempFile(temp, "shown", "");
    Process script =
        new ProcessBuilder("script", "-qec", line, "/dev/null")
            .redirectErrorStream(true)
            .redirectOutput(shown.toFile())
            .start();
    OutputStream in = script.getOutputStream();
    // the kernel holds what is typed before the client is there to read it
    in.write(typed.getBytes(UTF_8));
    in.flush();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!Files.readString(shown).contains(awaited)) {
      assertThat(System.nanoTime()).as(Files.readString(shown)).isLessThan(deadline);
      Thread.onSpinWait();
    }
    in.write(then.getBytes(UTF_8));
    in.flush();
    while (!Files.readString(shown).contains("ended ")) {
      assertThat(System.nanoTime()).as(Files.readString(shown)).isLessThan(deadline);
      Thread.onSpinWait();
    }
    in.close();
    assertThat(script.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return Files.readString(shown);
  }

  @Test
  @InNameSpacesOnly("decided before a pod is asked")
  @Covers({"cli-4.19-list", "cli-4.19-refuses", "cli-3.1-stdio", "cli-1.4-attach"})
  void endpointsAreListedAndOthersRefused() throws IOException {
    String uuid = run(Flavour.NSPAWN, "sleep 100", "--stdout=stream", "--stderr=null");
    String control = rkt.data().resolve("pods/run/" + uuid + "/control").toString();

    assertThat(rkt.run("attach", "--mode=list", uuid).exits(0).stdout())
        .isEqualTo(
            """
            {
                "version": 1,
                "targets": [
                    {
                        "name": "stdout",
                        "domain": "unix",
                        "address": "%s"
                    }
                ]
            }"""
                .formatted(control));
    rkt.run("attach", "--mode=x", uuid).exits(254).stderrHas("attach: unknown endpoint \"x\"");
    rkt.run("attach", "--mode=tty,stdin", uuid)
        .exits(254)
        .stderrHas(
            "incompatible endpoints \"tty,stdin\", cannot simultaneously attach TTY and streams");
    rkt.run("attach", "--mode=stdin", uuid)
        .exits(254)
        .stderrHas("cannot attach to \"stdin\": the app has no such endpoint");
    rkt.run("attach", "--mode=tty", uuid).exits(254).stderrHas("cannot attach to \"tty\"");
    rkt.run("attach", "--app=other", uuid).exits(254).stderrHas("no app \"other\"");
    rkt.run("attach", "00000000").exits(254).stderrHas("no matches found");
    rkt.run("attach").exits(254).stderrHas("must provide a pod");
    rkt.run("--insecure-options=image", "run", "--stdin=stream")
        .exits(254)
        .stderrHas("--stdin must follow an application");
    rkt.run("--insecure-options=image", "run", "x.aci", "--stdin=log")
        .exits(254)
        .stderrHas("invalid stdin mode \"log\"");
    rkt.with("RKT_EXPERIMENT_ATTACH", "false");
    rkt.run("attach", uuid).exits(254).stderrHas("unknown command \"attach\" for \"rkt\"");
  }

  @Test
  @InNameSpacesOnly("decided before a pod is asked, or by its end")
  void plainAppsHaveNothingToAttachToAndKilledPodsSaySo() throws Exception {
    String plain = run(Flavour.NSPAWN, "sleep 100");
    rkt.run("attach", plain).exits(254).stderrHas("none of its streams can be attached to");
    running.get(0).process().destroy();
    running.get(0).await(60);
    rkt.run("attach", plain).exits(254).stderrHas("isn't currently running");

    Files.delete(temp.resolve("uuid"));
    String uuid = run(Flavour.NSPAWN, "while :; do echo tick; sleep 0.1; done", "--stdout=stream");
    RktProcess client = start("attach", uuid);
    client.awaitStdout("tick\n", 30);
    rkt.run("stop", "--force", uuid).exits(0);
    assertThat(client.await(60).stderr()).contains("the pod has let go");
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  void nullTakesWhatIsWrittenAndLogIsTheDefault(Flavour flavour) throws IOException {
    String uuid =
        run(flavour, "echo silent; echo said >&2; sleep 100", "--stdout=null", "--stderr=log");
    running.get(0).awaitStdout("said", 30);
    assertThat(running.get(0).stdout()).doesNotContain("silent");
    assertThat(rkt.run("logs", uuid).exits(0).stdout()).isEqualTo("app: said\n");
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers("cli-3.1-stdio")
  void addedAppsHaveStreamsToo(Flavour flavour) throws IOException {
    Path aci = TestImage.named("example.com/app").script(ECHO).write(temp.resolve("images"));
    rkt.run("--insecure-options=image", "fetch", aci.toString()).exits(0);
    start(
        "app",
        "sandbox",
        "--net=none",
        Rkt.flavour(temp, flavour),
        "--uuid-file-save=" + temp.resolve("uuid"));
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!Files.exists(temp.resolve("uuid")) || Files.size(temp.resolve("uuid")) < 36) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
    String uuid = Files.readString(temp.resolve("uuid"));
    rkt.run("status", "--wait-ready=60s", uuid).exits(0);
    rkt.run(
            "--insecure-options=image",
            "app",
            "add",
            uuid,
            "example.com/app",
            "--stdin=stream",
            "--stdout=stream")
        .exits(0);
    RktProcess client = start("attach", uuid);
    rkt.run("app", "start", uuid, "--app=app").exits(0);
    type(client, "late\n");
    client.awaitStdout("got late\n", 30);
    rkt.run("app", "stop", uuid, "--app=app").exits(0);
    client.await(60).exits(0);
    rkt.run("app", "rm", uuid, "--app=app").exits(0);
  }
}
