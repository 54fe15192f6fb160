// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.kit.DiscoveryServer;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktProcess;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who waits for whom where images are removed by one command and used by others. Waiting is seen in
 * the kernel's table of locks.
 */
@Needs(Requirement.PODS)
class RemovalsIT {
  private static final String HOST = "removals.example.com";
  private static final int SECONDS = 60;

  @TempDir Path temp;
  private RktRunner rkt;
  private Path locks;
  private Path prepare;

  @BeforeEach
  void makeLocks() throws IOException {
    rkt = RktRunner.in(temp);
    locks = rkt.data().resolve("locks");
    prepare = Files.createDirectories(locks.resolve("prepare"));
  }

  @AfterEach
  void collect() {
    rkt.run("gc", "--grace-period=0s", "--expire-prepared=0s");
  }

  @Test
  void collectionOfImagesComesBeforeThoseThatBeginToUseThemLater() throws Exception {
    Process user = hold("-s");
    RktProcess collection = rkt.start("image", "gc");
    awaitWaiting(collection, prepare);
    RktProcess later = rkt.start("image", "verify", "example.com/none");
    awaitWaiting(later, locks);

    letGo(user);

    collection.await(SECONDS).exits(0);
    later.await(SECONDS).exits(254).stderrHas("cannot find aci");
  }

  @Test
  void downloadKeepsNoCollectionWaitingAndWhatThatRemovesIsFoundAgain() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    try (DiscoveryServer server = DiscoveryServer.https(temp, List.of(HOST))) {
      server.configure(rkt.localConfig(), List.of(HOST));
      byte[] aci = Files.readAllBytes(TestImage.named(HOST + "/app").write(temp));
      server.on(
          "/app.aci",
          exchange -> {
            asked.countDown();
            await(answer);
            DiscoveryServer.bytes(200, Map.of(), aci).answer(exchange);
          });
      RktProcess preparation =
          rkt.start(
              "--insecure-options=image",
              "prepare",
              "--stage1-path=" + stage1(),
              "https://" + HOST + "/app.aci");
      awaitUntil(preparation, "the request", () -> asked.getCount() == 0);

      rkt.run("image", "gc", "--grace-period=0s")
          .exits(0)
          .stdoutHas("successfully removed")
          .stderrHas("removed treestore");

      Process collection = hold("-x");
      answer.countDown();
      awaitWaiting(preparation, prepare);
      rkt.run("image", "rm", HOST + "/app").exits(0).stdoutHas("successfully removed");
      letGo(collection);
      String uuid = preparation.await(SECONDS).exits(0).stdout().strip();
      Path pod = rkt.data().resolve("pods/prepared").resolve(uuid);
      String tree = Files.readString(pod.resolve("stage1TreeStoreID")).strip();
      assertThat(rkt.data().resolve("cas/tree").resolve(tree).resolve("rootfs/run")).exists();
      assertThat(server.requests().stream().filter(r -> r.target().equals("/app.aci"))).hasSize(2);
    } finally {
      answer.countDown();
    }
  }

  /** One that is never run. */
  private Path stage1() {
    String annotation = "{\"name\":\"coreos.com/rkt/stage1/%s\",\"value\":\"%s\"}";
    TestImage image =
        TestImage.named("example.com/stage1")
            .manifest(
                "\"annotations\":["
                    + annotation.formatted("run", "/run")
                    + ","
                    + annotation.formatted("interface-version", "5")
                    + "]");
    image.tar().program("rootfs/run", new byte[0]);
    return image.write(temp);
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      assertThat(latch.await(SECONDS, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  /** Holds the lock as somebody does who uses images, or removes them. */
  private Process hold(String how) throws IOException {
    Process holder =
        new ProcessBuilder("flock", how, prepare.toString(), "sh", "-c", "echo held; exec cat")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(holder.getInputStream().read()).isEqualTo('h');
    return holder;
  }

  private static void letGo(Process holder) throws Exception {
    holder.getOutputStream().close();
    assertThat(holder.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  private static void awaitWaiting(RktProcess process, Path lock) throws Exception {
    String inode = ":" + Files.getAttribute(lock, "unix:ino") + " ";
    awaitUntil(process, "waiting for " + lock, () -> isWaiting(process.pid(), inode));
  }

  private static void awaitUntil(RktProcess process, String what, Callable<Boolean> reached)
      throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!reached.call()) {
      assertThat(process.process().waitFor(20, TimeUnit.MILLISECONDS))
          .as("%s has ended before %s", process.stderr(), what)
          .isFalse();
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
    }
  }

  /** Whether a line of {@code /proc/locks} says that the process waits for that file's lock. */
  private static boolean isWaiting(long pid, String inode) throws IOException {
    return Files.readAllLines(Path.of("/proc/locks")).stream()
        .anyMatch(
            line ->
                line.contains("-> FLOCK")
                    && line.contains(" " + pid + " ")
                    && line.contains(inode));
  }
}
