// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.kit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel shows of the host: mounts of this mount name space, control groups, bound network
 * name spaces, network links, and our processes. Two of them can be compared, so that a test can
 * say that a command left nothing behind.
 */
public record HostSnapshot(
    Set<String> mounts,
    Set<String> cgroups,
    Set<String> netns,
    Set<String> links,
    Set<String> pods) {

  /** The host as it is now. */
  public static HostSnapshot take() {
    Set<String> mounts = new TreeSet<>();
    Set<String> cgroups = new TreeSet<>();
    for (String line : lines(Path.of("/proc/self/mountinfo"))) {
      String[] fields = line.split(" ", -1);
      mounts.add(fields[4]);
      int dash = line.indexOf(" - ");
      if (line.startsWith("cgroup", dash + 3)) {
        cgroups.addAll(directoriesNamed(Path.of(fields[4]), "rkt"));
      }
    }
    Set<String> links = new TreeSet<>();
    for (String line : lines(Path.of("/proc/net/dev"))) {
      if (line.contains(":")) {
        links.add(line.substring(0, line.indexOf(':')).strip());
      }
    }
    return new HostSnapshot(
        mounts, cgroups, names(Path.of("/run/netns")), links, processes("pod-init"));
  }

  /** What is here that was not in {@code before}, once things have had time to go. */
  public static List<String> leftAfterAMoment(HostSnapshot before) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    List<String> left = take().leftSince(before);
    while (!left.isEmpty() && System.nanoTime() < deadline) {
      Thread.onSpinWait();
      left = take().leftSince(before);
    }
    return left;
  }

  /** What is here that was not in {@code before}, a line each. */
  public List<String> leftSince(HostSnapshot before) {
    List<String> left = new ArrayList<>();
    report(left, "mount", mounts, before.mounts);
    report(left, "control group", cgroups, before.cgroups);
    report(left, "network name space", netns, before.netns);
    report(left, "network link", links, before.links);
    report(left, "process", pods, before.pods);
    return left;
  }

  private static void report(List<String> left, String what, Set<String> now, Set<String> before) {
    for (String name : now) {
      if (!before.contains(name)) {
        left.add(what + " " + name);
      }
    }
  }

  /** One that vanishes while we look does not keep the others from being seen. */
  private static Set<String> directoriesNamed(Path top, String part) {
    Set<String> found = new TreeSet<>();
    try {
      Files.walkFileTree(top, Set.of(), 9, new Named(part, found));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  private static final class Named extends SimpleFileVisitor<Path> {
    private final String part;
    private final Set<String> found;

    Named(String part, Set<String> found) {
      this.part = part;
      this.found = found;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
      if (directory.getFileName().toString().contains(part)) {
        found.add(directory.toString());
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) {
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) {
      return FileVisitResult.CONTINUE;
    }
  }

  private static Set<String> names(Path directory) {
    Set<String> found = new TreeSet<>();
    if (Files.isDirectory(directory)) {
      try (Stream<Path> paths = Files.list(directory)) {
        paths.forEach(p -> found.add(p.toString()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return found;
  }

  private static Set<String> processes(String part) {
    Set<String> found = new TreeSet<>();
    try (Stream<Path> paths = Files.list(Path.of("/proc"))) {
      for (Path path : paths.toList()) {
        String name = path.getFileName().toString();
        if (!name.isEmpty() && Character.isDigit(name.charAt(0))) {
          String line = String.join(" ", lines(path.resolve("cmdline"))).replace('\0', ' ');
          if (line.contains(part) && !line.contains("java")) {
            found.add(name + " " + line);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  private static List<String> lines(Path file) {
    try {
      return new String(Files.readAllBytes(file), UTF_8).lines().toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
