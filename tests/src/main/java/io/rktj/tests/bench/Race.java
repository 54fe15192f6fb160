// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.bench;

import static java.util.Objects.requireNonNull;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Commands timed in turn, in a new random order every round, so that a drift of the machine meets
 * all of them alike. Wall time of the whole process, in milliseconds.
 */
final class Race {
  private final Map<String, Lap> laps = new LinkedHashMap<>();
  private final List<String> absent = new ArrayList<>();
  private final Map<String, List<Double>> times = new LinkedHashMap<>();

  /** What is run once per round; {@code round} counts from 0, the warm-up is -1. */
  interface Lap {
    List<String> command(int round) throws IOException;

    /** Runs after each round, untimed. */
    default void after(int round) throws IOException, InterruptedException {}
  }

  Race add(String name, Lap lap) {
    laps.put(name, lap);
    times.put(name, new ArrayList<>());
    return this;
  }

  Race add(String name, String... command) {
    List<String> line = List.of(command);
    return add(name, round -> line);
  }

  Race run(int rounds) throws IOException, InterruptedException {
    Random random = new Random(42);
    for (int round = -1; round < rounds; round++) {
      List<String> order = new ArrayList<>(laps.keySet());
      Collections.shuffle(order, random);
      for (String name : order) {
        Lap lap = requireNonNull(laps.get(name));
        ProcessBuilder builder = new ProcessBuilder(lap.command(round));
        File log = File.createTempFile("rktj-bench", ".log");
        builder.redirectErrorStream(true).redirectOutput(log);
        long start = System.nanoTime();
        Process process = builder.start();
        process.getOutputStream().close();
        int status = process.waitFor();
        double millis = (System.nanoTime() - start) / 1e6;
        lap.after(round);
        if (status != 0) {
          String text = java.nio.file.Files.readString(log.toPath());
          if (round < 0 && !name.startsWith("rkt")) {
            absent.add(name + " does not run here: " + text.strip());
            laps.remove(name);
            times.remove(name);
            continue;
          }
          throw new IOException(name + " ended with status " + status + ": " + text);
        }
        if (!log.delete()) {
          throw new IOException("cannot delete " + log);
        }
        if (round >= 0) {
          requireNonNull(times.get(name)).add(millis);
        }
      }
    }
    return this;
  }

  /** What a command prints. */
  static String line(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text =
        new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
            .strip();
    process.waitFor();
    return text;
  }

  double median(String name) {
    double[] sorted =
        requireNonNull(times.get(name)).stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    int n = sorted.length;
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
  }

  /** A table in Markdown: minimum, median and maximum, and the ratio of {@code ours} to each. */
  String table(String title, String ours, Map<String, Double> musts) {
    StringBuilder out = new StringBuilder();
    out.append("### ").append(title).append("\n\n");
    out.append("| command | min ms | median ms | max ms | ")
        .append(ours)
        .append(" / it | must |\n");
    out.append("|---|---|---|---|---|---|\n");
    double reference = median(ours);
    for (Map.Entry<String, List<Double>> entry : times.entrySet()) {
      double median = median(entry.getKey());
      Double must = musts.get(entry.getKey());
      double ratio = reference / median;
      String verdict = "";
      if (must != null) {
        verdict = String.format(Locale.ROOT, "%.2f %s", must, ratio <= must ? "met" : "**missed**");
      }
      out.append(
          String.format(
              Locale.ROOT,
              "| %s | %.1f | %.1f | %.1f | %.2f | %s |\n",
              entry.getKey(),
              Collections.min(entry.getValue()),
              median,
              Collections.max(entry.getValue()),
              ratio,
              verdict));
    }
    out.append('\n');
    for (String reason : absent) {
      out.append("- ").append(reason).append('\n');
    }
    return out.append('\n').toString();
  }
}
