// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rktj.tests.kit.RktRunner.RktProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The kernel's view of a running pod. */
final class Pods {
  private Pods() {}

  /** The host's process id of the app whose program is called {@code program}; waits for it. */
  static long appOf(RktProcess pod, String program) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (System.nanoTime() < deadline) {
      for (ProcessHandle child : pod.process().descendants().toList()) {
        if (command(child.pid()).contains(program)) {
          return child.pid();
        }
      }
      if (!pod.process().isAlive()) {
        throw new AssertionError("the pod has ended: " + pod.await(5));
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("no \"" + program + "\": " + pod.stdout() + pod.stderr());
  }

  static void awaitGone(long pid) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (Files.exists(Path.of("/proc/" + pid))) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("process " + pid + " is still there: " + command(pid));
      }
      Thread.onSpinWait();
    }
  }

  /** Control group directories of a process by controller; the key of version 2 is empty. */
  static Map<String, Path> cgroupsOf(long pid) throws IOException {
    Map<String, Path> mounts = new LinkedHashMap<>();
    for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
      List<String> fields = List.of(line.split(" ", -1));
      int dash = fields.indexOf("-");
      String type = fields.get(dash + 1);
      if (type.equals("cgroup2")) {
        mounts.put("", Path.of(fields.get(4)));
      } else if (type.equals("cgroup")) {
        for (String option : fields.get(dash + 3).split(",", -1)) {
          mounts.put(option, Path.of(fields.get(4)));
        }
      }
    }
    Map<String, Path> groups = new LinkedHashMap<>();
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/cgroup"))) {
      String[] parts = line.split(":", 3);
      for (String controller : parts[1].split(",", -1)) {
        Path mount = mounts.get(controller);
        if (mount != null) {
          groups.put(controller, Path.of(mount + parts[2]));
        }
      }
    }
    return groups;
  }

  /** The group of one controller. */
  static Path group(Map<String, Path> groups, String controller) {
    Path group = groups.get(controller);
    if (group == null) {
      throw new AssertionError("no group of \"" + controller + "\" in " + groups);
    }
    return group;
  }

  /** What the kernel makes of a limit in bytes: whole pages. */
  static String pageRounded(long bytes) {
    return Long.toString(bytes / 4096 * 4096);
  }

  private static String command(long pid) {
    try {
      return new String(Files.readAllBytes(Path.of("/proc/" + pid + "/cmdline")), UTF_8)
          .replace('\0', ' ');
    } catch (IOException e) {
      return "";
    }
  }
}
