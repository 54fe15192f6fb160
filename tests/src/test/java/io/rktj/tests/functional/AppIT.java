// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.conformance.InEachFlavour;
import io.rktj.tests.conformance.InNameSpacesOnly;
import io.rktj.tests.kit.Flavour;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktProcess;
import io.rktj.tests.kit.RktRunner.RktResult;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pods whose apps come and go ({@code spec/rkt-cli.md} section 4.18). */
@Needs(Requirement.PODS)
class AppIT {
  private static final String SERVER = "echo up; trap 'exit 0' TERM; while :; do sleep 0.1; done";

  private static final String UNSIGNED = "--insecure-options=image";

  @TempDir Path temp;
  private RktRunner rkt;
  private final List<RktProcess> sandboxes = new ArrayList<>();

  @BeforeEach
  void dataDirectory() {
    rkt = Rkt.in(temp);
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    for (RktProcess sandbox : sandboxes) {
      sandbox.process().destroy();
      sandbox.await(60);
    }
    rkt.run("gc", "--grace-period=0s").exits(0);
    assertThat(Rkt.filesBelow(rkt.data().resolve("pods"))).isEmpty();
    assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(temp.toString());
  }

  private String sandbox(Flavour flavour, String... flags) throws IOException {
    List<String> line = new ArrayList<>(List.of("app", "sandbox", "--net=none"));
    line.add(Rkt.flavour(temp, flavour));
    line.add("--uuid-file-save=" + temp.resolve("uuid"));
    line.addAll(List.of(flags));
    RktProcess pod = rkt.start(line.toArray(new String[0]));
    sandboxes.add(pod);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!Files.exists(temp.resolve("uuid")) || Files.size(temp.resolve("uuid")) < 36) {
      assertThat(pod.process().isAlive()).as(pod.stderr()).isTrue();
      assertThat(System.nanoTime()).isLessThan(deadline);
    }
    String uuid = Files.readString(temp.resolve("uuid"));
    rkt.run("status", "--wait-ready=60s", uuid).exits(0).stdoutHas("state=running");
    return uuid;
  }

  private void image(String name, String script) {
    Path aci = TestImage.named("example.com/" + name).script(script).write(temp.resolve("images"));
    rkt.run(UNSIGNED, "fetch", aci.toString()).exits(0);
  }

  private RktProcess pod() {
    return sandboxes.get(sandboxes.size() - 1);
  }

  private String status(String uuid, String app) {
    return rkt.run("app", "status", uuid, "--app=" + app).exits(0).stdout();
  }

  private void awaitStatus(String uuid, String app, String text) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    String status = status(uuid, app);
    while (!status.contains(text)) {
      assertThat(System.nanoTime()).as(status).isLessThan(deadline);
      status = status(uuid, app);
    }
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers({
    "cli-4.18-sandbox",
    "cli-4.18-add",
    "cli-4.18-start",
    "cli-4.18-stop",
    "cli-4.18-rm",
    "cli-4.18-list",
    "cli-4.18-status",
    "cli-4.18-exec",
    "run-15-stays"
  })
  void anAppIsAddedStartedStoppedAndRemoved(Flavour flavour) throws IOException {
    image("server", SERVER);
    String uuid = sandbox(flavour);
    assertThat(rkt.run("app", "list", uuid).exits(0).stdout()).isEqualTo("NAME\tSTATE\n");

    rkt.run(UNSIGNED, "app", "add", uuid, "example.com/server", "--name=one").exits(0);
    assertThat(rkt.run("app", "list", "--no-legend", uuid).exits(0).stdout())
        .isEqualTo("one\tcreated\n");
    assertThat(status(uuid, "one")).contains("name=one\n", "state=created\n", "created_at=");
    if (flavour == Flavour.NSPAWN) {
      assertThat(pod().process().descendants()).hasSize(1);
    }

    rkt.run("app", "start", uuid, "--app=one").exits(0);
    pod().awaitStdout("up", 30);
    assertThat(status(uuid, "one")).contains("state=running\n", "started_at=");
    assertThat(rkt.run("app", "exec", "--app=one", uuid, "/bin/sh", "-c", "exit 6").exit())
        .isEqualTo(6);

    assertThat(rkt.run("app", "status", uuid, "--app=one", "--format=json").exits(0).stdout())
        .startsWith("{\"name\":\"one\",\"state\":\"running\",\"created_at\":")
        .endsWith("}\n");

    rkt.run("app", "stop", uuid, "--app=one").exits(0);
    assertThat(status(uuid, "one")).contains("state=exited\n", "exit_code=0\n", "finished_at=");
    rkt.run("app", "stop", uuid, "--app=one").exits(0).stderrHas("app \"one\" is not running");

    rkt.run("app", "rm", uuid, "--app=one").exits(0);
    assertThat(rkt.run("app", "list", "--no-legend", uuid).exits(0).stdout()).isEmpty();
    Path pod = rkt.data().resolve("pods/run/" + uuid);
    assertThat(pod.resolve("appsinfo")).isEmptyDirectory();
    assertThat(pod.resolve("stage1/rootfs/opt/stage2")).isEmptyDirectory();
    assertThat(pod.resolve("stage1/rootfs/rkt/status")).isEmptyDirectory();
    assertThat(rkt.run("status", uuid).exits(0).stdout()).contains("state=running");
    rkt.run("stop", uuid).exits(0);
    pod().await(60).exits(0);
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers({"cli-4.18-start", "run-15-stays", "run-15-again"})
  void aStoppedAppStartsAgainWithItsFiles(Flavour flavour) throws IOException {
    image("counter", "echo x >>/state; wc -l </state; exit 3");
    String uuid = sandbox(flavour);
    rkt.run(UNSIGNED, "app", "add", uuid, "example.com/counter").exits(0);
    rkt.run("app", "start", uuid, "--app=counter").exits(0);
    awaitStatus(uuid, "counter", "exit_code=3");
    rkt.run("app", "start", uuid, "--app=counter").exits(0);
    awaitStatus(uuid, "counter", "exit_code=3");
    pod().awaitStdout("]: 2\n", 20);
    assertThat(rkt.run("status", uuid).exits(0).stdout()).contains("state=running");

    rkt.run("app", "rm", uuid, "--app=counter").exits(0);
    rkt.run(UNSIGNED, "app", "add", uuid, "example.com/counter").exits(0);
    rkt.run("app", "start", uuid, "--app=counter").exits(0);
    awaitStatus(uuid, "counter", "exit_code=3");
    assertThat(pod().stdout().lines().filter(line -> line.endsWith("]: 1")).count()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers({"cli-4.18-add", "cli-3.1-mnt-volume"})
  void addedAppsShareThePodButNotTheirRoots(Flavour flavour) throws IOException {
    image("server", SERVER);
    String uuid = sandbox(flavour, "--hostname=shared");
    Files.createDirectories(temp.resolve("volume"));
    Files.writeString(temp.resolve("volume/file"), "of the host");
    String volume = "kind=host,readOnly=true,source=" + temp.resolve("volume") + ",target=/data";
    for (String name : List.of("one", "two")) {
      rkt.run(
              UNSIGNED,
              "app",
              "add",
              uuid,
              "example.com/server",
              "--name=" + name,
              "--mnt-volume=v" + name + "," + volume,
              "--memory=64M",
              "--user-label=k=" + name)
          .exits(0);
      rkt.run("app", "start", uuid, "--app=" + name).exits(0);
    }
    assertThat(in(uuid, "one", "hostname; cat /data/file; touch /data/x; touch /mine; ls /"))
        .contains("shared\n", "of the host", "mine")
        .doesNotContain(temp.toString());
    assertThat(in(uuid, "two", "ls /")).doesNotContain("mine");
    assertThat(in(uuid, "one", "ps")).contains("sleep");
    assertThat(in(uuid, "one", "cat /proc/self/mountinfo; ls /proc/1 2>&1"))
        .doesNotContain("/pods/run/" + uuid + " ");
    assertThat(temp.resolve("volume/x")).doesNotExist();
    assertThat(status(uuid, "one"))
        .contains("mounts=" + temp.resolve("volume") + ":/data:(read_only:true)\n", "k:one");
    if (flavour == Flavour.NSPAWN) {
      long app = Pods.appOf(pod(), "sleep");
      assertThat(Files.readString(Path.of("/proc/" + app + "/cgroup"))).contains(".service");
    }
    rkt.run("app", "rm", uuid, "--app=one").exits(0);
    assertThat(in(uuid, "two", "cat /data/file")).contains("of the host");
  }

  private String in(String uuid, String app, String script) {
    return rkt.run("app", "exec", "--app=" + app, uuid, "/bin/sh", "-c", script).stdout();
  }

  @Test
  @InNameSpacesOnly("decided before a pod is asked")
  @Covers({"cli-4.18-refuses", "cli-4.18-flavour"})
  void wrongRequestsAreRefusedAndLeaveNothing() throws IOException {
    image("server", SERVER);
    String uuid = sandbox(Flavour.NSPAWN);
    rkt.run(UNSIGNED, "app", "add", uuid, "example.com/server").exits(0);
    rkt.run(UNSIGNED, "app", "add", uuid, "example.com/server")
        .exits(254)
        .stderrHas("error: multiple apps with name server");
    rkt.run(UNSIGNED, "app", "add", uuid, "example.com/server", "--name=a", "example.com/server")
        .exits(254)
        .stderrHas("must give only one app");
    rkt.run(UNSIGNED, "app", "add", uuid, "example.com/absent").exits(254);
    rkt.run(UNSIGNED, "app", "add", uuid, "example.com/server", "--name=b", "--user=nobody-here")
        .exits(254);
    rkt.run("app", "start", uuid, "--app=x").exits(254).stderrHas("nonexistent app \"x\"");
    rkt.run("app", "stop", uuid, "--app=x").exits(254).stderrHas("nonexistent app \"x\"");
    rkt.run("app", "rm", uuid, "--app=x").exits(254).stderrHas("nonexistent app \"x\"");
    rkt.run("app", "status", uuid, "--app=x").exits(1).stderrHas("nonexistent app \"x\"");
    rkt.run("app", "list", "00000000").exits(1).stderrHas("no matches found");
    assertThat(rkt.run("app", "list", "--no-legend", uuid).stdout()).isEqualTo("server\tcreated\n");
    rkt.run("app", "sandbox", "example.com/server").exits(1);
    rkt.run("app", "sandbox", "--stage1-name=rktj.io/stage1-fly")
        .exits(1)
        .stderrHas("does not support mutable pods");
  }

  @Test
  @InNameSpacesOnly("decided before a pod is asked")
  @Covers("cli-4.18-immutable")
  void onlyMutablePodsTakeApps() {
    image("server", SERVER);
    RktProcess run = rkt.start(UNSIGNED, "run", "--net=none", "example.com/server");
    run.awaitStdout("up", 60);
    String uuid = rkt.run("list", "--full", "--no-legend").stdout().substring(0, 36);
    rkt.run(UNSIGNED, "app", "add", uuid, "example.com/server", "--name=two")
        .exits(254)
        .stderrHas("cannot add application: immutable pod");
    rkt.run("app", "stop", uuid, "--app=server").exits(254).stderrHas("immutable pod");
    run.process().destroy();
    run.await(60);
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers("cli-4.18-start-fails")
  void anAppThatCannotBeExecutedFailsToStart(Flavour flavour) throws IOException {
    image("server", SERVER);
    String uuid = sandbox(flavour);
    rkt.run(
            UNSIGNED,
            "app",
            "add",
            uuid,
            "example.com/server",
            "--name=broken",
            "--working-dir=/nowhere")
        .exits(0);
    rkt.run("app", "start", uuid, "--app=broken")
        .exits(254)
        .stderrHas("\"broken\" failed to start");
    assertThat(status(uuid, "broken")).contains("state=exited", "exit_code=200");
    rkt.run("app", "rm", uuid, "--app=broken").exits(0);
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers("cli-4.18-rm")
  void aKilledAddLeavesAnAppThatCanBeRemovedOrNone(Flavour flavour) throws Exception {
    image("server", SERVER);
    String uuid = sandbox(flavour);
    for (int i = 0; i < 8; i += flavour == Flavour.KVM ? 3 : 1) {
      RktProcess add = rkt.start(UNSIGNED, "app", "add", uuid, "example.com/server");
      Thread.sleep(100 + 60 * i);
      add.process().destroyForcibly().waitFor();
      RktResult list = rkt.run("app", "list", "--no-legend", uuid).exits(0);
      if (!list.stdout().isEmpty()) {
        rkt.run("app", "rm", uuid, "--app=server").exits(0);
      }
      rkt.run(UNSIGNED, "app", "add", uuid, "example.com/server").exits(0);
      rkt.run("app", "start", uuid, "--app=server").exits(0);
      rkt.run("app", "rm", uuid, "--app=server").exits(0);
    }
  }

  @Test
  @InNameSpacesOnly("what a killed machine leaves, MachineIT shows")
  @Covers("cli-4.18-rm")
  void aKilledPodCanBeCleanedUp() throws Exception {
    image("server", SERVER);
    String uuid = sandbox(Flavour.NSPAWN);
    rkt.run(UNSIGNED, "app", "add", uuid, "example.com/server", "--memory=64M").exits(0);
    rkt.run("app", "start", uuid, "--app=server").exits(0);
    long app = Pods.appOf(pod(), "sleep");
    Path group = Pods.group(Pods.cgroupsOf(app), "memory");
    assertThat(group).exists();
    pod().process().destroyForcibly().waitFor();
    Pods.awaitGone(app);
    rkt.run("app", "rm", uuid, "--app=server").exits(0);
    assertThat(rkt.run("app", "list", "--no-legend", uuid).exits(0).stdout()).isEmpty();
    rkt.run("gc", "--grace-period=0s").exits(0);
    assertThat(group).doesNotExist();
  }

  @Test
  @InNameSpacesOnly("in a machine all roots are overlays")
  void copiedRootsWorkAsOverlaysDo() throws IOException {
    image("server", SERVER);
    String uuid = sandbox(Flavour.NSPAWN, "--no-overlay");
    rkt.run(
            UNSIGNED,
            "app",
            "add",
            uuid,
            "example.com/server",
            "--",
            "/bin/sh",
            "-c",
            "echo own; sleep 99")
        .exits(0);
    rkt.run("app", "start", uuid, "--app=server").exits(0);
    assertThat(in(uuid, "server", "grep ' / / ' /proc/self/mountinfo")).doesNotContain("overlay");
    rkt.run("app", "rm", uuid, "--app=server").exits(0);
  }

  @Test
  @InNameSpacesOnly("decided before a pod is asked")
  @Covers("cli-1.4-app")
  void theExperimentCanBeSwitchedOff() {
    rkt.with("RKT_EXPERIMENT_APP", "false");
    rkt.run("app", "list", "x").exits(254).stderrHas("unknown command \"app\" for \"rkt\"");
  }
}
