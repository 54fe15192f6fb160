// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.linux.Kernel;
import io.rktj.pod.LockedPod;
import io.rktj.pod.Pod;
import io.rktj.pod.PodDirectory;
import io.rktj.pod.PodState;
import io.rktj.pod.PodStateException;
import io.rktj.pod.PodStore;
import io.rktj.spec.Uuid;
import io.rktj.stage0.Diagnostics;
import io.rktj.stage0.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Life of pods after their start ({@code spec/rkt-cli.md} sections 4.8 to 4.11). */
class PodLifecycleTest {
  private static final String ID = "sha512-" + "a".repeat(128);

  @TempDir Path data;

  private final Kernel kernel = Kernel.host();
  private final FakeStage1 stage1 = new FakeStage1();
  private final List<String> warnings = new ArrayList<>();

  private PodStore pods() {
    return new PodStore(kernel, data);
  }

  private PodLifecycle lifecycle() {
    Diagnostics diagnostics =
        new Diagnostics() {
          @Override
          public void note(String source, String text) {}

          @Override
          public void warn(String source, String text) {
            warnings.add(source + ": " + text);
          }

          @Override
          public Progress progress(String title, long total) {
            throw new AssertionError(title);
          }
        };
    Caller caller = new Caller("/etc/rkt", false, List.of("A=1"));
    return new PodLifecycle(kernel, pods(), layout -> Optional.of(stage1), diagnostics, caller);
  }

  private LockedPod running(String... apps) throws Exception {
    LockedPod pod = pods().create();
    Files.createDirectories(pod.layout().statuses());
    Files.writeString(pod.layout().created(), "");
    StringBuilder manifest = new StringBuilder("{\"acVersion\":\"0.8.11\",");
    manifest.append("\"acKind\":\"PodManifest\",\"apps\":[");
    for (int i = 0; i < apps.length; i++) {
      manifest.append(i == 0 ? "" : ",").append("{\"name\":\"").append(apps[i]);
      manifest.append("\",\"image\":{\"id\":\"").append(ID).append("\",\"name\":\"a.com/x\",");
      manifest.append("\"labels\":[{\"name\":\"version\",\"value\":\"1.0\"}]}}");
    }
    manifest.append("],\"volumes\":[],\"isolators\":[],\"annotations\":[],\"ports\":[]}");
    Files.writeString(pod.layout().manifest(), manifest.toString());
    pods().markRunning(pod);
    Files.writeString(pod.layout().pid(), ProcessHandle.current().pid() + "\n");
    return pod;
  }

  private Uuid exited(String... apps) throws Exception {
    try (LockedPod pod = running(apps)) {
      return pod.uuid();
    }
  }

  private Pod look(Uuid uuid) {
    return pods().look(uuid).orElseThrow();
  }

  @Test
  void stopReachesTheFlavour() throws Exception {
    try (LockedPod pod = running("a")) {
      lifecycle().stop(look(pod.uuid()), false);
      lifecycle().stop(look(pod.uuid()), true);
    }

    assertThat(stage1.calls).containsExactly("stop", "kill");
  }

  @Test
  void entersARunningPodOnly() throws Exception {
    Uuid uuid;
    try (LockedPod pod = running("a")) {
      uuid = pod.uuid();
      lifecycle().enter(look(uuid), "a", List.of("/bin/sh", "-c"));
    }

    assertThat(stage1.calls).containsExactly("enter a /bin/sh -c");
    assertThatThrownBy(() -> lifecycle().enter(look(uuid), "a", List.of("x")))
        .isInstanceOf(PodStateException.class)
        .hasMessage("pod \"" + uuid + "\" isn't currently running");
  }

  @Test
  void severalAppsMustBeToldApart() throws Exception {
    Pod one = look(exited("a"));
    Pod two = look(exited("a", "b"));

    assertThat(lifecycle().app(one, "", "enter")).isEqualTo("a");
    assertThat(lifecycle().app(two, "b", "enter")).isEqualTo("b");
    assertThatThrownBy(() -> lifecycle().app(two, "", "enter"))
        .hasMessageContaining("specify app using \"rkt enter --app= ...\"");
    assertThatThrownBy(() -> lifecycle().app(two, "c", "enter"))
        .hasMessageContaining("no app \"c\"");
  }

  @Test
  void marksOnlyPodsThatDoNothingAnyMore() throws Exception {
    Uuid exited = exited("a");
    try (LockedPod running = running("b");
        LockedPod preparing = pods().create()) {
      assertThat(lifecycle().markExited()).extracting(Pod::uuid).containsExactly(exited);
      assertThat(lifecycle().markAborted()).isEmpty();
      assertThat(look(running.uuid()).state()).isEqualTo(PodState.RUNNING);
      assertThat(look(preparing.uuid()).state()).isEqualTo(PodState.PREPARING);
    }

    assertThat(look(exited).state()).isEqualTo(PodState.EXITED_GARBAGE);
    assertThat(lifecycle().markExited()).hasSize(1);
    assertThat(lifecycle().markExited()).isEmpty();
    assertThat(lifecycle().markAborted()).hasSize(1);
  }

