// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Runs the commands of a {@link Storm} and kills some of them at a random moment of their usual
 * time. What is not as it should be becomes a complaint. Thread-safe.
 */
final class StormRunner {
  private static final int PATIENCE_SECONDS = 120;
  private static final int KILLED_PERCENT = 30;
  private static final long FIRST_GUESS_MICROS = 1_000_000;
  private static final Pattern TRACE = Pattern.compile("Exception|\tat |internal error");

  private final RktRunner rkt;
  private final RktRunner inside;
  private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
  private final Map<String, Integer> counts = new ConcurrentHashMap<>();
  private final Map<String, Long> usualMicros = new ConcurrentHashMap<>();

  /**
   * Runs in the data directory of {@code rkt}.
   *
   * @param inside a runner whose network is the test's own, for whatever fetches nothing
   */
  StormRunner(RktRunner rkt, RktRunner inside) {
    this.rkt = rkt;
    this.inside = inside;
  }

  /** How a command ended. */
  record Ended(List<String> words, boolean killed, int exit, String stdout, String stderr) {}

  /** Something to do again and again while a command runs. */
  interface Watch {
    void look() throws IOException;
  }

  Ended perform(Random random, List<String> words) throws IOException, InterruptedException {
    return perform(random, words, () -> {});
  }

  Ended perform(Random random, List<String> words, Watch watch)
      throws IOException, InterruptedException {
    String verb = verb(words);
    long begin = System.nanoTime();
    double moment = random.nextDouble() * 1.2 * usualMicros.getOrDefault(verb, FIRST_GUESS_MICROS);
    long kill =
        random.nextInt(100) < KILLED_PERCENT ? begin + (long) (moment * 1000) : Long.MAX_VALUE;
    RktRunner runner = words.get(0).startsWith("-") ? rkt : inside;
    RktProcess process = runner.start(words.toArray(new String[0]));
    boolean killed = false;
    while (!process.process().waitFor(5, TimeUnit.MILLISECONDS)) {
      watch.look();
      if (!killed && System.nanoTime() > kill) {
        killed = true;
        kill(process, random);
      }
      if (System.nanoTime() > begin + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
        complain("does not end: " + words + "\n" + whatItDoes(process.pid()));
        process.process().destroyForcibly().waitFor();
      }
    }
    counts.merge(verb + (killed ? " killed" : ""), 1, Integer::sum);
    if (!killed) {
      usualMicros.put(verb, (System.nanoTime() - begin) / 1000);
    }
    int exit = process.process().exitValue();
    Ended ended = new Ended(words, killed, exit, process.stdout(), process.stderr());
    require(ended, !TRACE.matcher(ended.stdout + ended.stderr).find());
    return ended;
  }

  private static String verb(List<String> words) {
    int at = words.get(0).startsWith("-") ? 1 : 0;
    return words.get(at).equals("image") ? "image " + words.get(at + 1) : words.get(at);
  }

  /** The command itself, which by then may be a pod's supervisor, or the pod's first process. */
  private static void kill(RktProcess process, Random random) {
    List<ProcessHandle> children = process.process().children().toList();
    if (!children.isEmpty() && random.nextInt(4) == 0) {
      children.get(0).destroyForcibly();
    } else {
      process.process().destroyForcibly();
    }
  }

  private static String whatItDoes(long pid) {
    StringBuilder text = new StringBuilder();
    for (String file : List.of(pid + "/cmdline", pid + "/stack", pid + "/status", "locks")) {
      try {
        text.append(Files.readString(Path.of("/proc/" + file))).append('\n');
      } catch (IOException e) {
        text.append(e).append('\n');
      }
    }
    return text.toString();
  }

  void requireDone(Ended ended) {
    require(ended, ended.killed || ended.exit == 0);
  }

  /** It is done, or what it says has one of these reasons. */
  void requireDoneOr(Ended ended, String reasons) {
    boolean known = Pattern.compile(reasons).matcher(ended.stderr).find();
    require(ended, ended.killed || ended.exit == 0 || known);
  }

  void require(Ended ended, boolean condition) {
    if (!condition) {
      complain(ended.toString());
    }
  }

  void complain(String text) {
    StackTraceElement[] stack = new Throwable().getStackTrace();
    int at = 1;
    while (stack[at].getClassName().equals(StormRunner.class.getName())) {
      at++;
    }
    complaints.add(stack[at] + ": " + text);
  }

  List<String> complaints() {
    return List.copyOf(complaints);
  }

  String summary() {
    return new TreeMap<>(counts).toString();
  }
}
