// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktProcess;
import io.rktj.tests.kit.RktRunner.RktResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A host with a systemd of its own: a pod of ours whose app is a Debian, with systemd as process 1
 * of one more process name space. Nothing of it reaches the real host: of the variables of the
 * kernel it can only write those of its network.
 */
final class SystemdHost implements AutoCloseable {
  private static final String BOOT =
      """
      set -e
      for group in /sys/fs/cgroup/*; do mount -o remount,rw,bind "$group" 2>/dev/null || :; done
      mount -o remount,rw,bind /sys/fs/cgroup
      mount -t tmpfs tmpfs /run
      mount -t tmpfs tmpfs /tmp
      cp -a /var/lib/. /disk
      mount --bind /disk /var/lib
      exec unshare --pid --fork --kill-child --mount --mount-proc /bin/sh -e -c '
        mkdir /run/net
        mount --bind /proc/sys/net /run/net
        mount --bind -o ro /proc/sys /proc/sys
        mount --move /run/net /proc/sys/net
        exec env -i container=rkt PATH="$PATH" /sbin/init'
      """;

  private static final String CAPABILITIES =
      "CAP_CHOWN,CAP_DAC_OVERRIDE,CAP_DAC_READ_SEARCH,CAP_FOWNER,CAP_FSETID,CAP_KILL,CAP_SETGID,"
          + "CAP_SETUID,CAP_SETPCAP,CAP_NET_BIND_SERVICE,CAP_NET_ADMIN,CAP_NET_RAW,CAP_IPC_LOCK,"
          + "CAP_SYS_CHROOT,CAP_SYS_PTRACE,CAP_SYS_ADMIN,CAP_SYS_BOOT,CAP_SYS_NICE,CAP_MKNOD,"
          + "CAP_AUDIT_WRITE,CAP_SETFCAP";

  private final RktRunner rkt;
  private final RktProcess pod;
  private final String uuid;
  private final long init;

  private SystemdHost(RktRunner rkt, RktProcess pod, String uuid, long init) {
    this.rkt = rkt;
    this.pod = pod;
    this.uuid = uuid;
    this.init = init;
  }

  /** Process 1 of a name space below the pod's, by its number in the pod. */
  private static long processOne(RktProcess pod) {
    long deadline = System.nanoTime() + 120_000_000_000L;
    while (pod.process().isAlive() && System.nanoTime() < deadline) {
      for (ProcessHandle child : pod.process().descendants().toList()) {
        Path process = Path.of("/proc/" + child.pid());
        if (text(process.resolve("comm")).equals("systemd\n")) {
          String status = text(process.resolve("status"));
          List<String> numbers = List.of(field(status, "NSpid:").split("\\s+", -1));
          assertThat(numbers).as("systemd is process 1").endsWith("1");
          return Long.parseLong(numbers.get(numbers.size() - 2));
        }
      }
    }
    throw new AssertionError("no systemd: " + pod.stdout() + pod.stderr());
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return ""; // it has ended
    }
  }

  private static String field(String status, String name) {
    int begin = status.indexOf(name) + name.length();
    return status.substring(begin, status.indexOf('\n', begin)).strip();
  }

  /** Boots one; what is in {@code shared} is in its {@code /shared}. */
  static SystemdHost boot(Path shared) throws IOException, InterruptedException {
    RktRunner rkt = RktRunner.in(Files.createDirectories(DebianTree.DIRECTORY.resolve("rkt")));
    rkt.run("gc", "--grace-period=0s").exits(0);
    if (!rkt.run("image", "list", "--no-legend").exits(0).stdout().contains(DebianTree.NAME)) {
      rkt.run("--insecure-options=image", "fetch", DebianTree.image().toString()).exits(0);
    }
    Path file = rkt.base().resolve("uuid");
    RktProcess pod =
        rkt.start(
            "--insecure-options=image,paths,seccomp",
            "run",
            "--net=none",
            "--uuid-file-save=" + file,
            "--volume=shared,kind=host,readOnly=true,source=" + shared,
            "--volume=disk,kind=empty,mode=0755",
            DebianTree.NAME,
            "--mount=volume=shared,target=/shared",
            "--mount=volume=disk,target=/disk",
            "--caps-retain=" + CAPABILITIES,
            "--exec=/bin/sh",
            "--",
            "-c",
            BOOT);
    long init;
    try {
      init = processOne(pod);
    } catch (AssertionError e) {
      pod.signal(9);
      throw e;
    }
    SystemdHost host = new SystemdHost(rkt, pod, Files.readString(file), init);
    host.await("running\n", "systemctl", "is-system-running");
    return host;
  }

  /** Runs a command in it, to its end. */
  RktResult run(String... command) {
    List<String> line = new ArrayList<>(List.of("enter", uuid, "nsenter", "-m", "-p"));
    line.addAll(List.of("-t", Long.toString(init), "--"));
    line.addAll(List.of(command));
    return rkt.run(line.toArray(new String[0]));
  }

  /** Runs a shell's script in it. */
  RktResult shell(String script) {
    return run("/bin/sh", "-e", "-c", script);
  }

  /** One property of a unit. */
  String property(String unit, String name) {
    return run("systemctl", "show", "--value", "-p", name, unit).exits(0).stdout().strip();
  }

  /** Waits until a property of a unit is as wanted. */
  String await(String unit, String name, Predicate<String> wanted) {
    long deadline = System.nanoTime() + 120_000_000_000L;
    String found = property(unit, name);
    while (!wanted.test(found)) {
      assertThat(System.nanoTime())
          .as(() -> run("systemctl", "status", "--no-pager", "-l", unit).stdout())
          .isLessThan(deadline);
      found = property(unit, name);
    }
    return found;
  }

  /** Waits until a command prints this. */
  void await(String output, String... command) {
    long deadline = System.nanoTime() + 120_000_000_000L;
    RktResult result = run(command);
    while (!result.stdout().equals(output)) {
      assertThat(System.nanoTime()).as(result::toString).isLessThan(deadline);
      result = run(command);
    }
  }

  /** The files of a directory of the shared one. */
  static void copyInto(Path shared, Path directory, String suffix) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(suffix)).toList()) {
        Files.copy(file, shared.resolve(file.getFileName().toString()));
      }
    }
  }

  /** Switches it off, as its administrator would, and collects the pod. */
  @Override
  public void close() {
    run("systemctl", "poweroff", "--force", "--force");
    rkt.run("stop", "--force", uuid);
    pod.await(120);
    rkt.run("gc", "--grace-period=0s").exits(0);
  }
}
