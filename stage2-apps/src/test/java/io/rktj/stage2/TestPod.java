// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rktj.linux.FileStatus;
import io.rktj.pod.IdRange;
import io.rktj.spec.AcName;
import io.rktj.spec.Uuid;
import io.rktj.stage1.StandardStreams;
import io.rktj.stage1.plan.AppSandbox;
import io.rktj.stage1.plan.Bytes;
import io.rktj.stage1.plan.CgroupPlan;
import io.rktj.stage1.plan.LogLimits;
import io.rktj.stage1.plan.MountOp;
import io.rktj.stage1.plan.NetworkPlan;
import io.rktj.stage1.plan.SandboxPlan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** A pod of busybox apps, made by hand and run by the real pod-init in a mount name space. */
final class TestPod {
  static final Path NATIVE = Path.of("target/native").toAbsolutePath();
  static final Path BUSYBOX = Path.of("/bin/busybox");
  private static final long DEFAULT_CAPABILITIES = 0x00000000a80425fbL;
  private static final int CHARACTER = FileStatus.S_IFCHR | 0666;

  final Path directory;
  final List<AppSandbox> sandboxes = new ArrayList<>();
  final List<AppPlan> apps = new ArrayList<>();
  UnaryOperator<SandboxPlan> change = UnaryOperator.identity();

  TestPod(Path directory) {
    this.directory = directory;
  }

  /** Skips the test, saying why, where pods cannot be run. */
  static void assumePossible() {
    assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
    assumeTrue(Files.isExecutable(BUSYBOX), "needs /bin/busybox (package busybox-static)");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/unshare")), "needs unshare (util-linux)");
    assumeTrue(Files.isExecutable(NATIVE.resolve("pod-init")), "needs pod-init to be built");
  }

  Path rootfs(String app) {
    return directory.resolve("stage1/rootfs/opt/stage2").resolve(app).resolve("rootfs");
  }

  Path upper(String app) {
    return directory.resolve("overlay").resolve(app).resolve("upper");
  }

  Path image() {
    return directory.resolve("image");
  }

  static AppPlan plan(String name, String... arguments) {
    return new AppPlan(
        new AcName(name),
        List.of(arguments),
        List.of("/usr/bin", "/bin"),
        List.of("PATH=/usr/bin:/bin", "AC_APP_NAME=" + name),
        "/",
        0,
        0,
        List.of(),
        DEFAULT_CAPABILITIES,
        false,
        Bytes.EMPTY,
        Integer.MIN_VALUE,
        false,
        List.of(),
        List.of(),
        List.of(),
        StandardStreams.DEFAULT);
  }

  TestPod app(String name, String script) {
    return app(plan(name, "/bin/sh", "-c", script), CgroupPlan.NONE);
  }

  TestPod app(AppPlan plan, CgroupPlan cgroups, MountOp... more) {
    String name = plan.name().value();
    List<MountOp> mounts = new ArrayList<>();
    mounts.add(
        new MountOp.Overlay(
            image().toString(),
            upper(name).toString(),
            directory.resolve("overlay").resolve(name).resolve("work").toString(),
            true));
    mounts.add(new MountOp.FileSystem("tmpfs", "/dev", MountOp.NO_SUID, "mode=755"));
    mounts.add(new MountOp.Device("/dev/null", CHARACTER, 0x103));
    mounts.add(new MountOp.Device("/dev/zero", CHARACTER, 0x105));
    mounts.add(new MountOp.Device("/dev/tty", CHARACTER, 0x500));
    mounts.add(new MountOp.BindFromPod("dev/pts", "/dev/pts", 0));
    mounts.add(new MountOp.Symlink("pts/ptmx", "/dev/ptmx"));
    mounts.add(new MountOp.BindFromPod("proc", "/proc", MountOp.RECURSIVE));
    mounts.addAll(List.of(more));
    sandboxes.add(
        new AppSandbox(
            plan.name(),
            rootfs(name).toString(),
            mounts,
            false,
            cgroups,
            directory.resolve("logs").resolve(name).toString(),
            "",
            directory.resolve("stage1/rootfs/rkt/status").resolve(name).toString()));
    apps.add(plan);
    return this;
  }

  SandboxPlan sandbox() {
    List<MountOp> mounts =
        List.of(
            new MountOp.SelfBind(),
            new MountOp.FileSystem("proc", "/proc", 14, ""),
            new MountOp.Mask("/proc/meminfo"),
            new MountOp.Mask("/proc/tty"),
            new MountOp.Mask("/proc/no-such-file"),
            new MountOp.ReadOnly("/proc/sys", MountOp.OPTIONAL | MountOp.RECURSIVE),
            new MountOp.ReadOnly("/proc/no-such-file", MountOp.OPTIONAL),
            new MountOp.FileSystem(
                "devpts", "/dev/pts", 10, "newinstance,ptmxmode=0666,mode=0620,gid=5"));
    return change.apply(
        new SandboxPlan(
            Uuid.parse("6733c4e4-a1d4-4bfc-9a1c-2f1f4f4c1d11"),
            "pod-host",
            directory.toString(),
            directory.resolve("stage1/rootfs").toString(),
            new NetworkPlan.LoopbackOnly(),
            false,
            mounts,
            CgroupPlan.NONE,
            directory.resolve("stage1/rootfs/rkt/supervisor-status").toString(),
            false,
            false,
            2000,
            IdRange.NONE,
            LogLimits.DEFAULT,
            sandboxes));
  }

