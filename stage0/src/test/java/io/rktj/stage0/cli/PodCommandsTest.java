// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rktj.linux.Kernel;
import io.rktj.pod.LockedPod;
import io.rktj.pod.PodStore;
import io.rktj.spec.Uuid;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands on pods, as a user calls them ({@code spec/rkt-cli.md} sections 4.6 to 4.12). */
class PodCommandsTest {
  private static final String MANIFEST =
      "{\"acVersion\":\"0.8.11\",\"acKind\":\"PodManifest\",\"apps\":[{\"name\":\"a\",\"image\":"
          + "{\"id\":\"sha512-"
          + "a".repeat(128)
          + "\",\"name\":\"a.com/x\"}}],\"volumes\":null,\"isolators\":null,\"annotations\":null,"
          + "\"ports\":null}";

  @TempDir Path data;

  private PodStore pods;

  @BeforeEach
  void openStore() {
    pods = new PodStore(Kernel.host(), data);
  }

  private CommandRun rkt(String... words) {
    String[] all = new String[words.length + 3];
    all[0] = "--dir=" + data;
    all[1] = "--local-config=" + data.resolve("etc");
    all[2] = "--system-config=" + data.resolve("usr");
    System.arraycopy(words, 0, all, 3, words.length);
    return CommandRun.of(all);
  }

  private LockedPod running() throws Exception {
    LockedPod pod = pods.create();
    Files.createDirectories(pod.layout().statuses());
    Files.writeString(pod.layout().created(), "");
    Files.writeString(pod.layout().manifest(), MANIFEST);
    pods.markRunning(pod);
    Files.writeString(pod.layout().pid(), "77\n");
    return pod;
  }

  private Uuid exited(int status) throws Exception {
    try (LockedPod pod = running()) {
      Files.writeString(pod.layout().statuses().resolve("a"), status + "\n");
      return pod.uuid();
    }
  }

  private static void assumeRoot() {
    assumeTrue(Kernel.host().euid() == 0, "needs root: rkt refuses the command to others");
  }

  @Test
  void listOfNothingIsItsLegend() {
    assertThat(rkt("list").out())
        .isEqualTo("UUID\tAPP\tIMAGE NAME\tSTATE\tCREATED\tSTARTED\tNETWORKS\n");
    assertThat(rkt("list", "--no-legend").out()).isEmpty();
    assertThat(rkt("list", "--format=json").out()).isEqualTo("null\n");
  }

  @Test
  void listShowsPods() throws Exception {
    Uuid uuid = exited(0);

    String[] lines = rkt("list").out().split("\n", -1);

    assertThat(lines[1].split("\t+", -1))
        .startsWith(uuid.toString().substring(0, 8), "a", "a.com/x", "exited");
    assertThat(rkt("list", "--full").out())
        .contains(uuid.toString())
        .contains("sha512-" + "a".repeat(12) + "\t")
        .doesNotContain("a".repeat(13));
  }

  @Test
  void listKeepsGoingOverABrokenPod() throws Exception {
    Uuid good = exited(0);
    try (LockedPod broken = running()) {
      Files.writeString(broken.layout().manifest(), "{");
    }

    CommandRun run = rkt("list", "--full");

    assertThat(run.status()).isZero();
    assertThat(run.out()).contains(good.toString());
    assertThat(run.err())
        .startsWith("list: 1 error(s) encountered when listing pods:\n" + "-".repeat(40) + "\n")
        .endsWith("misc:\n  rkt's appc version: 0.8.11\n");
  }

  @Test
  void statusOfAnExitedPodTellsItsAppsStatus() throws Exception {
    Uuid uuid = exited(3);

    CommandRun run = rkt("status", uuid.toString().substring(0, 8));

    assertThat(run.status()).isZero();
    assertThat(run.out())
        .startsWith("state=exited\ncreated=")
        .contains("\nnetworks=\npid=77\nexited=true\napp-a=3\n");
  }

  @Test
  void statusOfARunningPodHasNoAppStatus() throws Exception {
    try (LockedPod pod = running()) {
      CommandRun run = rkt("status", pod.uuid().toString());

      assertThat(run.out()).startsWith("state=running\n").contains("exited=false\n");
      assertThat(run.out()).doesNotContain("app-a");
    }
  }

  @Test
  void statusAsJsonHasSecondsForPodsAndNanosecondsForApps() throws Exception {
    Uuid uuid = exited(3);

    String json = rkt("status", "--format=json", uuid.toString()).out();

    assertThat(json)
        .startsWith(
            "{\"name\":\""
                + uuid
                + "\",\"state\":\"exited\",\"app_names\":[\"a\"],\"apps\":[{\"name\":\"a\","
                + "\"state\":\"exited\",\"created_at\":")
        .containsPattern("\"created_at\":\\d{19},\"started_at\":\\d{19},\"finished_at\":\\d{19}")
        .containsPattern("\\],\"created_at\":\\d{10},\"started_at\":\\d{10}\\}");
  }

