// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import io.rktj.tests.functional.StormPods.Told;
import io.rktj.tests.functional.StormRunner.Ended;
import io.rktj.tests.kit.RktRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Workers that each do one random thing after another to a data directory. Thread-safe. */
final class Storm {
  private static final String SITE = "storm.example.com/";
  private static final int MOST_COMPLAINTS = 20;

  private final StormRunner runner;
  private final Path data;
  private final Path outputs;
  private final long seed;
  private final StormPods pods = new StormPods();
  private final AtomicInteger numbers = new AtomicInteger();

  /** In the data directory of {@code rkt}; {@code seed} says what is done and when. */
  Storm(RktRunner rkt, RktRunner inside, long seed) {
    runner = new StormRunner(rkt, inside);
    data = rkt.data();
    outputs = rkt.base().resolve("storm");
    this.seed = seed;
  }

  StormPods pods() {
    return pods;
  }

  List<String> complaints() {
    return runner.complaints();
  }

  String summary() {
    return pods.count() + " pods told of; " + runner.summary();
  }

  void rage(int workers, int seconds) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      Random random = new Random(seed + i);
      threads.add(new Thread(() -> work(random, end), "worker-" + i));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void work(Random random, long end) {
    while (System.nanoTime() < end && complaints().size() < MOST_COMPLAINTS) {
      try {
        doOne(random);
      } catch (IOException | RuntimeException | AssertionError e) {
        runner.complain(e.toString());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void doOne(Random random) throws IOException, InterruptedException {
    int dice = random.nextInt(100);
    pods.see(data.resolve("pods"));
    if (dice < 30) {
      run(random);
    } else if (dice < 39) {
      prepare(random);
    } else if (dice < 51) {
      runPrepared(random);
    } else if (dice < 61) {
      stop(random);
    } else if (dice < 70) {
      remove(random);
    } else if (dice < 78) {
      Ended gc = runner.perform(random, List.of("gc", "--grace-period=" + random.nextInt(2) + "s"));
      pods.collected(gc.stdout());
      runner.requireDone(gc);
    } else if (dice < 87) {
      list(random);
    } else {
      images(random, dice);
    }
  }

  private void images(Random random, int dice) throws IOException, InterruptedException {
    if (dice < 90) {
      runner.requireDone(runner.perform(random, List.of("image", "gc", "--grace-period=0s")));
    } else if (dice < 92) {
      runner.requireDone(runner.perform(random, List.of("image", "list")));
    } else if (dice < 95) {
      Ended list =
          runner.perform(random, List.of("image", "list", "--no-legend", "--fields=id", "--full"));
      for (String id : list.stdout().lines().limit(1).toList()) {
        Ended verify = runner.perform(random, List.of("image", "verify", id));
        runner.require(verify, !verify.stderr().contains("verification failed"));
        runner.requireDoneOr(verify, "no image|not found|was removed|no such");
      }
    } else {
      String policy = random.nextBoolean() ? "new" : "update";
      runner.requireDone(
          runner.perform(
              random,
              List.of(
                  "--insecure-options=image",
                  "fetch",
                  "--pull-policy=" + policy,
                  reference(random))));
    }
  }

  private static String reference(Random random) {
    String name = List.of("app", "base", "top").get(random.nextInt(3));
    return random.nextBoolean() ? "https://" + SITE + name + ".aci" : SITE + name + ":1";
  }

  private void run(Random random) throws IOException, InterruptedException {
    int number = numbers.incrementAndGet();
    Path out = Files.createDirectories(outputs.resolve(Integer.toString(number)));
    Path uuid = out.resolve("uuid");
    List<String> words = new ArrayList<>(List.of("--insecure-options=image", "run"));
    words.add("--uuid-file-save=" + uuid);
    int kind = random.nextInt(10);
    words.add(kind == 1 ? "--net=host" : "--net=none");
    if (kind == 1) {
      words.add("--stage1-name=rktj.io/stage1-fly");
    }
    if (kind == 2) {
      words.add("--no-overlay");
    }
    if (kind == 3) {
      words.add("--private-users");
      Files.setPosixFilePermissions(out, PosixFilePermissions.fromString("rwxrwxrwx"));
    }
    words.addAll(app(random, out));
    Ended ended = runner.perform(random, words, () -> tell(uuid, out));
    Optional<Told> told = tell(uuid, out);
    if (told.isEmpty()) {
      runner.require(ended, ended.killed());
      return;
    }
    Told pod = told.get();
    pod.runs = false;
    checkRun(ended, pod);
    if (ended.killed()) {
      pod.mayBeGoneUnlessStarted();
    }
  }

  private List<String> app(Random random, Path out) {
    return List.of(
        "--volume=out,kind=host,source=" + out,
        "--pull-policy=new",
        reference(random),
        "--",
        "0." + random.nextInt(10));
  }

  private Optional<Told> tell(Path file, Path out) throws IOException {
    String uuid = Files.exists(file) ? Files.readString(file) : "";
    if (uuid.length() != 36) {
      return Optional.empty();
    }
    Told pod = pods.tell(uuid, out);
    pod.touched = true;
    pod.runs = true;
    return Optional.of(pod);
  }

  /**
   * A pod that nobody has killed has run from its beginning to its end; one that was stopped may
   * have got no further than that, which is no failure of the pod's.
   */
  private void checkRun(Ended ended, Told pod) throws IOException {
    if (ended.killed() || (pod.stopped && ended.exit() != 77 && ended.exit() != 254)) {
      runner.require(ended, ended.exit() != 77);
    } else if (ended.exit() != 0 || !pod.log().equals("start\nend\n")) {
      runner.complain(pod.describe() + ": " + ended);
    }
  }

  private void prepare(Random random) throws IOException, InterruptedException {
    Path out =
        Files.createDirectories(outputs.resolve(Integer.toString(numbers.incrementAndGet())));
    List<String> words = new ArrayList<>(List.of("--insecure-options=image", "prepare"));
    if (random.nextInt(4) == 0) {
      words.add("--no-overlay");
    }
    words.addAll(app(random, out));
    Ended ended = runner.perform(random, words);
    runner.requireDone(ended);
    String uuid = ended.stdout().strip();
    if (uuid.length() == 36) {
      pods.tellPrepared(uuid, out);
    }
  }

  private void runPrepared(Random random) throws IOException, InterruptedException {
    for (Told pod : pods.anyPrepared(random)) {
      pod.touched = true;
      String network = random.nextInt(3) == 0 ? "--net=storm" : "--net=none";
      Ended ended = runner.perform(random, List.of("run-prepared", network, pod.uuid));
      if (ended.exit() == 254 && !ended.killed()) {
        runner.require(ended, ended.stderr().matches("(?s).*(is not prepared|no matches found).*"));
      } else {
        checkRun(ended, pod);
      }
    }
  }

  private void stop(Random random) throws IOException, InterruptedException {
    for (Told pod : random.nextBoolean() ? pods.any(random, 1) : pods.anyRunning(random)) {
      pod.stopped = true;
      List<String> words = new ArrayList<>(List.of("stop"));
      if (random.nextInt(3) == 0) {
        words.add("--force");
      }
      words.add(pod.uuid);
      runner.requireDoneOr(runner.perform(random, words), "is not running|no matches found");
    }
  }

  private void remove(Random random) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("rm"));
    List<Told> some = pods.any(random, 1 + random.nextInt(3));
    for (Told pod : some) {
      pod.touched = true;
      words.add(pod.uuid);
    }
    if (!some.isEmpty()) {
      Ended ended = runner.perform(random, words);
      for (Told pod : some) {
        if (ended.stdout().contains(pod.uuid)) {
          pod.removed = true;
        }
        if (ended.killed() || pod.removed) {
          pod.mayBeGone = true;
        }
      }
      runner.requireDoneOr(ended, "is currently (running|being)|no matches found");
    }
  }

  /** Every pod that was there before and is there after it is in a list, whole, once. */
  private void list(Random random) throws IOException, InterruptedException {
    Set<String> wanted = pods.untouched();
    Set<String> running = pods.running();
    Ended list = runner.perform(random, List.of("list", "--full", "--no-legend"));
    runner.requireDone(list);
    if (list.killed()) {
      return;
    }
    wanted.retainAll(pods.untouched());
    running.retainAll(pods.running());
    Set<String> seen = new TreeSet<>();
    for (String line : list.stdout().lines().toList()) {
      String[] cells = line.split("\t+", -1);
      runner.require(list, seen.add(cells[0]));
      runner.require(list, !line.matches("\\S+\t+-\t.*\t(prepared|running|exited)\t.*"));
      running.removeIf(uuid -> line.startsWith(uuid) && line.contains("\trunning\t"));
      wanted.removeIf(uuid -> line.startsWith(uuid) && line.contains("\tprepared\t"));
    }
    if (!wanted.isEmpty() || !running.isEmpty()) {
      runner.complain("not listed: " + wanted + running + list);
    }
  }
}
