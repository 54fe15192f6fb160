// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.bench;

import io.rktj.tests.kit.RktRunner;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * The benchmark command: warm start, memory per pod, and fetch, against the peers that are
 * installed and against floors, in one run. Targets are those of the project's performance goals;
 * on a JVM older than 25 the start targets are a quarter wider.
 *
 * <p>{@code Benchmark DIRECTORY RESULT [ROUNDS [MEGABYTES [PART]]]}, where a part is {@code start},
 * {@code fetch}, {@code lists} or {@code machines}; to be run as root in a mount name space of its
 * own ({@code tests/benchmark} does that), with {@code DIRECTORY} on the file system to measure.
 */
public final class Benchmark {
  private final Path base;
  private final int rounds;
  private final int megabytes;
  private final String part;
  private final String rkt = RktRunner.distribution().resolve("bin/rkt").toString();
  private final StringBuilder report = new StringBuilder();

  private Benchmark(Path base, int rounds, int megabytes, String part) {
    this.base = base;
    this.rounds = rounds;
    this.megabytes = megabytes;
    this.part = part;
  }

  /** Runs all of it. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path base = Files.createDirectories(Path.of(arguments[0]));
    Path result = Path.of(arguments[1]);
    int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 20;
    int megabytes = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 300;
    String part = arguments.length > 4 ? arguments[4] : "";
    Benchmark benchmark = new Benchmark(base, rounds, megabytes, part);
    benchmark.header();
    Path rootfs = benchmark.trivialImage();
    if (benchmark.wants("start")) {
      benchmark.start(rootfs);
      benchmark.memory();
    }
    if (benchmark.wants("fetch")) {
      benchmark.fetch();
    }
    if (benchmark.wants("lists")) {
      Path place = Files.createDirectories(base.resolve("lists"));
      benchmark.report.append(new Lists(place, benchmark.rkt, rounds).measure());
    }
    if (benchmark.wants("machines")) {
      benchmark.machines();
    }
    Files.writeString(result, benchmark.report);
    System.out.print(benchmark.report);
  }

  private boolean wants(String which) {
    return part.isEmpty() || part.equals(which);
  }

  private void header() throws IOException, InterruptedException {
    report
        .append("Measured ")
        .append(LocalDate.now(ZoneOffset.UTC))
        .append(" on ")
        .append(Runtime.getRuntime().availableProcessors())
        .append(" processors, Linux ")
        .append(System.getProperty("os.version"))
        .append(", ")
        .append(Race.line("sh", "-c", "sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1"))
        .append(". Java of rkt: ")
        .append(Race.line("sh", "-c", "\"$0\" version | sed -n 's/^Java Version: //p'", rkt))
        .append(". Every race is interleaved; ratios are of medians.\n\n");
  }

  private String[] rkt(String... arguments) {
    List<String> words = new ArrayList<>();
    words.add(rkt);
    words.add("--dir=" + base.resolve("data"));
    words.add("--local-config=" + base.resolve("config"));
    words.addAll(List.of(arguments));
    return words.toArray(new String[0]);
  }

  private Path trivialImage() throws IOException, InterruptedException {
    Path layout = Files.createDirectories(base.resolve("trivial"));
    Path rootfs = Files.createDirectories(layout.resolve("rootfs"));
    Path bin = Files.createDirectories(rootfs.resolve("bin"));
    for (String name : List.of("proc", "sys", "dev", "etc", "tmp", "run", "usr", "var")) {
      Files.createDirectories(rootfs.resolve(name));
    }
    Path busybox = Path.of(Race.line("sh", "-c", "command -v busybox"));
    Files.copy(busybox, bin.resolve("busybox"), StandardCopyOption.REPLACE_EXISTING);
    Files.setPosixFilePermissions(
        bin.resolve("busybox"), PosixFilePermissions.fromString("rwxr-xr-x"));
    for (String name : List.of("true", "sleep", "sh")) {
      Files.deleteIfExists(bin.resolve(name));
      Files.createLink(bin.resolve(name), bin.resolve("busybox"));
    }
    manifest(layout, "example.com/trivial", "\"/bin/true\"");
    Path aci = base.resolve("trivial.aci");
    must(rktTool("actool"), "build", "--overwrite", layout.toString(), aci.toString());
    must(rkt("--insecure-options=image", "fetch", aci.toString()));
    return rootfs;
  }

  private static void manifest(Path layout, String name, String exec) throws IOException {
    String arch = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "amd64";
    Files.writeString(
        layout.resolve("manifest"),
        "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",\"name\":\""
            + name
            + "\",\"labels\":[{\"name\":\"version\",\"value\":\"1\"},{\"name\":\"os\",\"value\":\"linux\"},"
            + "{\"name\":\"arch\",\"value\":\""
            + arch
            + "\"}],\"app\":{\"exec\":["
            + exec
            + "],\"user\":\"0\",\"group\":\"0\"}}");
  }

  private String rktTool(String name) {
    return Path.of(rkt).resolveSibling(name).toString();
  }

  private void start(Path rootfs) throws IOException, InterruptedException {
    boolean newest =
        Race.line(
                "sh", "-c", "\"$0\" version | grep -q 'Java Version: 25' && echo y || echo n", rkt)
            .equals("y");
    double wider = newest ? 1.0 : 1.25;
    Race race = new Race();
    Map<String, Double> musts = new LinkedHashMap<>();
    race.add(
        "rkt run", rkt("--insecure-options=image", "run", "--net=none", "example.com/trivial:1"));
    race.add("rkt version (a command that does nothing)", rkt("version"));
    if (has("systemd-nspawn")) {
      race.add(
          "systemd-nspawn",
          "systemd-nspawn",
          "--quiet",
          "--register=no",
          "--keep-unit",
          "--private-network",
          "--volatile=overlay",
          "--directory=" + rootfs,
          "/bin/true");
      musts.put("systemd-nspawn", 0.95 * wider);
    }
    for (String runtime : List.of("runc", "crun")) {
      if (has(runtime)) {
        Path bundle = Files.createDirectories(base.resolve(runtime));
        must(
            "sh",
            "-c",
            "cd \"$0\" && rm -f config.json && " + runtime + " spec",
            bundle.toString());
        Path config = bundle.resolve("config.json");
        String text = Files.readString(config);
        text = text.replace("\"terminal\": true", "\"terminal\": false");
        text = text.replace("\"sh\"", "\"/bin/true\"");
        text = text.replace("\"path\": \"rootfs\"", "\"path\": \"" + rootfs + "\"");
        Files.writeString(config, text);
        String state = Files.createDirectories(base.resolve(runtime + "-state")).toString();
        race.add(
            runtime,
            round ->
                List.of(
                    runtime,
                    "--root",
                    state,
                    runtime.equals("crun") ? "--cgroup-manager=disabled" : "--debug=false",
                    "run",
                    "--bundle",
                    bundle.toString(),
                    "bench" + round));
        if (runtime.equals("runc")) {
          musts.put(runtime, 1.3 * wider);
        }
      }
    }
    if (has("podman")) {
      String storage =
          "--root=" + base.resolve("podman") + " --runroot=" + base.resolve("podman-run");
      String podman = "podman " + storage + " --cgroup-manager=cgroupfs --events-backend=none ";
      must(
          "sh",
          "-c",
          "tar -C \"$0\" -c . | " + podman + " import - trivial:1 >/dev/null",
          rootfs.toString());
      race.add(
          "podman",
          "sh",
          "-c",
          "exec "
              + podman
              + (has("runc") ? " --runtime=runc" : "")
              + " run --rm --ulimit=nofile=1024:1024 --ulimit=nproc=1024:1024"
              + " --network=none trivial:1 /bin/true");
      musts.put("podman", 0.40 * wider);
    }
    race.run(rounds);
    report.append(
        race.table("Warm start: `rkt run --net=none` of a trivial app", "rkt run", musts));
    must(rkt("gc", "--grace-period=0s"));
  }

  private void memory() throws IOException, InterruptedException {
    List<Process> pods = new ArrayList<>();
    int count = 10;
    try {
      for (int i = 0; i < count; i++) {
        pods.add(
            new ProcessBuilder(
                    rkt(
                        "--insecure-options=image",
                        "run",
                        "--net=none",
                        "example.com/trivial:1",
                        "--exec=/bin/sleep",
                        "--",
                        "120"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start());
      }
      long deadline = System.nanoTime() + 60_000_000_000L;
      long total = 0;
      int processes = 0;
      while (System.nanoTime() < deadline) {
        total = 0;
        processes = 0;
        for (Process pod : pods) {
          List<Long> pids = new ArrayList<>();
          pids.add(pod.pid());
          pod.children().forEach(child -> pids.add(child.pid()));
          for (long pid : pids) {
            if (isPodInit(pid)) {
              total += pss(pid);
              processes++;
            }
          }
        }
        if (processes == 2 * count) {
          break;
        }
        Thread.sleep(50);
      }
      if (processes != 2 * count) {
        throw new IOException("only " + processes + " supervisors of " + 2 * count + " were seen");
      }
      double each = (double) total / count;
      report.append("### Memory left per running pod, the app excluded\n\n");
      report.append(
          String.format(
              Locale.ROOT,
              "| pods | supervisor processes each | kB PSS each | must |\n|---|---|---|---|\n| %d | %d | %.0f | 100 %s |\n\n",
              count,
              processes / count,
              each,
              each <= 100 ? "met" : "**missed**"));
    } finally {
      for (Process pod : pods) {
        pod.destroy();
      }
      for (Process pod : pods) {
        pod.waitFor();
      }
    }
    must(rkt("gc", "--grace-period=0s"));
  }

  private void machines() throws IOException, InterruptedException {
    if (!has("qemu-system-x86_64") || !has("mkfs.erofs")) {
      report.append("No pods in virtual machines: needs qemu-system-x86 and erofs-utils.\n");
      return;
    }
    List<String> command = List.of(rkt("--insecure-options=image"));
    report.append(new Machines(base, command, Math.max(5, rounds / 2)).measure());
  }

  private static boolean isPodInit(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/comm")).startsWith("pod-init");
    } catch (IOException e) {
      return false;
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

  private void fetch() throws IOException, InterruptedException {
    Path layout = Files.createDirectories(base.resolve("big"));
    String kind = "files of an earlier run";
    if (!Files.exists(layout.resolve("manifest"))) {
      kind = bigTree(layout.resolve("rootfs"));
      manifest(layout, "example.com/big", "\"/bin/true\"");
    }
    Path aci = base.resolve("big.aci");
    must(rktTool("actool"), "build", "--overwrite", layout.toString(), aci.toString());
    long packed = Files.size(aci);
    int laps = Math.max(5, rounds / 4);
    Path out = Files.createDirectories(base.resolve("fetched"));
    Race whole = new Race();
    whole.add(
        "rkt fetch",
        writing(
            out,
            dir ->
                List.of(
                    rkt,
                    "--dir=" + dir.resolve("data"),
                    "--insecure-options=image",
                    "fetch",
                    aci.toString())));
    whole.add(
        "gzip -dc, tee STORE, sha512sum, tar x",
        writing(
            out,
            dir ->
                List.of(
                    "bash",
                    "-c",
                    "gzip -dc \"$0\" | tee \"$1/store\" >(sha512sum >/dev/null) | tar x -C \"$1\"",
                    aci.toString(),
                    dir.toString())));
    whole.run(laps);
    report.append(
        whole.table(
            String.format(
                Locale.ROOT,
                "Fetch with store and unpack: %d MB (%s) in %d kB of gzip",
                megabytes,
                kind,
                packed / 1024),
            "rkt fetch",
            Map.of("gzip -dc, tee STORE, sha512sum, tar x", 0.75)));
    Race store = new Race();
    store.add(
        "rkt fetch as nobody",
        writing(
            out,
            dir -> {
              must("chown", "65534:65534", dir.toString());
              return List.of(
                  "setpriv",
                  "--reuid=65534",
                  "--regid=65534",
                  "--clear-groups",
                  rkt,
                  "--dir=" + dir.resolve("data"),
                  "--insecure-options=image",
                  "fetch",
                  aci.toString());
            }));
    store.add(
        "gzip -dc, tee STORE, sha512sum",
        writing(
            out,
            dir ->
                List.of(
                    "bash",
                    "-c",
                    "gzip -dc \"$0\" | tee \"$1/store\" | sha512sum >/dev/null",
                    aci.toString(),
                    dir.toString())));
    store.run(laps);
    report.append(
        store.table(
            "Fetch with store, without unpacking",
            "rkt fetch as nobody",
            Map.of("gzip -dc, tee STORE, sha512sum", 0.65)));
  }

  /** Makes the command that writes below a directory. */
  private interface Writer {
    List<String> into(Path directory) throws IOException;
  }

