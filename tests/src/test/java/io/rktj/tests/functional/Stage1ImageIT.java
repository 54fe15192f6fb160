// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktProcess;
import io.rktj.tests.kit.RktRunner.RktResult;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A stage1 of somebody else's, as an image: shell scripts that keep rkt's interface, note how they
 * are called, and run the program {@code /app.sh} of each app.
 */
@Needs(Requirement.PODS)
class Stage1ImageIT {
  private static final String ENTRY = "coreos.com/rkt/stage1/";
  private static final List<String> ALL =
      List.of("run", "enter", "gc", "stop", "app/add", "app/rm", "app/start", "app/stop", "attach");

  @TempDir Path temp;
  private RktRunner rkt;

  @BeforeEach
  void open() {
    rkt = RktRunner.in(temp).with("SEEN", temp.toString());
  }

  /** The image, with these entry points only. */
  private Path stage1(String name, int version, List<String> entries, String... more) {
    TestImage image =
        TestImage.named(name)
            .directory("rkt")
            .directory("rkt/status")
            .directory("rkt/env")
            .directory("opt")
            .directory("opt/stage2");
    List<String> annotations = new ArrayList<>(List.of(more));
    for (String entry : entries) {
      String file = entry.replace('/', '-');
      image.tar().program("rootfs/" + file, script(crosses(entry) ? "app" : entry));
      annotations.add(annotation(ENTRY + entry, "/" + file));
    }
    if (version > 0) {
      annotations.add(annotation(ENTRY + "interface-version", Integer.toString(version)));
    }
    image.manifest("\"annotations\":[" + String.join(",", annotations) + "]");
    return image.write(temp.resolve("stages"));
  }

  private static boolean crosses(String entry) {
    return entry.startsWith("app/") || entry.equals("attach");
  }

  private Path stage1(int version) {
    return stage1("example.com/stage1", version, ALL);
  }

  private static String annotation(String name, String value) {
    return "{\"name\":\"" + name + "\",\"value\":\"" + value + "\"}";
  }

