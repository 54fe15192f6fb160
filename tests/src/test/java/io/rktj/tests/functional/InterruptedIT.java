// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.DiscoveryServer;
import io.rktj.tests.kit.HostSnapshot;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktProcess;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Signals that reach {@code rkt run} while something keeps it in one of its phases. Until the pod
 * is there it ends by the signal; from then on it stops the pod, status 0. One gc leaves nothing.
 */
@Needs(Requirement.PODS)
class InterruptedIT {
  private static final int SIGHUP = 1;
  private static final int SIGINT = 2;
  private static final int SIGQUIT = 3;
  private static final int SIGTERM = 15;

  @TempDir Path temp;
  private RktRunner rkt;
  private HostSnapshot before;

  @BeforeEach
  void lookAtTheHost() {
    before = HostSnapshot.take();
    // whoever runs the tests in the background may have them ignored
    rkt = RktRunner.in(temp).inside("env", "--default-signal=HUP,INT,QUIT");
  }

  @AfterEach
  void oneCollectionLeavesNothing() {
    rkt.run("gc", "--grace-period=0s").exits(0);
    assertThat(rkt.run("list", "--no-legend").exits(0).stdout()).isEmpty();
    assertThat(Rkt.filesBelow(rkt.data().resolve("pods"))).isEmpty();
    assertThat(Rkt.filesBelow(rkt.data().resolve("cas/tmp")))
        .noneMatch(file -> file.contains("rootfs"));
    assertThat(HostSnapshot.leftAfterAMoment(before)).isEmpty();
  }

  private RktProcess run(String... words) {
    List<String> line = new ArrayList<>(List.of("--insecure-options=image", "run"));
    line.addAll(List.of(words));
    return rkt.start(line.toArray(new String[0]));
  }

  private interface Sight {
    boolean isThere() throws IOException;
  }

