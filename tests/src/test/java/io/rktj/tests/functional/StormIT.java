// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.kit.DiscoveryServer;
import io.rktj.tests.kit.HostSnapshot;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktResult;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many processes at once run, stop, remove, collect, list and fetch in one data directory, and some
 * of them are killed at random moments. Nobody waits for ever, no pod is lost, doubled or robbed of
 * its files, every message is one that a user can make something of, and one collection leaves
 * nothing. Property {@code storm.seconds} says for how long (15 unless set), {@code storm.workers}
 * how many at once (16), {@code storm.seed} which commands and moments.
 */
@Needs({Requirement.NETWORK, Requirement.USER_NAMES})
class StormIT {
  private static final int SECONDS = Integer.getInteger("storm.seconds", 15);
  private static final int WORKERS = Integer.getInteger("storm.workers", 16);
  private static final long SEED = Long.getLong("storm.seed", System.nanoTime());
  private static final String HOST = "storm.example.com";
  private static final int FILES = 100;

  /** Writes down that it runs; in the end each of its files must still be there. */
  private static final String SCRIPT =
      "echo start >> /out/log; sleep $1; i=0; while [ $i -lt "
          + FILES
          + " ]; do read v < /etc/file$i || exit 77; [ $v = $i ] || exit 77; i=$((i + 1)); done;"
          + " echo end >> /out/log";

  @TempDir Path temp;
  private TestHost host;
  private DiscoveryServer server;
  private RktRunner rkt;

  @BeforeEach
  void offerImages() throws IOException {
    host = new TestHost();
    rkt = RktRunner.in(temp);
    server = DiscoveryServer.https(temp, List.of(HOST));
    server.configure(rkt.localConfig(), List.of(HOST));
    offer("app", image(HOST + "/app"));
    offer("base", image(HOST + "/base"));
    String base = "\"dependencies\":[{\"imageName\":\"" + HOST + "/base\"}]";
    offer("top", TestImage.named(HOST + "/top").script(SCRIPT).app(mountPoint()).manifest(base));
    Path networks = Files.createDirectories(rkt.localConfig().resolve("net.d"));
    Files.writeString(
        networks.resolve("storm.conf"),
        "{\"name\":\"storm\",\"type\":\"ptp\",\"ipam\":{\"type\":\"host-local\",\"dataDir\":\""
            + temp.resolve("leases")
            + "\",\"subnet\":\"172.30.0.0/16\"}}");
  }

  private static TestImage image(String name) {
    TestImage image = TestImage.named(name).script(SCRIPT).app(mountPoint());
    for (int i = 0; i < FILES; i++) {
      image.file("etc/file" + i, i + "\n");
    }
    return image;
  }

  private static String mountPoint() {
    return "\"mountPoints\":[{\"name\":\"out\",\"path\":\"/out\"}]";
  }

  private void offer(String name, TestImage image) {
    Path aci = image.write(temp.resolve("images"));
    server.file("/" + name + ".aci", aci);
    server.page(
        "/" + name + "?ac-discovery=1",
        "<html><head><meta name=\"ac-discovery\" content=\""
            + (HOST + "/" + name)
            + (" https://" + HOST + "/" + name)
            + ".{ext}\"></head></html>");
  }

  @AfterEach
  void endHost() {
    host.rkt(temp).run("gc", "--grace-period=0s");
    server.close();
    host.close();
  }

  @Test
  void manyAtOnceAndSomeKilledLoseNothingAndLeaveNothing() throws Exception {
    HostSnapshot before = HostSnapshot.take();
    System.out.println("storm: seed " + SEED + ", " + WORKERS + " workers, " + SECONDS + " s");
    Storm storm = new Storm(rkt, host.rkt(temp), SEED);

    storm.rage(WORKERS, SECONDS);

    System.out.println("storm: " + storm.summary());
    assertThat(storm.complaints()).isEmpty();
    assertThat(storm.pods().unaccounted(rkt.data().resolve("pods"))).isEmpty();
    everyImageVerifies();
    oneCollectionLeavesNothing();
    assertThat(new StormRemains(temp, storm.pods(), before).afterAMoment()).isEmpty();
    assertThat(host.run("ip", "-o", "link")).doesNotContain("veth");
  }

  /** What was fetched in the storm, and what is fetched after it. */
  private void everyImageVerifies() {
    for (String name : List.of("app", "base", "top")) {
      rkt.run("--insecure-options=image", "fetch", HOST + "/" + name).exits(0).isTidy();
    }
    RktResult list = rkt.run("image", "list", "--no-legend", "--fields=id", "--full").exits(0);
    List<String> ids = list.stdout().lines().toList();
    assertThat(ids).hasSizeGreaterThanOrEqualTo(3);
    List<String> line = new ArrayList<>(List.of("image", "verify"));
    line.addAll(ids);
    RktResult verified = rkt.run(line.toArray(new String[0])).exits(0).isTidy();
    assertThat(verified.stderr()).doesNotContain("verification failed");
    assertThat(verified.stdout().lines()).hasSameSizeAs(ids);
  }

  private void oneCollectionLeavesNothing() throws IOException {
    RktResult gc =
        host.rkt(temp).run("gc", "--grace-period=0s", "--expire-prepared=0s").exits(0).isTidy();
    assertThat(gc.stderr()).doesNotContain("cannot").doesNotContain("problem");
    rkt.run("image", "gc", "--grace-period=0s").exits(0).isTidy();
    assertThat(rkt.run("list", "--no-legend").exits(0).stdout()).isEmpty();
    assertThat(rkt.run("image", "list", "--no-legend").exits(0).stdout()).isEmpty();
    assertThat(StormRemains.contents(rkt.data())).isEmpty();
    for (String place : List.of("cas/tree", "cas/tmp", "pods/embryo", "pods/prepare")) {
      assertThat(rkt.data().resolve(place)).isEmptyDirectory();
    }
    for (String place : List.of("prepared", "run", "exited-garbage", "garbage")) {
      assertThat(rkt.data().resolve("pods").resolve(place)).isEmptyDirectory();
    }
  }
}