  private static byte[] script(String name) {
    try (InputStream script = Stage1ImageIT.class.getResourceAsStream("stage1/" + name)) {
      return script.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path app(String script) {
    return TestImage.named("example.com/app")
        .file("app.sh", script)
        .exec("/bin/sh", "/app.sh")
        .write(temp.resolve("images"));
  }

  private String[] line(String command, String... rest) {
    List<String> line = new ArrayList<>(List.of("--insecure-options=image", command));
    line.addAll(List.of(rest));
    return line.toArray(new String[0]);
  }

  private Path pod(String state) throws IOException {
    try (var pods = Files.list(rkt.data().resolve("pods/" + state))) {
      return pods.findFirst().orElseThrow();
    }
  }

  private List<String> seen(Path file) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!Files.exists(file) && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    return Files.readAllLines(file);
  }

  @Covers({
    "cli-10-entry",
    "cli-10-lock",
    "cli-10-files",
    "cli-10-status",
    "run-21-selinux",
    "cli-1.4-selinux"
  })
  @ParameterizedTest
  @CsvSource({"'', overlay", "--no-overlay, copy"})
  void everyEntryPointOfAPodFindsWhatRktPromises(String flag, String roots) throws IOException {
    Path aci = app("echo up; readlink /etc/mtab; cat /etc/passwd >/kept; read line; exit 3");
    List<String> words = new ArrayList<>(List.of("--net=none", "--stage1-path=" + stage1(6)));
    words.addAll(List.of("--dns=192.0.2.1", "--hosts-entry=192.0.2.7=db"));
    words.addAll(flag.isEmpty() ? List.of() : List.of(flag));
    words.add(aci.toString());
    RktProcess pod = rkt.start(line("run", words.toArray(new String[0])));
    pod.awaitStdout("../proc/self/mounts", 60);
    Path directory = pod("run");
    String uuid = directory.getFileName().toString();
    assertThat(directory.resolve("stage1/manifest")).exists();
    assertThat(directory.resolve("stage1TreeStoreID")).content().startsWith("sha512-");
    assertThat(directory.resolve("pid")).hasContent(pod.pid() + "\n");
    assertThat(Path.of("/proc/self/mountinfo")).content().doesNotContain(directory.toString());
    assertThat(Files.exists(directory.resolve("stage1/rootfs/run")))
        .isEqualTo(roots.equals("copy"));
    List<String> seen = seen(directory.resolve("seen-run"));
    assertThat(seen.get(0))
        .startsWith("argv0 " + rkt.data() + "/cas/tree/")
        .endsWith("/rootfs/run");
    assertThat(seen.subList(1, seen.size()))
        .containsExactly(
            "word --net=none",
            "word --local-config=" + rkt.localConfig(),
            "word --dns-conf-mode=resolv=stage0,hosts=stage0",
            "word " + uuid,
            directory.toString(),
            directory.toString(),
            "RKT_SELINUX_CONTEXT=",
            "RKT_SELINUX_MOUNT_CONTEXT=",
            "manifest",
            "rootfs",
            "192.0.2.7 db",
            "nameserver 192.0.2.1");

    // the pod has changed its own enter: it is not what runs on the host
    rkt.run("enter", uuid, "/bin/cat", "/kept").exits(0).stdoutHas("root:x:0:0");
    rkt.run("enter", uuid, "/bin/sh", "-c", "exit 7").exits(7);
    rkt.run("list", "--no-legend").exits(0).stdoutHas("running");

    try (var input = pod.process().getOutputStream()) {
      input.write('\n');
    }
    pod.await(60).exits(3);
    rkt.run("status", uuid).exits(0).stdoutHas("state=exited").stdoutHas("app-app=3");
    Path copy = temp.resolve("copy.aci");
    rkt.run("export", uuid, copy.toString()).exits(0);
    rkt.run("gc", "--grace-period=0s").exits(0);
    assertThat(Files.readAllLines(temp.resolve("gc")))
        .containsExactly("--local-config=" + rkt.localConfig(), uuid, "3");
    assertThat(Rkt.filesBelow(rkt.data().resolve("pods"))).isEmpty();
    assertThat(Path.of("/proc/self/mountinfo")).content().doesNotContain(rkt.data().toString());
  }

  @Covers({"cli-10-entry", "cli-10-lock"})
  @Test
  void stopIsTheImages() throws IOException {
    RktProcess pod =
        rkt.start(
            line(
                "run",
                "--net=none",
                "--stage1-path=" + stage1(6),
                app("echo up; sleep 60").toString()));
    pod.awaitStdout("up", 60);
    Path directory = pod("run");
    String uuid = directory.getFileName().toString();
    long app = Pods.appOf(pod, "sleep");
    rkt.run("stop", "--force", uuid).exits(0).stdoutHas("\"" + uuid + "\"");
    assertThat(seen(directory.resolve("seen-stop"))).containsExactly("--force", uuid);
    pod.await(60).exits(143);
    // the app was left, and with it the lock
    rkt.run("status", uuid).exits(0).stdoutHas("state=running");
    ProcessHandle.of(app).ifPresent(ProcessHandle::destroyForcibly);
    rkt.run("status", "--wait=30s", uuid).exits(0).stdoutHas("state=exited");
  }

  @Covers("cli-10-entry")
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | ",
        "1 | ",
        "2 | --hostname=H",
        "3 | --hostname=H --disable-capabilities-restriction --disable-paths --disable-seccomp",
        "4 | --hostname=H --dns-conf-mode=resolv=none,hosts=default"
            + " --disable-capabilities-restriction --disable-paths --disable-seccomp",
        "6 | --hostname=H --dns-conf-mode=resolv=none,hosts=default"
            + " --disable-capabilities-restriction --disable-paths --disable-seccomp --ipc=parent",
      })
  void argumentsAreThoseOfTheInterfaceVersion(int version, String expected) throws IOException {
    RktResult result =
        rkt.run(
            "--insecure-options=image,all-run",
            "--debug",
            "run",
            "--net=one:IP=192.0.2.7,two",
            "--hostname=H",
            "--dns=none",
            "--ipc=parent",
            "--stage1-path=" + stage1(version),
            app("exit 0").toString());
    result.exits(0);
    List<String> words = new ArrayList<>();
    for (String line : seen(pod("run").resolve("seen-run"))) {
      if (line.startsWith("word ")) {
        words.add(line.substring(5));
      }
    }
    List<String> wanted =
        new ArrayList<>(
            List.of(
                "--debug", "--net=one:IP=192.0.2.7,two", "--local-config=" + rkt.localConfig()));
    if (expected != null) {
      wanted.addAll(List.of(expected.split(" ", -1)));
    }
    wanted.add(pod("run").getFileName().toString());
    assertThat(words).isEqualTo(wanted);
    assertThat(result.stderr().contains("--hostname option is not supported by stage1"))
        .isEqualTo(version < 2);
    assertThat(result.stderr().contains("--ipc option is not supported by stage1"))
        .isEqualTo(version < 6);
    rkt.run("gc", "--grace-period=0s").exits(0);
    assertThat(
            Files.readAllLines(temp.resolve("gc")).contains("--local-config=" + rkt.localConfig()))
        .isEqualTo(version >= 5);
  }

  @Covers("cli-10-crossing")
  @ParameterizedTest
  @ValueSource(strings = {"--no-overlay=false", "--no-overlay"})
  void mutablePodIsChangedThroughCrossingEntryPoints(String roots) throws IOException {
    RktProcess pod =
        rkt.start(line("app", "sandbox", "--net=none", roots, "--stage1-path=" + stage1(6)));
    Path directory = awaitPod();
    String uuid = directory.getFileName().toString();
    rkt.run("status", "--wait-ready=60s", uuid).exits(0);
    rkt.run(line("fetch", app("echo up; exit 4").toString())).exits(0);

    rkt.run(line("app", "add", uuid, "example.com/app", "--name=one")).exits(0);
    String tree = rkt.data() + "/cas/tree/";
    List<String> added = seen(directory.resolve("seen-app-add"));
    assertThat(added.subList(0, 4))
        .containsExactly("app-add", "--debug=false", "--uuid=" + uuid, "--app=one");
    assertThat(added.get(4)).startsWith("PATH=");
    assertThat(added.get(5)).isEqualTo("RKT_STAGE1_ENTERAPP=one");
    assertThat(added.get(6)).startsWith("RKT_STAGE1_ENTERCMD=" + tree).endsWith("/enter");
    assertThat(added.subList(7, added.size())).containsExactly("RKT_STAGE1_ENTERPID=" + pod.pid());
    rkt.run("app", "list", "--no-legend", uuid).exits(0).stdoutHas("one\tcreated");

    rkt.run("app", "start", uuid, "--app=one").exits(0);
    assertThat(seen(directory.resolve("seen-crossing"))).containsExactly("echo up; exit 4");
    assertThat(seen(directory.resolve("seen-app-start")).subList(0, 3))
        .containsExactly("app-start", "--debug=false", "--app=one");
    rkt.run("app", "status", uuid, "--app=one")
        .exits(0)
        .stdoutHas("state=exited")
        .stdoutHas("exit_code=4");
    rkt.run("app", "stop", uuid, "--app=one").exits(0);
    rkt.run("app", "rm", uuid, "--app=one").exits(0);
    assertThat(seen(directory.resolve("seen-app-rm")).get(0)).isEqualTo("app-rm");
    assertThat(rkt.run("app", "list", "--no-legend", uuid).exits(0).stdout()).isEmpty();
    String[] streams = {"--stdin=stream", "--stdout=stream", "--stderr=tty"};
    rkt.run(
            line(
                "app",
                "add",
                uuid,
                "example.com/app",
                "--name=one",
                streams[0],
                streams[1],
                streams[2]))
        .exits(0);
    rkt.run("attach", "--mode=stdin,stdout", uuid).exits(0);
    assertThat(seen(directory.resolve("seen-attach")).subList(0, 10))
        .containsExactly(
            "attach",
            "--action=custom-attach",
            "--tty-in=false",
            "--tty-out=false",
            "--stdin=true",
            "--stdout=true",
            "--stderr=false",
            "--app=one",
            "--debug=false",
            added.get(4));
    rkt.run("attach", "--mode=tty", uuid).exits(0);
    assertThat(seen(directory.resolve("seen-attach"))).contains("--tty-out=true", "--stdout=false");
    rkt.run("attach", "--mode=list", uuid).exits(0);
    assertThat(seen(directory.resolve("seen-attach")).get(1)).isEqualTo("--action=list");
    rkt.run("enter", "--app=one", uuid, "/bin/cat", "/app.sh").exits(0).stdoutHas("exit 4");

    misledBy(directory, uuid);
    rkt.run("stop", uuid).exits(0);
    pod.await(60).exits(0);
    rkt.run("app", "rm", uuid, "--app=one").exits(0);
    rkt.run("rm", uuid).exits(0);
    assertThat(Rkt.filesBelow(rkt.data().resolve("pods"))).isEmpty();
  }

  /** A pod that has put a link where stage0 writes: nothing outside of the pod is touched. */
  private void misledBy(Path directory, String uuid) throws IOException {
    Path outside = Files.createDirectories(temp.resolve("outside"));
    Files.writeString(outside.resolve("one"), "kept");
    Path root = directory.resolve("stage1/rootfs");
    if (!Files.exists(root.resolve("rkt"))) {
      try (var layers = Files.walk(directory.resolve("overlay"), 3)) {
        root = layers.filter(p -> Files.exists(p.resolve("rkt/status"))).findFirst().orElseThrow();
      }
    }
    Files.move(root.resolve("rkt/status"), root.resolve("rkt/away"));
    Files.createSymbolicLink(root.resolve("rkt/status"), outside);
    rkt.run("app", "start", uuid, "--app=one").exits(254).isTidy();
    assertThat(Rkt.filesBelow(outside)).containsExactly("one");
  }

  private Path awaitPod() throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    Path run = rkt.data().resolve("pods/run");
    while (System.nanoTime() < deadline) {
      if (Files.isDirectory(run)) {
        try (var pods = Files.list(run)) {
          var pod = pods.findFirst();
          if (pod.isPresent()) {
            return pod.get();
          }
        }
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("no pod appeared");
  }

  @Test
  void preparedPodKeepsItsStage1EvenWhenTheImageIsGone() throws IOException {
    String uuid =
        rkt.run(line("prepare", "--stage1-path=" + stage1(6), app("echo up").toString()))
            .exits(0)
            .stdout()
            .strip();
    rkt.run("image", "rm", "example.com/stage1", "example.com/app").exits(0);
    rkt.run("image", "gc", "--grace-period=0s").exits(0);
    rkt.run("run-prepared", "--net=none", uuid).exits(0).stdoutHas("up");
    assertThat(seen(pod("run").resolve("seen-run"))).contains("word --net=none");
  }

  @Test
  void killedPodLeavesNothingMounted() throws IOException, InterruptedException {
    RktProcess pod =
        rkt.start(
            line(
                "run",
                "--net=none",
                "--stage1-path=" + stage1(6),
                app("echo up; exec sleep 61").toString()));
    pod.awaitStdout("up", 60);
    long app = Pods.appOf(pod, "sleep");
    pod.signal(9);
    pod.await(20);
    ProcessHandle.of(app).ifPresent(ProcessHandle::destroyForcibly);
    Pods.awaitGone(app);
    rkt.run("gc", "--grace-period=0s").exits(0);
    assertThat(Rkt.filesBelow(rkt.data().resolve("pods"))).isEmpty();
    assertThat(Path.of("/proc/self/mountinfo")).content().doesNotContain(rkt.data().toString());
  }

  @Covers({"cli-10-missing", "cli-4.9-stage1"})
  @Test
  void missingEntryPointsAreNamed() throws IOException {
    String image = app("sleep 1").toString();
    Path none = stage1("example.com/none", 6, List.of("enter"));
    rkt.run(line("run", "--stage1-path=" + none, image))
        .exits(254)
        .isTidy()
        .stderrHas("run: error determining 'run' entrypoint: entrypoint \"run\" not found");
    Path bare = stage1("example.com/bare", 6, List.of("run"));
    rkt.run(line("app", "sandbox", "--stage1-path=" + bare))
        .exits(1)
        .stderrHas("stage1 does not support mutable pods");
    rkt.run(line("run", "--stage1-path=" + stage1("example.com/new", 7, ALL), image))
        .exits(254)
        .stderrHas("has interface version 7: 1 to 6 are known");
    assertThat(Rkt.filesBelow(rkt.data().resolve("pods"))).isEmpty();
    RktProcess pod =
        rkt.start(
            line(
                "run", "--net=none", "--stage1-path=" + bare, app("echo up; sleep 60").toString()));
    pod.awaitStdout("up", 60);
    String uuid = pod("run").getFileName().toString();
    rkt.run("stop", uuid)
        .exits(254)
        .stderrHas("rkt stop not implemented for pod's stage1: entrypoint \"stop\" not found");
    rkt.run("enter", uuid, "/bin/true").exits(254).stderrHas("entrypoint \"enter\" not found");
    long app = Pods.appOf(pod, "sleep");
    pod.process().destroy();
    pod.await(60);
    ProcessHandle.of(app).ifPresent(ProcessHandle::destroyForcibly);
    rkt.run("status", "--wait=30s", uuid).exits(0);
    rkt.run("gc", "--grace-period=0s")
        .exits(0)
        .stderrHas("problem performing stage1 GC on")
        .stderrHas("error determining 'gc' entrypoint");
    assertThat(Rkt.filesBelow(rkt.data().resolve("pods"))).isEmpty();
  }

  @Test
  @Covers("sec-1a-entry-points")
  void entryPointThatLeadsOutOfTheImageIsNotFollowed() {
    Path aci =
        TestImage.named("example.com/link")
            .symlink("run", "/bin/stage1-of-nowhere")
            .manifest("\"annotations\":[" + annotation(ENTRY + "run", "/run") + "]")
            .write(temp.resolve("stages"));
    rkt.run(line("run", "--stage1-path=" + aci, app("exit 0").toString()))
        .exits(254)
        .isTidy()
        .stderrHas("cannot run entrypoint \"run\" (\"/run\") of stage1 image \"example.com/link\"");
  }

  @Covers("cli-7-trust")
  @Test
  void isVerifiedUnlessItWasInstalledWithRkt() throws IOException {
    Path stage1 = stage1(6);
    rkt.run(line("fetch", app("echo up").toString())).exits(0);
    rkt.run("run", "--stage1-path=" + stage1, "example.com/app")
        .exits(254)
        .stderrHas("error opening signature file");
    Path installed = RktRunner.distribution().resolve("stage1-images/stage1-fly.aci");
    RktResult unsignedApp =
        rkt.run("run", "--stage1-path=" + installed, app("echo up").toString()).exits(254);
    unsignedApp.stderrHas("images/example.com-app-1.aci.asc");
    assertThat(unsignedApp.stderr()).doesNotContain("stage1-fly.aci.asc");
    String uuid =
        rkt.run(line("prepare", "--stage1-from-dir=stage1-fly.aci", "example.com/app"))
            .exits(0)
            .stdout()
            .strip();
    assertThat(Files.readSymbolicLink(rkt.data().resolve("pods/prepared/" + uuid + "/flavor")))
        .hasToString("fly");
    rkt.run("rm", uuid).exits(0);
  }

  @Test
  void ourImagesAreKnownByTheirContentNotByTheirName() throws IOException {
    String image = app("echo up").toString();
    Path ours = RktRunner.distribution().resolve("stage1-images/stage1-nspawn.aci");
    Path renamed = Files.copy(ours, temp.resolve("other.aci"));
    rkt.run(line("run", "--net=none", "--stage1-path=" + renamed, image))
        .exits(0)
        .stdoutHas("]: up");
    assertThat(pod("run").resolve("stage1TreeStoreID")).doesNotExist();
    rkt.run("gc", "--grace-period=0s").exits(0);
    String hash =
        rkt.run("image", "list", "--full", "--no-legend", "--fields=id,name")
            .exits(0)
            .stdout()
            .lines()
            .filter(l -> l.contains("stage1-nspawn"))
            .findFirst()
            .orElseThrow()
            .split("\t", 2)[0]
            .strip();
    rkt.run(line("run", "--net=none", "--stage1-hash=" + hash, image)).exits(0).stdoutHas("]: up");
    rkt.run("gc", "--grace-period=0s").exits(0);

    Path named = stage1("rktj.io/stage1-nspawn", 6, ALL);
    rkt.run(line("run", "--net=none", "--stage1-path=" + named, image)).exits(0);
    assertThat(pod("run").resolve("seen-run")).exists();
    Path forged =
        stage1(
            "example.com/forged",
            6,
            ALL,
            annotation("rktj.io/flavour", "nspawn"),
            annotation("rktj.io/pod-init", "sha512-0"));
    rkt.run(line("run", "--net=none", "--stage1-path=" + forged, image))
        .exits(254)
        .isTidy()
        .stderrHas("stage1 image \"example.com/forged\" is of another version of rkt");
  }

  @Covers("cli-7-flags")
  @Test
  void isChosenByFlagsThatExcludeEachOther() {
    String image = app("exit 0").toString();
    rkt.run("run", "--stage1-path=/x.aci", "--stage1-url=http://127.0.0.1/x", image)
        .exits(254)
        .stderrHas("flags --stage1-url and --stage1-path are mutually exclusive");
    rkt.run("prepare", "--stage1-name=a.com/x", "--stage1-name=a.com/x", image)
        .exits(254)
        .stderrHas("--stage1-name already used");
    rkt.run("run", "--stage1-hash=sha512-0123456789ab", image)
        .exits(254)
        .stderrHas("no image IDs found");
    rkt.run("run", "--stage1-url=file://" + stage1(6), image)
        .exits(254)
        .stderrHas("error opening signature file");
    rkt.run(line("fetch", stage1(6).toString())).exits(0);
    rkt.run(line("run", "--net=none", "--stage1-name=example.com/stage1:1", image)).exits(0);
    rkt.run(line("run", "--net=none", "--stage1-url=file://" + stage1(6), image)).exits(0);
  }

  @Covers("cli-7-default")
  @Test
  void isChosenByTheConfiguration() throws IOException {
    String image = app("exit 0").toString();
    Path stage1 = stage1(6);
    configure("paths", "\"stage1-images\":\"" + stage1.getParent() + "\"");
    rkt.run(line("run", "--net=none", "--stage1-from-dir=" + stage1.getFileName(), image)).exits(0);
    assertThat(pod("run").resolve("seen-run")).exists();
    rkt.run("gc", "--grace-period=0s").exits(0);

    configure("stage1", "\"name\":\"example.com/stage1\",\"version\":\"1\"");
    rkt.run(line("run", "--net=none", image)).exits(0);
    assertThat(pod("run").resolve("seen-run")).exists();
    rkt.run("gc", "--grace-period=0s").exits(0);

    configure(
        "stage1",
        "\"name\":\"example.com/stage1\",\"version\":\"2\",\"location\":\"" + stage1 + "\"");
    rkt.run(line("run", "--net=none", image)).exits(0);
    assertThat(pod("run").resolve("seen-run")).exists();
    rkt.run("gc", "--grace-period=0s").exits(0);

    configure("stage1", "\"location\":\"/nonexistent/s.aci\"");
    rkt.run(line("run", "--net=none", image))
        .exits(254)
        .isTidy()
        .stderrHas(
            "failed to fetch stage1 image and failed to fall back to stage1 image in the rkt directory");
    rkt.run(line("run", "--net=none", "--stage1-name=rktj.io/stage1-nspawn", image)).exits(0);
  }

  private void configure(String kind, String members) throws IOException {
    Path directory = Files.createDirectories(rkt.localConfig().resolve(kind + ".d"));
    Files.writeString(
        directory.resolve("a.json"),
        "{\"rktKind\":\"" + kind + "\",\"rktVersion\":\"v1\"," + members + "}",
        StandardCharsets.UTF_8);
  }
}
