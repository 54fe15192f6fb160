// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Pods in virtual machines, against the raw floor of the same run: the same monitor, kernel and
 * arguments with nothing in the machine but a first process that ends it.
 */
final class Machines {
  private static final String FLAVOUR = "--stage1-name=rktj.io/stage1-kvm";
  private static final String MONITOR = "qemu-system";

  private final Path base;
  private final List<String> rkt;
  private final int rounds;

  /**
   * Measures.
   *
   * @param rkt the command with its global flags; its store has {@code example.com/trivial:1}
   */
  Machines(Path base, List<String> rkt, int rounds) {
    this.base = base;
    this.rkt = rkt;
    this.rounds = rounds;
  }

  /** The report, in Markdown. */
  String measure() throws IOException, InterruptedException {
    StringBuilder report = new StringBuilder();
    run("run", "--net=none", FLAVOUR, "example.com/trivial:1"); // fetches the kernel
    List<String> floor = floor();
    Process pod = builder("auto");
    try {
      ProcessHandle monitor = monitor(pod);
      String uuid = awaitRunning();
      TimeUnit.SECONDS.sleep(2); // until it is idle
      report.append(
          String.format(
              Locale.ROOT,
              "### Memory of an idle pod in a machine\n\n"
                  + "| monitor, MB Pss | supervisor, kB Pss |\n|---|---|\n| %.0f | %d |\n\n",
              pss(monitor.pid()) / 1024.0,
              pss(pod.pid())));
      report.append(enter(uuid));
    } finally {
      pod.destroy();
      pod.waitFor();
    }
    report.append(start(floor));
    run("gc", "--grace-period=0s");
    return report.toString();
  }

  private String start(List<String> floor) throws IOException, InterruptedException {
    List<String> inMachine = command("run", "--net=none", FLAVOUR, "example.com/trivial:1");
    List<String> booted = new ArrayList<>(List.of("env", "RKT_HYPERVISOR_TEMPLATES=off"));
    booted.addAll(inMachine);
    List<String> inNameSpaces = command("run", "--net=none", "example.com/trivial:1");
    Race race =
        new Race()
            .add("rkt run in a machine", inMachine.toArray(new String[0]))
            .add("rkt run in a machine that boots", booted.toArray(new String[0]))
            .add("rkt run in name spaces", inNameSpaces.toArray(new String[0]))
            .add("the machine alone", floor.toArray(new String[0]))
            .run(rounds);
    return race.table(
            "Machines: a trivial app, from the command to the end of the pod",
            "rkt run in a machine",
            Map.of())
        + "From the machine's start to the pod's end (what the machine adds to a pod in name"
        + " spaces) against the machine alone, which boots and ends:\n\n"
        + ratio(race, "rkt run in a machine", 0.4)
        + ratio(race, "rkt run in a machine that boots", 1.25)
        + "\n";
  }

  private static String ratio(Race race, String what, double must) {
    double ratio =
        (race.median(what) - race.median("rkt run in name spaces"))
            / race.median("the machine alone");
    return String.format(
        Locale.ROOT,
        "- %s: %.2f; must %.2f %s.\n",
        what,
        ratio,
        must,
        ratio <= must ? "met" : "**missed**");
  }

  private String enter(String uuid) throws IOException, InterruptedException {
    String podInit = Path.of(rkt.get(0)).resolveSibling("../lib/native/pod-init").toString();
    List<String> entering = command("enter", uuid, "/bin/true");
    return new Race()
        .add("rkt enter", entering.toArray(new String[0]))
        .add(
            "pod-init enter, without a JVM",
            podInit,
            "enter",
            base.resolve("data/pods/run").resolve(uuid).toString(),
            "trivial",
            "/bin/true")
        .add("rkt version (a command that does nothing)", rkt.get(0), "version")
        .run(rounds)
        .table("Machines: a command in a running pod", "rkt enter", Map.of());
  }

