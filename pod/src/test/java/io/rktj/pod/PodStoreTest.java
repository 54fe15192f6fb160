// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.linux.DirectoryLock;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.RecordingKernel;
import io.rktj.spec.Uuid;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodStoreTest {
  private final Kernel kernel = Kernel.host();

  @TempDir Path data;

  private PodStore store;

  @BeforeEach
  void openStore() {
    store = new PodStore(kernel, data);
  }

  @Test
  void leadsAPodThroughItsLife() throws Exception {
    Uuid uuid;
    try (LockedPod pod = store.create()) {
      uuid = pod.uuid();
      assertState(uuid, PodState.PREPARING);
      Files.createDirectories(pod.layout().stage1Rootfs());
      store.markPrepared(pod);
      assertState(uuid, PodState.PREPARED);
    }
    assertState(uuid, PodState.PREPARED);
    try (LockedPod pod = store.lockPrepared(store.find(uuid.toString()))) {
      store.markRunning(pod);
      assertState(uuid, PodState.RUNNING);
      assertThat(pod.layout().directory()).isEqualTo(place("run", uuid));
    }
    assertState(uuid, PodState.EXITED);
    Pod garbage = store.markGarbage(store.look(uuid).orElseThrow()).orElseThrow();
    assertThat(garbage.state()).isEqualTo(PodState.EXITED_GARBAGE);
    assertState(uuid, PodState.EXITED_GARBAGE);
    try (LockedPod pod = store.claim(garbage).orElseThrow()) {
      assertState(uuid, PodState.EXITED_DELETING);
      store.delete(pod);
    }
    assertThat(store.look(uuid)).isEmpty();
    assertThat(Files.exists(place("exited-garbage", uuid))).isFalse();
  }

  @Test
  void runsAPodStraightFromPrepare() {
    try (LockedPod pod = store.create()) {
      store.markRunning(pod);

      assertState(pod.uuid(), PodState.RUNNING);
      assertThat(pod.lock().isExclusive()).isTrue();
    }
  }

  @Test
  void keepsAPodRunningForAsLongAsAnybodyHasItsDescriptor() throws Exception {
    LockedPod pod = store.create();
    store.markRunning(pod);
    try (Fd supervisor = kernel.duplicate(pod.lock().number())) {
      pod.close();

      assertThat(supervisor.number()).isPositive();
      assertState(pod.uuid(), PodState.RUNNING);
    }
    assertState(pod.uuid(), PodState.EXITED);
  }

  @Test
  void takesAPodWhosePreparationEndedForAborted() {
    LockedPod pod = store.create();
    pod.close();

    assertState(pod.uuid(), PodState.ABORTED_PREPARE);
    Pod garbage = store.markGarbage(store.look(pod.uuid()).orElseThrow()).orElseThrow();
    assertThat(garbage.where()).isEqualTo(PodDirectory.GARBAGE);
    assertState(pod.uuid(), PodState.GARBAGE);
  }

  @Test
  void makesDirectoriesThatOthersCannotEnter() throws Exception {
    try (LockedPod pod = store.create()) {
      for (Path path : List.of(pod.layout().directory(), data.resolve("pods/run"))) {
        byte[] bytes = Kernel.path(path.toString());
        assertThat(kernel.statAt(Fd.AT_FDCWD, bytes).permissions() & 07027).isZero();
      }
    }
  }

  @Test
  void makesNoPodWhereEverybodyMayEnter() throws Exception {
    store.create().close();
    Path pods = data.resolve("pods");
    Files.setPosixFilePermissions(pods, PosixFilePermissions.fromString("rwxr-x--x"));

    assertThatThrownBy(() -> store.create())
        .isInstanceOf(HostException.class)
        .hasMessageEndingWith("can be entered by everybody");
  }

  @Test
  void gathersRandomUuidsOfVersionFour() {
    try (LockedPod first = store.create();
        LockedPod second = store.create()) {
      assertThat(first.uuid()).isNotEqualTo(second.uuid());
      assertThat(first.uuid().toString()).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
      assertThat(first.uuid().toString().charAt(14)).isEqualTo('4');
      assertThat(first.uuid().toString().charAt(19)).isIn('8', '9', 'a', 'b');
    }
  }

  @Test
  void findsPodsByTheBeginningOfTheirUuid() throws Exception {
    put("run", "aaaa0000-0000-4000-8000-000000000001");
    put("prepared", "aabb0000-0000-4000-8000-000000000002");
    put("garbage", "cccc0000-0000-4000-8000-000000000003");
    put("embryo", "dddd0000-0000-4000-8000-000000000004");

    assertThat(store.find("aaaa").state()).isEqualTo(PodState.EXITED);
    assertThat(store.find("AABB0000").state()).isEqualTo(PodState.PREPARED);
    assertThat(store.find("aabb0000-0000-4000-8000-000000000002").where())
        .isEqualTo(PodDirectory.PREPARED);
    assertUnresolved("aa", "ambiguous uuid, 2 matches");
    assertUnresolved("b", "no matches found for \"b\"");
    assertUnresolved("", "UUID cannot be empty");
    assertUnresolved("cccc", "no matches found for \"cccc\"");
    String garbage = "cccc0000-0000-4000-8000-000000000003";
    assertUnresolved(garbage, "no matches found for \"" + garbage + "\"");
    assertUnresolved("../run", "no matches found for \"../run\"");
  }

  @Test
  void listsPodsThatUsersCanNameByUuid() throws Exception {
    put("run", "cccc0000-0000-4000-8000-000000000001");
    put("exited-garbage", "aaaa0000-0000-4000-8000-000000000002");
    put("prepare", "bbbb0000-0000-4000-8000-000000000003");
    put("prepared", "dddd0000-0000-4000-8000-000000000004");
    put("garbage", "eeee0000-0000-4000-8000-000000000005");
    put("embryo", "ffff0000-0000-4000-8000-000000000006");
    put("run", "no-pod");
    Files.createFile(data.resolve("pods/run/abcd0000-0000-4000-8000-000000000007"));

    List<PodState> states = new ArrayList<>();
    for (Pod pod : store.list()) {
      states.add(pod.state());
    }

    assertThat(states)
        .containsExactly(
            PodState.EXITED_GARBAGE, PodState.ABORTED_PREPARE, PodState.EXITED, PodState.PREPARED);
    assertThat(store.list(PodDirectory.GARBAGE)).hasSize(1);
    assertThat(store.list(PodDirectory.EMBRYO)).hasSize(1);
  }

  @Test
  void findsNothingWhereThereIsNoDataDirectory() {
    PodStore nowhere = new PodStore(kernel, data.resolve("missing"));

    assertThat(nowhere.list()).isEmpty();
    assertThat(nowhere.list(PodDirectory.RUN)).isEmpty();
    assertThatThrownBy(() -> nowhere.find("a")).isInstanceOf(PodStateException.class);
    assertThat(Files.exists(data.resolve("missing"))).isFalse();
  }

  @Test
  void refusesWhatAPodsStateDoesNotAllow() {
    try (LockedPod pod = store.create()) {
      Uuid uuid = pod.uuid();
      Pod preparing = store.look(uuid).orElseThrow();
      assertThatThrownBy(() -> store.markGarbage(preparing))
          .isInstanceOf(PodStateException.class)
          .hasMessage(
              "cannot mark as garbage pod \"%s\": it is preparing,"
                  + " not exited, aborted prepare or prepared",
              uuid);
      assertThatThrownBy(() -> store.claim(preparing)).isInstanceOf(PodStateException.class);
      assertThatThrownBy(() -> store.delete(pod)).isInstanceOf(PodStateException.class);
      assertThatThrownBy(() -> store.lockPrepared(preparing))
          .hasMessage("pod \"%s\" is not prepared", uuid);
      store.markRunning(pod);
      assertThatThrownBy(() -> store.markPrepared(pod)).isInstanceOf(PodStateException.class);
      assertThatThrownBy(() -> store.markRunning(pod)).isInstanceOf(PodStateException.class);
      Pod running = store.look(uuid).orElseThrow();
      assertThatThrownBy(() -> store.markGarbage(running)).isInstanceOf(PodStateException.class);
    }
  }

  @Test
  void givesAPreparedPodToOneOnly() {
    LockedPod made = store.create();
    store.markPrepared(made);
    made.close();
    Pod seen = store.find(made.uuid().toString());

    try (LockedPod runner = store.lockPrepared(seen)) {
      store.markRunning(runner);

      assertThat(store.markGarbage(seen)).isEmpty();
      assertThatThrownBy(() -> store.lockPrepared(seen))
          .hasMessage("pod \"%s\" is not prepared", made.uuid());
    }
  }

  @Test
  void leavesAPodAloneThatSomebodyHasLocked() throws Exception {
    LockedPod made = store.create();
    store.markPrepared(made);
    made.close();
    Pod seen = store.find(made.uuid().toString());

    try (DirectoryLock other =
        DirectoryLock.exclusive(kernel, seen.layout().directory().toString())) {
      assertThat(other.isExclusive()).isTrue();
      assertThat(store.markGarbage(seen)).isEmpty();
      assertThatThrownBy(() -> store.lockPrepared(seen)).isInstanceOf(PodStateException.class);
    }
    assertThat(store.markGarbage(seen)).isPresent();
    assertThat(store.markGarbage(seen)).isEmpty();
  }

  @Test
  void letsOneClaimAndTheOthersGoAway() throws Exception {
    put("garbage", "aaaa0000-0000-4000-8000-000000000001");
    Pod garbage = store.list(PodDirectory.GARBAGE).get(0);

    try (LockedPod first = store.claim(garbage).orElseThrow()) {
      assertThat(first.where()).isEqualTo(PodDirectory.GARBAGE);
      assertThat(store.claim(garbage)).isEmpty();
      store.delete(first);
    }
    assertThat(store.claim(garbage)).isEmpty();
  }

  @Test
  void removesTheStage1RootFirst() throws Exception {
    put("exited-garbage", "aaaa0000-0000-4000-8000-000000000001");
    Pod garbage = store.list().get(0);
    Files.createDirectories(garbage.layout().stage1Rootfs());
    Files.writeString(garbage.layout().manifest(), "{}");
    RecordingKernel recording = RecordingKernel.over(kernel);
    PodStore recorded = new PodStore(recording, data);

    try (LockedPod pod = recorded.claim(garbage).orElseThrow()) {
      recorded.delete(pod);
    }

    List<String> removed = new ArrayList<>();
    for (String call : recording.calls("unlinkAt")) {
      if (call.endsWith(" 512")) {
        removed.add(call.split(" ", -1)[2]);
      }
    }
    assertThat(removed).containsExactly("rootfs", "stage1", "aaaa0000-0000-4000-8000-000000000001");
  }

  @Test
  void deletesNothingBehindALinkInThePod() throws Exception {
    Path canary = Files.createDirectories(data.resolve("canary/rootfs"));
    Files.writeString(canary.resolve("file"), "alive");
    put("exited-garbage", "aaaa0000-0000-4000-8000-000000000001");
    Pod garbage = store.list().get(0);
    Files.createSymbolicLink(garbage.layout().stage1Directory(), canary.getParent());

    try (LockedPod pod = store.claim(garbage).orElseThrow()) {
      store.delete(pod);
    }

    assertThat(canary.resolve("file")).hasContent("alive");
    assertThat(store.list()).isEmpty();
  }

  @Test
  void doesNotTakeALinkForAPod() throws Exception {
    Path elsewhere = Files.createDirectory(data.resolve("elsewhere"));
    Files.createDirectories(data.resolve("pods/garbage"));
    Path link = data.resolve("pods/garbage/aaaa0000-0000-4000-8000-000000000001");
    Files.createSymbolicLink(link, elsewhere);

    assertThat(store.list(PodDirectory.GARBAGE)).isEmpty();
  }

  @Test
  void makesMissingStateDirectoriesAgain() throws Exception {
    try (LockedPod pod = store.create()) {
      for (String name : List.of("prepared", "run", "garbage")) {
        Files.delete(data.resolve("pods").resolve(name));
      }
      store.markRunning(pod);
      assertState(pod.uuid(), PodState.RUNNING);
    }
  }

  @Test
  void saysWhatTheHostRefuses() throws Exception {
    Files.createFile(data.resolve("pods"));

    assertThatThrownBy(() -> store.create())
        .isInstanceOf(HostException.class)
        .hasMessage("cannot create a pod in \"%s/pods\"", data)
        .rootCause()
        .hasMessageEndingWith(": not a directory");
  }

  @Test
  void neverLosesSightOfAPodThatMoves() throws Exception {
    for (int round = 0; round < 60; round++) {
      LockedPod pod = store.create();
      Uuid uuid = pod.uuid();
      AtomicBoolean end = new AtomicBoolean();
      List<PodDirectory> seen = new ArrayList<>();
      Thread watcher =
          new Thread(
              () -> {
                while (!end.get()) {
                  Optional<Pod> found = store.look(uuid);
                  seen.add(found.map(Pod::where).orElse(PodDirectory.EMBRYO));
                }
              });
      watcher.start();
      store.markPrepared(pod);
      store.markRunning(pod);
      pod.close();
      Pod exited = store.look(uuid).orElseThrow();
      assertThat(exited.state()).isEqualTo(PodState.EXITED);
      assertThat(store.markGarbage(exited)).isPresent();
      end.set(true);
      watcher.join();
      assertThat(seen).isSorted().doesNotContain(PodDirectory.EMBRYO);
    }
  }

  @Test
  void readsAPodAgainThatMovesMeanwhile() {
    Pod prepared;
    try (LockedPod pod = store.create()) {
      store.markPrepared(pod);
      prepared = store.look(pod.uuid()).orElseThrow();
    }
    List<PodDirectory> read = new ArrayList<>();

    Optional<Boolean> found =
        store.read(
            prepared,
            pod -> {
              read.add(pod.where());
              if (pod.where() == PodDirectory.PREPARED) {
                try (LockedPod locked = store.lockPrepared(pod)) {
                  store.markRunning(locked);
                }
                throw new PodStateException("it is not where it was");
              }
              return Files.isDirectory(pod.layout().directory());
            });

    assertThat(found).contains(true);
    assertThat(read).containsExactly(PodDirectory.PREPARED, PodDirectory.RUN);
  }

  @Test
  void readsNothingOfAPodThatIsDeleted() {
    Pod pod;
    try (LockedPod locked = store.create()) {
      store.markRunning(locked);
      pod = store.look(locked.uuid()).orElseThrow();
    }
    store.delete(
        store
            .claim(store.markGarbage(store.find(pod.uuid().toString())).orElseThrow())
            .orElseThrow());

    assertThat(store.read(pod, gone -> gone.layout().manifest())).isEmpty();
  }

  @Test
  void createsPodsWhileEmbryosAreCleared() throws Exception {
    AtomicBoolean end = new AtomicBoolean();
    Thread cleaner =
        new Thread(
            () -> {
              while (!end.get()) {
                for (Pod embryo : store.list(PodDirectory.EMBRYO)) {
                  store.claim(embryo).ifPresent(store::delete);
                }
              }
            });
    cleaner.start();
    try {
      for (int i = 0; i < 200; i++) {
        try (LockedPod pod = store.create()) {
          assertState(pod.uuid(), PodState.PREPARING);
        }
      }
    } finally {
      end.set(true);
      cleaner.join();
    }
    assertThat(store.list()).hasSize(200);
  }

  private void assertState(Uuid uuid, PodState state) {
    assertThat(store.look(uuid).orElseThrow().state()).isEqualTo(state);
  }

  private void assertUnresolved(String prefix, String reason) {
    assertThatThrownBy(() -> store.find(prefix))
        .isInstanceOf(PodStateException.class)
        .hasMessage("unable to resolve UUID")
        .hasRootCauseMessage(reason);
  }

  private void put(String directory, String name) throws Exception {
    Files.createDirectories(data.resolve("pods").resolve(directory).resolve(name));
  }

  private Path place(String directory, Uuid uuid) {
    return data.resolve("pods").resolve(directory).resolve(uuid.toString());
  }
}