  /** Lays the pod out on disk. */
  TestPod prepare() throws IOException {
    Files.createDirectories(image().resolve("bin"));
    for (String dir : List.of("proc", "tmp", "etc", "usr/bin", "home")) {
      Files.createDirectories(image().resolve(dir));
    }
    Files.copy(BUSYBOX, image().resolve("bin/busybox"));
    for (String applet :
        List.of("sh", "cat", "sleep", "id", "ls", "mknod", "head", "grep", "tr", "true")) {
      Files.createSymbolicLink(image().resolve("bin").resolve(applet), Path.of("busybox"));
    }
    for (AppSandbox app : sandboxes) {
      Files.createDirectories(Path.of(app.rootfs()));
      Files.createDirectories(upper(app.name().value()));
      Files.createDirectories(directory.resolve("overlay").resolve(app.name().value() + "/work"));
    }
    return this;
  }

  /** Starts pod-init; its standard error and output go to files. */
  Process start() throws IOException {
    return start("");
  }

  /** Starts pod-init with more redirections of the shell. */
  Process start(String redirections) throws IOException {
    return launch("</dev/null" + redirections, List.of());
  }

  /**
   * Starts pod-init with system calls failing as on a kernel that does not have them, and with a
   * descriptor that nobody asked for.
   */
  Process startWithout(String calls) throws IOException {
    String trace = directory.resolve("trace").toString();
    return launch(
        "</dev/null 9</dev/null",
        List.of("strace", "-f", "-o", trace, "-e", "inject=" + calls + ":error=ENOSYS"));
  }

  /** Starts pod-init on a terminal whose keyboard is the process's output stream. */
  Process startOnTerminal() throws IOException {
    Path plan = directory.resolve("plan");
    Files.write(plan, PodInitPlan.write(sandbox(), apps));
    Path script = directory.resolve("script");
    Files.writeString(
        script,
        "exec unshare -m " + NATIVE.resolve("pod-init") + " run 3 4 3<" + plan + " 4<" + directory);
    return process(List.of("/usr/bin/script", "-qec", "/bin/sh " + script, "/dev/null"));
  }

  private Process launch(String redirections, List<String> wrapper) throws IOException {
    Path plan = directory.resolve("plan");
    Files.write(plan, PodInitPlan.write(sandbox(), apps));
    List<String> command = new ArrayList<>(List.of("/usr/bin/unshare", "-m"));
    command.addAll(wrapper);
    command.addAll(
        List.of(
            "/bin/sh",
            "-c",
            "exec \"$0\" run 3 4 3<\"$1\" 4<\"$2\" " + redirections,
            NATIVE.resolve("pod-init").toString(),
            plan.toString(),
            directory.toString()));
    return process(command);
  }

  private Process process(List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .redirectOutput(directory.resolve("stdout").toFile())
        .redirectError(directory.resolve("stderr").toFile())
        .start();
  }

  /** Runs the pod to its end; its exit status. */
  int run() throws IOException, InterruptedException {
    return await(prepare().start());
  }

  int await(Process process) throws InterruptedException, IOException {
    if (!process.waitFor(120, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("pod does not end; " + stderr());
    }
    return process.exitValue();
  }

  String stdout() throws IOException {
    return read(directory.resolve("stdout"));
  }

  String stderr() throws IOException {
    return read(directory.resolve("stderr"));
  }

  String log(String app) throws IOException {
    return read(directory.resolve("logs").resolve(app));
  }

  /** The texts of an app's log, without time and stream. */
  List<String> lines(String app) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line : log(app).split("\n", -1)) {
      if (!line.isEmpty()) {
        lines.add(line.substring(line.indexOf(' ', line.indexOf(' ') + 1) + 3));
      }
    }
    return lines;
  }

  String status(String app) throws IOException {
    return read(directory.resolve("stage1/rootfs/rkt/status").resolve(app));
  }

  String reason(String app) throws IOException {
    return status(app + ".reason");
  }

  boolean ready() {
    return Files.isSymbolicLink(directory.resolve("stage1/rootfs/rkt/supervisor-status"));
  }

  static void await(BooleanSupplier condition) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > until) {
        throw new AssertionError("waited in vain");
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  /** Runs {@code pod-init enter} with standard streams that are not a terminal. */
  Entered enter(String app, String... command) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>();
    arguments.add(NATIVE.resolve("pod-init").toString());
    arguments.addAll(List.of("enter", directory.toString(), app, "--"));
    arguments.addAll(List.of(command));
    Process process = new ProcessBuilder(arguments).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return new Entered(process.waitFor(), output);
  }

  record Entered(int status, String output) {}

  static String read(Path file) throws IOException {
    return Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
  }
}
