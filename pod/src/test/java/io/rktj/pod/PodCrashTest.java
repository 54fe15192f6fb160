// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.linux.FaultyKernel;
import io.rktj.linux.Kernel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each transition is cut short before its n-th change of the disk, for every n, as by a kill; then
 * a fresh reader must see the pod in the state before or the state after, in one directory only,
 * and must be able to clear it away.
 */
class PodCrashTest {
  private final Kernel kernel = Kernel.host();

  @TempDir Path directory;

  /** One transition, made with a store that may fail; {@code sound} never does. */
  private interface Transition {
    void make(PodStore sound, PodStore faulty);
  }

  @Test
  void duringCreation() throws Exception {
    crashEverywhere(
        (sound, faulty) -> faulty.create().close(), PodState.EMBRYO, PodState.ABORTED_PREPARE);
  }

  @Test
  void whileBecomingPrepared() throws Exception {
    crashEverywhere(
        (sound, faulty) -> {
          try (LockedPod pod = sound.create()) {
            faulty.markPrepared(pod);
          }
        },
        PodState.ABORTED_PREPARE,
        PodState.PREPARED);
  }

  @Test
  void whileStartingFromPrepare() throws Exception {
    crashEverywhere(
        (sound, faulty) -> {
          try (LockedPod pod = sound.create()) {
            faulty.markRunning(pod);
          }
        },
        PodState.ABORTED_PREPARE,
        PodState.EXITED);
  }

  @Test
  void whileStartingFromPrepared() throws Exception {
    crashEverywhere(
        (sound, faulty) -> {
          prepare(sound);
          try (LockedPod pod = sound.lockPrepared(sound.list().get(0))) {
            faulty.markRunning(pod);
          }
        },
        PodState.PREPARED,
        PodState.EXITED);
  }

  @Test
  void whileBeingMarkedAfterExit() throws Exception {
    crashEverywhere(
        (sound, faulty) -> {
          try (LockedPod pod = sound.create()) {
            sound.markRunning(pod);
          }
          assertThat(faulty.markGarbage(sound.list().get(0))).isPresent();
        },
        PodState.EXITED,
        PodState.EXITED_GARBAGE);
  }

  @Test
  void whileBeingMarkedUnused() throws Exception {
    crashEverywhere(
        (sound, faulty) -> {
          prepare(sound);
          assertThat(faulty.markGarbage(sound.list().get(0))).isPresent();
        },
        PodState.PREPARED,
        PodState.GARBAGE);
  }

  @Test
  void whileBeingMarkedAborted() throws Exception {
    crashEverywhere(
        (sound, faulty) -> {
          sound.create().close();
          assertThat(faulty.markGarbage(sound.list().get(0))).isPresent();
        },
        PodState.ABORTED_PREPARE,
        PodState.GARBAGE);
  }

  @Test
  void whileBeingDeleted() throws Exception {
    crashEverywhere(
        (sound, faulty) -> {
          try (LockedPod pod = sound.create()) {
            sound.markRunning(pod);
            fill(pod.layout());
          }
          Pod garbage = sound.markGarbage(sound.list().get(0)).orElseThrow();
          try (LockedPod pod = faulty.claim(garbage).orElseThrow()) {
            faulty.delete(pod);
          }
        },
        PodState.EXITED_GARBAGE);
  }

  private static void prepare(PodStore store) {
    try (LockedPod pod = store.create()) {
      store.markPrepared(pod);
    }
  }

  private static void fill(PodLayout layout) {
    try {
      Files.createDirectories(layout.stage1Rootfs().resolve("rkt/status"));
      Files.writeString(layout.manifest(), "{}");
      Files.writeString(layout.pid(), "1\n");
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  private void crashEverywhere(Transition transition, PodState... allowed) throws Exception {
    boolean failed = true;
    int n = 0;
    while (failed) {
      n++;
      Path data = Files.createDirectory(directory.resolve("data" + n));
      FaultyKernel faulty = FaultyKernel.crashingAt(kernel, n);
      try {
        transition.make(new PodStore(kernel, data), new PodStore(faulty, data));
      } catch (HostException e) {
        assertThat(e).rootCause().hasMessageEndingWith("input/output error");
      }
      failed = faulty.hasFailed();
      PodStore fresh = new PodStore(kernel, data);
      List<Pod> pods = everything(fresh);
      assertThat(pods).as("crash at %d", n).hasSizeLessThanOrEqualTo(1);
      for (Pod pod : pods) {
        assertThat(pod.state()).as("crash at %d", n).isIn((Object[]) allowed);
      }
      clear(fresh);
      assertThat(everything(fresh)).isEmpty();
    }
    assertThat(n).isGreaterThan(1);
  }

  private static List<Pod> everything(PodStore store) {
    List<Pod> pods = new ArrayList<>();
    for (PodDirectory where : PodDirectory.values()) {
      pods.addAll(store.list(where));
    }
    return pods;
  }

  /** What gc does. */
  private static void clear(PodStore store) {
    for (Pod pod : everything(store)) {
      boolean marked =
          pod.where() == PodDirectory.EMBRYO
              || pod.where() == PodDirectory.GARBAGE
              || pod.where() == PodDirectory.EXITED_GARBAGE;
      Pod garbage = marked ? pod : store.markGarbage(pod).orElseThrow();
      try (LockedPod locked = store.claim(garbage).orElseThrow()) {
        store.delete(locked);
      }
    }
  }
}