  /** The command line of a machine that boots, with another initial root, which ends at once. */
  private List<String> floor() throws IOException, InterruptedException {
    Process pod = builder("off");
    List<String> monitor;
    try {
      monitor = commandLine(monitor(pod).pid());
    } finally {
      pod.destroy();
      pod.waitFor();
    }
    Path root = Files.createDirectories(base.resolve("floor"));
    Files.createDirectories(root.resolve("dev"));
    String busybox = Race.line("sh", "-c", "command -v busybox");
    Files.copy(Path.of(busybox), root.resolve("reboot"), StandardCopyOption.REPLACE_EXISTING);
    Race.line("sh", "-c", "cd '" + root + "' && mknod -m 600 dev/console c 5 1");
    Race.line(
        "sh",
        "-c",
        "cd '"
            + root
            + "' && printf '%s\\n' dev dev/console reboot | busybox cpio -o -H newc"
            + " >../floor.cpio");
    List<String> floor = new ArrayList<>();
    for (int i = 0; i < monitor.size(); i++) {
      String word = monitor.get(i);
      boolean hasValue = i + 1 < monitor.size();
      if (word.equals("-kernel") && hasValue) {
        floor.addAll(List.of(word, kernel().toString()));
        i++;
      } else if (word.equals("-initrd") && hasValue) {
        floor.addAll(List.of(word, base.resolve("floor.cpio").toString()));
        i++;
      } else if (word.equals("-append") && hasValue) {
        floor.addAll(List.of(word, monitor.get(++i) + " rdinit=/reboot -- -f"));
      } else if (hasValue && List.of("-chardev", "-device", "-drive", "-sandbox").contains(word)) {
        i++;
      } else if (word.equals("-serial") && hasValue) {
        floor.addAll(List.of(word, "null"));
        i++;
      } else {
        floor.add(word);
      }
    }
    return floor;
  }

  private Path kernel() throws IOException {
    try (Stream<Path> kernels = Files.list(base.resolve("data/kvm/kernels"))) {
      return kernels.findFirst().orElseThrow().resolve("vmlinux");
    }
  }

  private String awaitRunning() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (System.nanoTime() < deadline) {
      for (String line : output("list", "--no-legend", "--full").split("\n", -1)) {
        if (line.contains("running")) {
          String uuid = line.split("\\s", 2)[0];
          if (new ProcessBuilder(command("enter", uuid, "/bin/true")).start().waitFor() == 0) {
            return uuid;
          }
        }
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
    throw new IOException("the pod in a machine does not run");
  }

  private static ProcessHandle monitor(Process pod) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (System.nanoTime() < deadline && pod.isAlive()) {
      Optional<ProcessHandle> monitor = Optional.empty();
      for (ProcessHandle child : pod.toHandle().descendants().toList()) {
        List<String> words = commandLine(child.pid());
        if (!words.isEmpty() && words.get(0).contains(MONITOR)) {
          monitor = Optional.of(child);
        }
      }
      if (monitor.isPresent()) {
        return monitor.get();
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
    throw new IOException("no monitor was seen");
  }

  private static List<String> commandLine(long pid) {
    try {
      String text =
          new String(
              Files.readAllBytes(Path.of("/proc/" + pid + "/cmdline")), StandardCharsets.UTF_8);
      List<String> words = new ArrayList<>(List.of(text.split("\0", -1)));
      words.remove(words.size() - 1);
      return words;
    } catch (IOException e) {
      return List.of();
    }
  }

  private static long pss(long pid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
      if (line.startsWith("Pss:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    return 0;
  }

  private List<String> command(String... arguments) {
    List<String> words = new ArrayList<>(rkt);
    words.addAll(List.of(arguments));
    return words;
  }

  /** A pod that sleeps in a machine. */
  private Process builder(String templates) throws IOException {
    List<String> words = new ArrayList<>(List.of("env", "RKT_HYPERVISOR_TEMPLATES=" + templates));
    words.addAll(command("run", "--net=none", FLAVOUR, "example.com/trivial:1"));
    words.addAll(List.of("--exec=/bin/sleep", "--", "600"));
    return new ProcessBuilder(words)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private void run(String... arguments) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command(arguments))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", arguments) + " has failed");
    }
  }

  private String output(String... arguments) throws IOException, InterruptedException {
    return Race.line(command(arguments).toArray(new String[0]));
  }
}