  @Test
  void statusWaitsForTheEndOnlyAsLongAsItIsTold() throws Exception {
    try (LockedPod pod = running()) {
      CommandRun run = rkt("status", "--wait=150ms", pod.uuid().toString());

      assertThat(run.status()).isEqualTo(254);
      assertThat(run.err())
          .isEqualTo("status: error waiting for pod to finish: context deadline exceeded\n");
    }
    assertThat(rkt("status", "--wait", exited(0).toString()).status()).isZero();
  }

  @Test
  void unknownPodsAreNotResolved() {
    CommandRun run = rkt("status", "abcd");

    assertThat(run.status()).isEqualTo(254);
    assertThat(run.err())
        .isEqualTo("status: problem retrieving pod: no matches found for \"abcd\"\n");
  }

  @Test
  void unreadableUuidFilesEndWithOne() {
    assertThat(rkt("status", "--uuid-file=/nonexistent").status()).isEqualTo(1);
    assertThat(rkt("stop", "--uuid-file=/nonexistent").status()).isEqualTo(1);
  }

  @Test
  void wrongNumberOfArgumentsShowsHelp() {
    for (String command : new String[] {"status", "stop", "cat-manifest"}) {
      CommandRun run = rkt(command);

      assertThat(run.status()).as(command).isEqualTo(254);
      assertThat(run.out()).as(command).startsWith("NAME:\n\t" + command);
    }
  }

  @Test
  void stopOfAStoppedPodIsNoFailure() throws Exception {
    Uuid uuid = exited(0);

    CommandRun run = rkt("stop", uuid.toString());

    assertThat(run.status()).isZero();
    assertThat(run.out()).isEqualTo("pod \"" + uuid + "\" is already stopped\n");
  }

  @Test
  void stopOfAPodThatNeverRanFails() throws Exception {
    try (LockedPod pod = pods.create()) {
      CommandRun run = rkt("stop", pod.uuid().toString());

      assertThat(run.status()).isEqualTo(254);
      assertThat(run.err())
          .isEqualTo(
              "stop: pod \"" + pod.uuid() + "\" is not running\nstop: failed to stop 1 pod(s)\n");
    }
  }

  @Test
  void catManifestLaysOutJson() throws Exception {
    Uuid uuid = exited(0);

    assertThat(rkt("cat-manifest", uuid.toString()).out()).startsWith("{\n\t\"acVersion\": ");
    assertThat(rkt("cat-manifest", "--pretty-print=false", uuid.toString()).out())
        .isEqualTo(MANIFEST + "\n");
  }

  @Test
  void rmRemovesExitedAndAbortedPods() throws Exception {
    assumeRoot();
    Uuid exited = exited(0);
    Uuid aborted;
    try (LockedPod pod = pods.create()) {
      aborted = pod.uuid();
    }

    CommandRun run = rkt("rm", exited.toString(), aborted.toString());

    assertThat(run.err()).isEqualTo("rm: moving failed prepare \"" + aborted + "\" to garbage\n");
    assertThat(run.out()).isEqualTo("\"" + exited + "\"\n\"" + aborted + "\"\n");
    assertThat(run.status()).isZero();
    assertThat(pods.list()).isEmpty();
  }

  @Test
  void rmRefusesPodsAtWork() throws Exception {
    assumeRoot();
    try (LockedPod running = running();
        LockedPod preparing = pods.create()) {
      CommandRun run = rkt("rm", running.uuid().toString(), preparing.uuid().toString());

      assertThat(run.status()).isEqualTo(254);
      assertThat(run.err())
          .isEqualTo(
              "rm: pod \""
                  + running.uuid()
                  + "\" is currently running\nrm: pod \""
                  + preparing.uuid()
                  + "\" is currently being prepared\nrm: failed to remove one or more pods\n");
    }
    assertThat(rkt("rm", "").err()).startsWith("rm: cannot get pod: UUID cannot be empty\n");
  }

  @Test
  void gcMarksThenCollectsAfterTheGracePeriod() throws Exception {
    assumeRoot();
    Uuid uuid = exited(0);

    CommandRun marking = rkt("gc");
    CommandRun collecting = rkt("gc", "--grace-period=0s");

    assertThat(marking.err())
        .isEqualTo(
            "gc: moving pod \""
                + uuid
                + "\" to garbage\ngc: pod \""
                + uuid
                + "\" not removed: still within grace period (30m0s)\n");
    assertThat(collecting.out()).isEqualTo("Garbage collecting pod \"" + uuid + "\"\n");
    assertThat(collecting.status()).isZero();
    assertThat(pods.look(uuid)).isEmpty();
  }

  @Test
  void gcThatOnlyMarksRemovesNothing() throws Exception {
    assumeRoot();
    Uuid uuid = exited(0);

    rkt("gc", "--mark-only", "--grace-period=0");

    assertThat(rkt("status", uuid.toString()).out()).startsWith("state=exited garbage\n");
  }
}
