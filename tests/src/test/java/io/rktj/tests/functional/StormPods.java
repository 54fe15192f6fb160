// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a {@link Storm} knows of its pods: which were told by a command, and which were seen to be
 * taken away. Thread-safe.
 */
final class StormPods {
  private static final Pattern COLLECTED = Pattern.compile("collecting pod \"([0-9a-f-]{36})\"");

  /** A pod that a command has told of. */
  static final class Told {
    final String uuid;
    final Path out;
    volatile boolean touched;
    volatile boolean stopped;
    volatile boolean mayBeGone;
    volatile boolean removed;
    volatile boolean runs;

    Told(String uuid, Path out) {
      this.uuid = uuid;
      this.out = out;
    }

    /** What its app has written down so far. */
    String log() throws IOException {
      Path log = out.resolve("log");
      return Files.exists(log) ? Files.readString(log) : "";
    }

    /** That it, or what there was of it, may be gone, because whoever made it was killed. */
    void mayBeGoneUnlessStarted() throws IOException {
      if (log().isEmpty()) {
        mayBeGone = true; // perhaps it was never more than begun: collected without a word
      }
    }

    /** What is known of it, for a complaint. */
    String describe() throws IOException {
      return (stopped ? "stopped " : "") + (removed ? "removed " : "") + log().replace('\n', ' ');
    }
  }

  private final Map<String, Told> told = new ConcurrentHashMap<>();
  private final Set<String> seen = ConcurrentHashMap.newKeySet();
  private final Set<String> prepared = ConcurrentHashMap.newKeySet();
  private final Set<String> collected = ConcurrentHashMap.newKeySet();

  Told tell(String uuid, Path out) {
    seen.add(uuid);
    return told.computeIfAbsent(uuid, u -> new Told(u, out));
  }

  /** Tells of a pod that waits to be run. */
  void tellPrepared(String uuid, Path out) {
    tell(uuid, out);
    prepared.add(uuid);
  }

  /** Takes note of the pods that a collection says it has removed. */
  void collected(String stdout) {
    Matcher matcher = COLLECTED.matcher(stdout);
    while (matcher.find()) {
      collected.add(matcher.group(1)); // perhaps before the news of the pod itself
    }
  }

  private boolean mayBeGone(Told pod) {
    return pod.mayBeGone || collected.contains(pod.uuid);
  }

  /** Any pod told of, or none if there is none. */
  List<Told> any(Random random, int count) {
    List<Told> all = new ArrayList<>(told.values());
    all.removeIf(this::mayBeGone);
    List<Told> some = new ArrayList<>();
    for (int i = 0; i < count && !all.isEmpty(); i++) {
      some.add(all.remove(random.nextInt(all.size())));
    }
    return some;
  }

  /** One of those that run, if there are any. */
  List<Told> anyRunning(Random random) throws IOException {
    Set<String> running = running();
    List<Told> all = new ArrayList<>(told.values());
    all.removeIf(pod -> !running.contains(pod.uuid));
    return all.isEmpty() ? List.of() : List.of(all.get(random.nextInt(all.size())));
  }

  /** A prepared pod, which may be run by somebody else already. */
  List<Told> anyPrepared(Random random) {
    List<String> all = new ArrayList<>(prepared);
    if (all.isEmpty()) {
      return List.of();
    }
    String uuid = all.get(random.nextInt(all.size()));
    if (random.nextInt(3) > 0) {
      prepared.remove(uuid); // else somebody else may try it at the same time
    }
    Told pod = told.get(uuid);
    return pod == null ? List.of() : List.of(pod);
  }

  /** Those that nobody has done anything to since they were prepared. */
  Set<String> untouched() {
    Set<String> found = new TreeSet<>();
    for (String uuid : prepared) {
      Told pod = told.get(uuid);
      if (pod != null && !pod.touched) {
        found.add(uuid);
      }
    }
    return found;
  }

  /** Those whose app runs, and whom nobody has stopped. */
  Set<String> running() throws IOException {
    Set<String> found = new TreeSet<>();
    for (Told pod : told.values()) {
      if (pod.runs && !pod.stopped && pod.log().equals("start\n")) {
        found.add(pod.uuid);
      }
    }
    return found;
  }

  /** Takes note of the pods that are there, told of or not. */
  void see(Path directory) throws IOException {
    for (String state : List.of("prepare", "prepared", "run", "exited-garbage")) {
      String[] names = directory.resolve(state).toFile().list();
      seen.addAll(names == null ? List.of() : List.of(names));
    }
  }

  /** Whether a thing on the host has the name of one of the pods that were seen. */
  boolean isOfOne(String thing) {
    String name = thing.replace("\\x2d", "-");
    return seen.stream().anyMatch(name::contains);
  }

  int count() {
    return told.size();
  }

  /**
   * Pods that are in two places, in none without a reason or in one although they were removed, or
   * whose app has started twice.
   */
  List<String> unaccounted(Path pods) throws IOException {
    List<String> problems = new ArrayList<>();
    for (Told pod : told.values()) {
      List<String> places = places(pods, pod.uuid);
      if (places.size() > 1 || (places.isEmpty() && !mayBeGone(pod))) {
        problems.add("pod " + pod.uuid + " is in " + places + ": " + pod.describe());
      }
      if (pod.removed && !places.isEmpty()) {
        problems.add("pod " + pod.uuid + " was removed, and is in " + places);
      }
      if (pod.log().indexOf("start") != pod.log().lastIndexOf("start")) {
        problems.add("pod " + pod.uuid + " has started twice");
      }
    }
    return problems;
  }

  private static List<String> places(Path pods, String uuid) throws IOException {
    try (Stream<Path> states = Files.list(pods)) {
      return states
          .filter(state -> Files.exists(state.resolve(uuid)))
          .map(state -> state.getFileName().toString())
          .toList();
    }
  }
}