  @Test
  void preparedPodsExpire() throws Exception {
    Uuid uuid;
    try (LockedPod pod = pods().create()) {
      uuid = pod.uuid();
      pods().markPrepared(pod);
    }
    Duration day = Duration.ofDays(1);

    assertThat(lifecycle().markExpired(day, Instant.now())).isEmpty();
    assertThat(lifecycle().markExpired(day, Instant.now().plus(day).plusSeconds(1)))
        .extracting(Pod::uuid)
        .containsExactly(uuid);
    assertThat(look(uuid).state()).isEqualTo(PodState.GARBAGE);
  }

  @Test
  void removesAMarkedPodWithWhatItsFlavourHolds() throws Exception {
    Uuid uuid = exited("a");
    lifecycle().markExited();

    assertThat(lifecycle().remove(look(uuid))).isTrue();

    assertThat(stage1.calls).containsExactly("gc");
    assertThat(pods().look(uuid)).isEmpty();
    assertThat(data.resolve("pods/exited-garbage")).isEmptyDirectory();
  }

  @Test
  void failureOfTheFlavourDoesNotKeepThePod() throws Exception {
    Uuid uuid = exited("a");
    lifecycle().markExited();
    stage1.failing = true;

    assertThat(lifecycle().remove(look(uuid))).isTrue();

    assertThat(pods().look(uuid)).isEmpty();
    assertThat(warnings)
        .containsExactly("gc: problem performing stage1 GC on \"" + uuid + "\": network is down");
  }

  @Test
  void leavesAPodToWhoeverRemovesItAlready() throws Exception {
    Uuid uuid = exited("a");
    lifecycle().markExited();
    Pod pod = look(uuid);
    try (LockedPod other = pods().claim(pod).orElseThrow()) {
      assertThat(lifecycle().remove(pod)).isFalse();
      pods().delete(other);
    }

    assertThat(lifecycle().remove(pod)).isFalse();
    assertThat(stage1.calls).isEmpty();
  }

  @Test
  void sweepsWhatNeverBecameAPod() throws Exception {
    try (LockedPod pod = pods().create()) {
      assertThat(pod.where()).isEqualTo(PodDirectory.PREPARE);
    }
    Path embryo = data.resolve("pods/embryo/11111111-1111-4111-8111-111111111111");
    Files.createDirectories(embryo.resolve("stage1/rootfs"));
    lifecycle().markAborted();

    lifecycle().sweep();
    lifecycle().sweep();

    assertThat(data.resolve("pods/embryo")).isEmptyDirectory();
    assertThat(data.resolve("pods/garbage")).isEmptyDirectory();
  }

  @Test
  void reportsStatesAndExitStatuses() throws Exception {
    Uuid uuid;
    try (LockedPod pod = running("a", "b")) {
      uuid = pod.uuid();
      Files.writeString(pod.layout().statuses().resolve("b"), "3\n");
      Files.writeString(
          pod.layout().netInfo(),
          "[{\"netName\":\"default\",\"ip\":\"172.16.28.2\",\"ifName\":\"eth0\"}]");

      PodReport report = new PodReporter(kernel).report(look(uuid));

      assertThat(report.pid()).hasValue((int) ProcessHandle.current().pid());
      assertThat(report.created()).isPresent();
      assertThat(report.started()).isPresent();
      assertThat(report.networks()).extracting(NetworkReport::ip).containsExactly("172.16.28.2");
      assertThat(report.apps()).extracting(AppReport::state).containsExactly("running", "exited");
      assertThat(report.apps().get(0).exitStatus()).isEmpty();
      assertThat(report.apps().get(1).exitStatus()).hasValue(3);
      assertThat(report.apps().get(1).finished()).isPresent();
      assertThat(report.apps().get(0).imageName()).isEqualTo("a.com/x:1.0");
    }
    PodReport report = new PodReporter(kernel).report(look(uuid));

    assertThat(report.pod().state()).isEqualTo(PodState.EXITED);
    assertThat(report.apps()).extracting(AppReport::state).containsExactly("exited", "exited");
  }

  @Test
  void reportsAPodWithoutManifest() throws Exception {
    try (LockedPod pod = pods().create()) {
      PodReport report = new PodReporter(kernel).report(look(pod.uuid()));

      assertThat(report.apps()).isEmpty();
      assertThat(report.created()).isEmpty();
      assertThat(report.pod().state()).isEqualTo(PodState.PREPARING);
    }
  }
}