  private static void await(RktProcess process, Sight sight) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!sight.isThere()) {
      if (System.nanoTime() > deadline || !process.process().isAlive()) {
        throw new AssertionError("not reached: " + process.stdout() + process.stderr());
      }
      Thread.onSpinWait();
    }
  }

  private static void endsBy(RktProcess process, int signal) {
    process.signal(signal);
    process.await(60).exits(128 + signal).isTidy();
  }

  @ParameterizedTest
  @ValueSource(ints = {SIGINT, SIGTERM})
  @Covers("run-signal-fetch")
  void whileAnImageComesAndIsUnpacked(int signal) throws IOException {
    TestImage image = TestImage.named("example.com/app");
    byte[] content = new byte[1 << 20];
    new Random(1).nextBytes(content);
    image.file("etc/large", new String(content, ISO_8859_1));
    byte[] body = Files.readAllBytes(image.write(temp.resolve("images")));
    CountDownLatch over = new CountDownLatch(1);
    try (DiscoveryServer server = DiscoveryServer.http(temp)) {
      String url = "http://127.0.0.1:" + server.port() + "/app.aci";
      server.on(
          "/app.aci",
          exchange -> {
            exchange.sendResponseHeaders(200, body.length);
            OutputStream out = exchange.getResponseBody();
            out.write(Arrays.copyOf(body, body.length * 3 / 4));
            out.flush();
            waitFor(over);
          });
      RktProcess process = run("--net=none", url);
      await(
          process,
          () ->
              Rkt.filesBelow(rkt.data().resolve("cas/tmp")).stream()
                  .anyMatch(file -> file.endsWith("rootfs/bin/busybox")));
      endsBy(process, signal);
      over.countDown();
      assertThat(rkt.run("image", "list", "--no-legend").exits(0).stdout()).isEmpty();
      server.on("/app.aci", DiscoveryServer.bytes(200, Map.of(), body));
      run("--net=none", url).await(60).exits(0);
    }
  }

  private static void waitFor(CountDownLatch latch) {
    try {
      if (!latch.await(60, TimeUnit.SECONDS)) {
        throw new AssertionError("the test did not come to its end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  @Covers("run-signal-prepare")
  void whileThePodIsPrepared() throws IOException {
    Path aci = TestImage.named("example.com/app").write(temp.resolve("images"));
    rkt.run("--insecure-options=image", "fetch", aci.toString()).exits(0);
    rkt.run("image", "gc").exits(0); // now there is the image, but not its tree
    Process holder = holdTheLockOfTheTree();
    RktProcess process = run("--net=none", "example.com/app");
    await(process, () -> hasChildren(rkt.data().resolve("pods/prepare")));
    endsBy(process, SIGTERM);
    holder.getOutputStream().close();
    assertThat(rkt.run("list", "--no-legend").exits(0).stdout()).contains("aborted prepare");
    run("--net=none", "example.com/app").await(60).exits(0);
  }

  /** Keeps everybody from making the one tree of the store; until its input ends. */
  private Process holdTheLockOfTheTree() throws IOException {
    Path lock;
    try (Stream<Path> locks = Files.list(rkt.data().resolve("cas/locks"))) {
      lock = locks.filter(p -> p.getFileName().toString().startsWith("tree-")).findAny().get();
    }
    Process holder =
        new ProcessBuilder("flock", lock.toString(), "sh", "-c", "echo held; exec cat").start();
    assertThat(holder.getInputStream().read()).isEqualTo('h');
    return holder;
  }

  private static boolean hasChildren(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return false;
    }
    try (Stream<Path> children = Files.list(directory)) {
      return children.findAny().isPresent();
    }
  }

  @Test
  @Covers("run-signal-network")
  void whileItsNetworkIsMade() throws IOException {
    Path aci = TestImage.named("example.com/app").write(temp.resolve("images"));
    slowNetwork();
    RktProcess process = run("--net=default", aci.toString());
    await(process, () -> Files.exists(temp.resolve("adding")));
    endsBy(process, SIGTERM);
    // the plugin is at it still: what it has made must not be left by who comes to collect
    RktProcess collection = rkt.start("gc", "--grace-period=0s");
    await(collection, () -> !hasChildren(rkt.data().resolve("pods/run")));
    Files.createFile(temp.resolve("go"));
    assertThat(collection.await(60).exits(0).stderr()).doesNotContain("error deleting");
    assertThat(temp.resolve("added")).doesNotExist();
  }

  /** A default network whose plugin waits for a word before it has made something. */
  private void slowNetwork() throws IOException {
    Path directory = Files.createDirectories(rkt.localConfig().resolve("net.d"));
    Files.writeString(
        directory.resolve("10-slow.conf"), "{\"name\":\"default\",\"type\":\"slow\"}");
    String script =
        "#!/bin/sh\ncase $CNI_COMMAND in\n"
            + "ADD) >HERE/adding; i=0; until [ -e HERE/go -o $i = 600 ]; do"
            + " sleep 0.1; i=$((i+1)); done; sleep 1; >HERE/added;"
            + " echo '{\"cniVersion\":\"0.1.0\",\"ip4\":{\"ip\":\"10.1.2.3/24\"}}';;\n"
            + "DEL) rm HERE/added;;\nesac\n";
    Path plugin = directory.resolve("slow");
    Files.writeString(plugin, script.replace("HERE", temp.toString()));
    for (Path path : List.of(directory, plugin)) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  @Test
  @Covers("run-signal-handover")
  void betweenTheHandOverAndTheApp() {
    Path aci =
        TestImage.named("example.com/app")
            .script("echo app")
            .app(
                "\"eventHandlers\":[{\"name\":\"pre-start\","
                    + "\"exec\":[\"/bin/sh\",\"-c\",\"echo hook; exec sleep 1000\"]}]")
            .write(temp.resolve("images"));
    RktProcess process = run("--net=none", aci.toString());
    process.awaitStdout("hook", 60).signal(SIGINT);
    assertThat(process.await(60).exits(0).lines("app")).containsExactly("hook");
  }

  @ParameterizedTest
  @ValueSource(ints = {SIGHUP, SIGINT, SIGTERM})
  @Covers("run-signal-running")
  void whileThePodRuns(int signal) {
    RktProcess process = run("--net=none", patient());
    process.awaitStdout("tick 1\n", 60).signal(signal);
    assertThat(process.await(60).exits(0).lines("app")).contains("stopping");
  }

  private String patient() {
    return TestImage.named("example.com/app")
        .script(
            "trap 'echo stopping; exit 0' TERM;"
                + " i=1; while :; do echo tick $i; i=$((i+1)); sleep 0.1; done")
        .write(temp.resolve("images"))
        .toString();
  }

  @Test
  @Covers("run-signal-ignored")
  void signalsOfTheTerminalThatTheCallerHasIgnoredAreNotHeard() {
    rkt = RktRunner.in(temp).inside("env", "--ignore-signal=HUP,INT,QUIT");
    RktProcess process = run("--net=none", patient());
    process.awaitStdout("tick 1\n", 60);
    for (int signal : new int[] {SIGHUP, SIGINT, SIGQUIT}) {
      process.signal(signal);
    }
    long ticks = process.stdout().lines().count();
    process.awaitStdout("tick " + (ticks + 10) + "\n", 60);
    process.signal(SIGTERM);
    assertThat(process.await(60).exits(0).lines("app")).contains("stopping");
  }
}