  /**
   * A lap that writes into a directory of its own, which is removed after each round: memory that
   * the tmpfs takes for the first time costs a virtual machine's host more than the work measured.
   */
  private static Race.Lap writing(Path out, Writer writer) {
    return new Race.Lap() {
      private Path directory = out;

      @Override
      public List<String> command(int round) throws IOException {
        directory = Files.createTempDirectory(out, "round");
        must("chmod", "755", directory.toString());
        return writer.into(directory);
      }

      @Override
      public void after(int round) throws IOException {
        must("rm", "-rf", directory.toString());
      }
    };
  }

  /** A tree like a distribution's; says what it is made of. */
  private String bigTree(Path rootfs) throws IOException, InterruptedException {
    HostFiles files = HostFiles.choose(megabytes * 1_000_000L);
    if (files.isEnough()) {
      files.copyTo(rootfs);
      return files.count() + " files of this machine";
    }
    randomTree(rootfs);
    return "random words, for want of files of this machine";
  }

  /** Many small files, some large ones, compressible by three. */
  private void randomTree(Path rootfs) throws IOException {
    Random random = new Random(7);
    long left = megabytes * 1_000_000L;
    int files = megabytes * 44;
    byte[] block = new byte[1 << 16];
    for (int i = 0; i < files; i++) {
      Path directory = Files.createDirectories(rootfs.resolve("d" + i % 97 + "/e" + i % 31));
      long size = i % 200 == 0 ? megabytes * 10_000L : random.nextInt(26_000);
      size = i == files - 1 ? left : Math.min(left, size);
      left -= size;
      try (OutputStream out =
          new BufferedOutputStream(Files.newOutputStream(directory.resolve("f" + i)))) {
        for (long done = 0; done < size; done += block.length) {
          for (int k = 0; k < block.length; k += 16) {
            long word = random.nextLong();
            for (int b = 0; b < 16; b++) {
              block[k + b] =
                  (byte)
                      (b < 5
                          ? word >> (8 * b)
                          : "etc/passwd:0x0:root".getBytes(StandardCharsets.US_ASCII)[b]);
            }
          }
          out.write(block, 0, (int) Math.min(block.length, size - done));
        }
      }
    }
  }

  private static boolean has(String program) throws IOException {
    for (String directory : System.getenv("PATH").split(":", -1)) {
      if (Files.isExecutable(Path.of(directory, program))) {
        return true;
      }
    }
    return false;
  }

  private static void must(String... command) throws IOException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + ": " + text);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
