// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rktj.tests.kit.HostSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What the host still has of a {@link Storm} once its pods have been collected. Others may have
 * pods of their own meanwhile, so a thing counts that has the name of one of the storm's pods, or
 * of the directory that the storm was in.
 */
final class StormRemains {
  private static final long PATIENCE_SECONDS = 60;
  private static final Path CLAIMED_IDS = Path.of("/run/rkt/private-users");

  private final Path base;
  private final StormPods pods;
  private final HostSnapshot before;

  /** Of a storm below {@code base}, on a host that was as {@code before} says. */
  StormRemains(Path base, StormPods pods, HostSnapshot before) {
    this.base = base;
    this.pods = pods;
    this.before = before;
  }

  /** All of it, a line each, once things have had time to go. */
  List<String> afterAMoment() throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    List<String> left = now();
    while (!left.isEmpty() && System.nanoTime() < deadline) {
      left = now();
    }
    return left;
  }

  private List<String> now() throws IOException {
    List<String> left = new ArrayList<>();
    for (String thing : HostSnapshot.take().leftSince(before)) {
      if (pods.isOfOne(thing) || thing.contains(base.toString())) {
        left.add(thing);
      }
    }
    for (Path process : list(Path.of("/proc"))) {
      if (isOurs(process)) {
        left.add("process " + process.getFileName() + " " + text(process.resolve("cmdline")));
      }
    }
    for (Path claim : list(CLAIMED_IDS)) {
      if (Files.isSymbolicLink(claim)
          && Files.readSymbolicLink(claim).toString().contains(base.toString())) {
        left.add("user ids " + claim);
      }
    }
    for (Path lease : list(base.resolve("leases/storm"))) {
      if (lease.getFileName().toString().matches("[0-9.]+")) {
        left.add("address " + lease);
      }
    }
    return left;
  }

  /**
   * Whether a process runs in one of the pods or for one: it sees their mounts, is in their control
   * groups, names the storm's directory, or has something of it open, as whoever holds a lock has.
   */
  private boolean isOurs(Path process) throws IOException {
    String name = process.getFileName().toString();
    if (!name.matches("[0-9]+") || name.equals(Long.toString(ProcessHandle.current().pid()))) {
      return false;
    }
    for (String file : List.of("mountinfo", "cmdline")) {
      if (text(process.resolve(file)).contains(base.toString())) {
        return true;
      }
    }
    if (pods.isOfOne(text(process.resolve("cgroup"))) || leadsToUs(process.resolve("cwd"))) {
      return true;
    }
    return list(process.resolve("fd")).stream().anyMatch(this::leadsToUs);
  }

  private boolean leadsToUs(Path link) {
    try {
      return Files.readSymbolicLink(link).startsWith(base);
    } catch (IOException e) {
      return false; // it has ended
    }
  }

  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), UTF_8).replace('\0', ' ');
    } catch (IOException e) {
      return ""; // it has ended
    }
  }

  private static List<Path> list(Path directory) {
    try (Stream<Path> paths = Files.list(directory)) {
      return paths.toList();
    } catch (IOException | UncheckedIOException e) {
      return List.of(); // it is not there, or not any more
    }
  }

  /** Whatever is below {@code directory} and no directory itself. */
  static List<Path> contents(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)).toList();
    }
  }
}
