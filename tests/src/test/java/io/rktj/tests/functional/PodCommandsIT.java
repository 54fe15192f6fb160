// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.spec.json.JsonCursor;
import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktProcess;
import io.rktj.tests.kit.RktRunner.RktResult;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What {@code list}, {@code status}, {@code stop}, {@code rm} and {@code gc} say, row by row of
 * {@code spec/rkt-cli.md} sections 4.6 to 4.11.
 */
@Needs(Requirement.PODS)
class PodCommandsIT {
  private static final String TIME =
      "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d{1,3})? [+-]\\d{4} \\S+";
  private static final String LOOP = "echo up; while :; do sleep 1; done";

  @TempDir Path temp;

  private RktRunner rkt;

  @BeforeEach
  void open() {
    rkt = RktRunner.in(temp);
  }

  private Path image(String script) {
    return TestImage.named("example.com/app").script(script).write(temp.resolve("images"));
  }

  private RktProcess start(String file, String script, String... flags) {
    List<String> line = new ArrayList<>(List.of("--insecure-options=image", "run", "--net=none"));
    line.add("--uuid-file-save=" + temp.resolve(file));
    line.addAll(List.of(flags));
    line.add(image(script).toString());
    return rkt.start(line.toArray(new String[0]));
  }

  private String uuid(String file) throws IOException {
    return Files.readString(temp.resolve(file));
  }

  private String exited(String file, String script) throws IOException {
    start(file, script).await(60);
    return uuid(file);
  }

  private String prepared() {
    return rkt.run("--insecure-options=image", "prepare", image("true").toString())
        .exits(0)
        .stdout()
        .strip();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "status|254|status: must provide one pod",
        "status a b|254|status: must provide one pod",
        "status zz|254|status: problem retrieving pod: no matches found for \"zz\"",
        "status --uuid-file=/none|1|status: cannot read uuid file \"/none\"",
        "status --wait=x zz|254|Error: invalid argument \"x\" for --wait=x: ",
        "status --wait-ready=1 zz|254|status: problem retrieving pod",
        "status --wait-ready=5x zz|254|Error: invalid argument \"5x\" for --wait-ready=5x: ",
        "status --format=x zz|254|Error: invalid argument \"x\" for --format=x: ",
        "list --format=x|254|Error: invalid argument \"x\" for --format=x: ",
        "list --full=x|254|Error: invalid argument \"x\" for --full=x: ",
        "stop|254|stop: must provide pods",
        "stop --uuid-file=/none|1|stop: cannot read uuid file \"/none\"",
        "stop zz yy|254|stop: failed to stop 2 pod(s)",
        "rm|254|rm: must provide pods",
        "rm --uuid-file=/none|254|rm: cannot read uuid file \"/none\"",
        "rm zz|254|rm: cannot get pod: no matches found for \"zz\"",
        "gc --grace-period=5|254|Error: invalid argument \"5\" for --grace-period=5: time: missing",
        "gc --expire-prepared=x|254|Error: invalid argument \"x\" for --expire-prepared=x: time:",
        "cat-manifest|254|cat-manifest: must provide one pod",
        "cat-manifest --uuid-file=/none|254|cat-manifest: cannot read uuid file",
        "app list|1|list: must provide the pod's UUID",
        "app list a b|1|list: must provide the pod's UUID",
        "app status a|1|status: must provide the pod's UUID, and the app by --app",
        "app start|254|start: must provide the pod's UUID",
        "app rm a|254|rm: must provide the app, by --app",
        "attach a b|254|attach: must provide a pod",
        "cat-manifest zz|254|cat-manifest: unable to resolve UUID: no matches found for \"zz\"",
      })
  @Covers({
    "cli-1-arguments",
    "cli-4.7-file",
    "cli-4.9-file",
    "cli-4.11-durations",
    "cli-6.4-uuid",
    "cli-1-arguments-app"
  })
  void wrongUseIsNamedAndHasItsStatus(String words, int status, String message) {
    rkt.run(words.split(" ", -1)).exits(status).isTidy().stderrHas(message);
  }

  @Test
  @Covers({"cli-4.10-empty", "cli-6.4-uuid"})
  void anEmptyUuidIsNoPod() {
    rkt.run("rm", "").exits(254).stderrHas("rm: cannot get pod: UUID cannot be empty");
    rkt.run("status", "").exits(254).stderrHas("problem retrieving pod: UUID cannot be empty");
    rkt.run("stop", "").exits(254).stderrHas("unable to resolve UUID: UUID cannot be empty");
  }

  @Test
  void aFileIsNoDirectoryWithoutPods() throws IOException {
    RktRunner wrong = Rkt.in(temp.resolve("wrong"));
    Files.createDirectories(wrong.data().getParent());
    Files.writeString(wrong.data(), "");
    wrong.run("list").exits(254).isTidy().stderrHas("not a directory");
    wrong.run("gc").exits(254).isTidy().stderrHas("not a directory");
  }

  @Test
  @Covers({"cli-4.6-columns", "cli-4.6-full", "cli-4.6-legend", "cli-4.6-broken"})
  void listShowsARowForEachAppAndPodsByUuid() throws IOException {
    Path aci = image("true");
    String two =
        rkt.run(
                "--insecure-options=image",
                "prepare",
                aci.toString(),
                "--name=one",
                aci.toString(),
                "--name=two")
            .exits(0)
            .stdout()
            .strip();
    String done = exited("done", "true");
    String id = rkt.run("image", "list", "--no-legend").exits(0).stdout().split("\\s", 2)[0];

    List<String> rows = rkt.run("list", "--full").exits(0).stdout().lines().toList();
    assertThat(rows.get(0).split("\t+", -1))
        .containsExactly(
            "UUID", "APP", "IMAGE NAME", "IMAGE ID", "STATE", "CREATED", "STARTED", "NETWORKS");
    assertThat(rows).hasSize(4);
    int first = two.compareTo(done) < 0 ? 1 : 2;
    assertThat(rows.get(first).split("\t+", -1))
        .startsWith(two, "one", "example.com/app:1", id, "prepared");
    assertThat(rows.get(first + 1).strip().split("\t+", -1))
        .containsExactly("two", "example.com/app:1", id);
    String[] cells = rows.get(first == 1 ? 3 : 1).split("\t+", -1);
    assertThat(cells).startsWith(done, "app", "example.com/app:1", id, "exited");
    assertThat(cells[5]).matches(TIME);
    assertThat(cells[6]).matches(TIME);

    assertThat(rkt.run("list", "--no-legend").exits(0).stdout())
        .doesNotContain("UUID", done, id)
        .contains(done.substring(0, 8), "\tnow");
    Files.writeString(rkt.data().resolve("pods/run/" + done + "/pod"), "{");
    RktResult broken = rkt.run("list", "--no-legend").exits(0);
    assertThat(broken.stderr())
        .startsWith("list: 1 error(s) encountered when listing pods:\n" + "-".repeat(40) + "\n")
        .endsWith("misc:\n  rkt's appc version: 0.8.11\n");
    assertThat(broken.stdout()).contains(two.substring(0, 8));
  }

  @Test
  @Covers({"cli-4.6-json", "cli-4.7-json", "cli-1.1-stdout", "habit-json"})
  void jsonHasSecondsForPodsAndNanosecondsForApps() throws IOException {
    assertThat(rkt.run("list", "--format=json").exits(0).stdout()).isEqualTo("null\n");
    long before = Instant.now().getEpochSecond();
    start(
            "u",
            "exit 3",
            "--volume=v,kind=host,source=/usr,readOnly=true",
            "--mount=volume=v,target=/v")
        .await(60)
        .exits(3);
    long after = Instant.now().getEpochSecond() + 1;
    String list = rkt.run("list", "--format=json").exits(0).stdout();
    String one = rkt.run("status", "--format=json", uuid("u")).exits(0).stdout();

    assertThat(list).isEqualTo("[" + one.strip() + "]\n");
    JsonCursor pod = JsonCursor.parse(one.getBytes(UTF_8), "status");
    assertThat(pod.member("name").text()).isEqualTo(uuid("u"));
    assertThat(pod.member("state").text()).isEqualTo("exited");
    assertThat(pod.member("created_at").integer(0, Long.MAX_VALUE)).isBetween(before - 1, after);
    assertThat(pod.member("started_at").integer(0, Long.MAX_VALUE)).isBetween(before - 1, after);
    assertThat(pod.list("app_names").get(0).text()).isEqualTo("app");
    JsonCursor app = pod.list("apps").get(0);
    assertThat(app.member("name").text()).isEqualTo("app");
    assertThat(app.member("state").text()).isEqualTo("exited");
    assertThat(app.member("exit_code").integer(0, 255)).isEqualTo(3);
    assertThat(app.member("image_id").text()).startsWith("sha512-");
    long finished = app.member("finished_at").integer(0, Long.MAX_VALUE);
    assertThat(finished)
        .isBetween(app.member("started_at").integer(0, Long.MAX_VALUE), after * 1_000_000_000L);
    JsonCursor mount = app.list("mounts").get(0);
    assertThat(mount.member("name").text()).isEqualTo("v");
    assertThat(mount.member("container_path").text()).isEqualTo("/v");
    assertThat(mount.member("host_path").text()).isEqualTo("/usr");
    assertThat(mount.member("read_only").bool()).isTrue();
    assertThat(rkt.run("status", "--format=json-pretty", uuid("u")).exits(0).stdout())
        .startsWith("{\n\t\"name\": \"" + uuid("u") + "\",\n\t\"state\": \"exited\",\n");
  }

  @Test
  @Covers({"cli-4.7-lines", "cli-4.7-wait", "cli-4.7-wait-ready", "cli-4.7-states", "cli-6.4-file"})
  void statusFollowsAPodThroughItsLife() throws IOException {
    String prepared = prepared();
    assertThat(rkt.run("status", prepared).exits(0).stdout())
        .matches("state=prepared\ncreated=" + TIME + "\n");
    RktProcess pod = start("u", LOOP);
    pod.awaitStdout("up", 60);
    Files.writeString(temp.resolve("spaced"), " \n" + uuid("u").toUpperCase(Locale.ROOT) + "\n\n");
    RktResult running = rkt.run("status", "--wait-ready", "--uuid-file=" + temp.resolve("spaced"));
    assertThat(running.exits(0).stdout())
        .matches(
            "state=running\ncreated="
                + TIME
                + "\nstarted="
                + TIME
                + "\nnetworks=\npid=\\d+\nexited=false\n");
    String pid = running.stdout().replaceAll("(?s).*\npid=(\\d+)\n.*", "$1");
    assertThat(Files.readString(Path.of("/proc/" + pid + "/stat")).split(" ", -1)[3])
        .isEqualTo(Long.toString(pod.pid()));
    rkt.run("status", "--wait=0", uuid("u")).exits(0).stdoutHas("state=running");
    rkt.run("status", "--wait=false", uuid("u")).exits(0).stdoutHas("state=running");
    rkt.run("status", "--wait=1ms", uuid("u"))
        .exits(254)
        .stderrHas("status: error waiting for pod to finish: context deadline exceeded");
    RktProcess waiting = rkt.start("status", "--wait=-1s", uuid("u"));
    rkt.run("stop", uuid("u")).exits(0);
    pod.await(60).exits(0);
    assertThat(waiting.await(20).exits(0).stdout())
        .matches("(?s)state=exited\n.*\npid=\\d+\nexited=true\napp-app=\\d+\n");
    rkt.run("status", "--wait-ready=10m", uuid("u"))
        .exits(254)
        .stderrHas("error waiting for pod to be ready: it is not running anymore");
    rkt.run("gc", "--mark-only").exits(0).stderrHas("gc: moving pod \"" + uuid("u") + "\" to");
    assertThat(rkt.run("status", uuid("u")).exits(0).stdout())
        .startsWith("state=exited garbage\n")
        .doesNotContain("networks=")
        .contains("\nexited=true\napp-app=");
  }

  @Test
  @Covers({"cli-4.9-stops", "cli-4.9-stopped", "cli-4.9-fails", "cli-1.1-stdout", "cli-4.9-file"})
  void stopTakesSeveralPodsAndCountsFailures() throws IOException {
    RktProcess one = start("one", LOOP);
    one.awaitStdout("up", 60);
    RktProcess two = start("two", LOOP);
    two.awaitStdout("up", 60);
    String prepared = prepared();
    RktResult stop = rkt.run("stop", uuid("one"), prepared, uuid("two"), "zz").exits(254);
    assertThat(stop.stdout()).isEqualTo("\"" + uuid("one") + "\"\n\"" + uuid("two") + "\"\n");
    stop.stderrHas("stop: pod \"" + prepared + "\" is not running");
    stop.stderrHas("stop: unable to resolve UUID: no matches found for \"zz\"");
    stop.stderrHas("stop: failed to stop 2 pod(s)");
    one.await(60).exits(0);
    two.await(60).exits(0);
    assertThat(rkt.run("stop", "--uuid-file=" + temp.resolve("one")).exits(0).stdout())
        .isEqualTo("pod \"" + uuid("one") + "\" is already stopped\n");
  }

  @Test
  @Covers({"cli-4.10-removes", "cli-4.10-running"})
  void rmRemovesWhatItCanAndKeepsWhatRuns() throws IOException {
    RktProcess pod = start("running", LOOP);
    pod.awaitStdout("up", 60);
    String done = exited("done", "true");
    String aborted = "00000000-0000-4000-8000-000000000001";
    Files.createDirectories(rkt.data().resolve("pods/prepare/" + aborted));
    assertThat(rkt.run("status", aborted).exits(0).stdout()).startsWith("state=aborted prepare\n");

    RktResult rm = rkt.run("rm", uuid("running"), aborted, done).exits(254);
    assertThat(rm.stdout()).isEqualTo("\"" + aborted + "\"\n\"" + done + "\"\n");
    rm.stderrHas("rm: pod \"" + uuid("running") + "\" is currently running");
    rm.stderrHas("rm: moving failed prepare \"" + aborted + "\" to garbage");
    rm.stderrHas("rm: failed to remove one or more pods");
    assertThat(Files.exists(Path.of("/proc/" + pod.pid()))).isTrue();
    rkt.run("stop", uuid("running")).exits(0);
    pod.await(60);
    assertThat(rkt.run("rm", "--uuid-file=" + temp.resolve("running")).exits(0).stderr()).isEmpty();
    assertThat(Rkt.filesBelow(rkt.data().resolve("pods"))).isEmpty();
  }

  @Test
  @Covers({"cli-4.11-marks", "cli-4.11-grace", "cli-4.11-garbage", "cli-6.3-states"})
  void gcMarksThenCollectsAndEmptiesGarbage() throws IOException {
    String done = exited("done", "true");
    String aborted = "00000000-0000-4000-8000-000000000001";
    String embryo = "00000000-0000-4000-8000-000000000002";
    String garbage = "00000000-0000-4000-8000-000000000003";
    Path pods = rkt.data().resolve("pods");
    Files.createDirectories(pods.resolve("prepare/" + aborted));
    Files.createDirectories(pods.resolve("embryo/" + embryo));
    Files.createDirectories(pods.resolve("garbage/" + garbage + "/stage1/rootfs/x"));
    rkt.run("status", garbage).exits(254).stderrHas("no matches found for");

    RktResult mark = rkt.run("gc", "--mark-only").exits(0);
    assertThat(mark.stdout()).isEmpty();
    assertThat(mark.stderr())
        .isEqualTo(
            "gc: moving pod \""
                + done
                + "\" to garbage\ngc: moving failed prepare \""
                + aborted
                + "\" to garbage\n");
    assertThat(pods.resolve("garbage/" + garbage)).exists();
    assertThat(pods.resolve("garbage/" + aborted)).exists();

    RktResult young = rkt.run("gc", "--grace-period=1h30m").exits(0);
    young.stderrHas("gc: pod \"" + done + "\" not removed: still within grace period (1h30m0s)");
    assertThat(pods.resolve("garbage")).isEmptyDirectory();
    assertThat(pods.resolve("embryo")).isEmptyDirectory();
    assertThat(rkt.run("gc", "--grace-period=0").exits(0).stdout())
        .isEqualTo("Garbage collecting pod \"" + done + "\"\n");
    assertThat(pods.resolve("exited-garbage")).isEmptyDirectory();
  }

  @Test
  @Covers("cli-6.4-uuid")
  void beginningsOfUuidsMustBeClear() throws IOException {
    for (String pod :
        List.of("abcd0000-0000-4000-8000-000000000001", "abce0000-0000-4000-8000-000000000002")) {
      Files.createDirectories(rkt.data().resolve("pods/prepare/" + pod));
    }
    rkt.run("status", "abc")
        .exits(254)
        .stderrHas("status: problem retrieving pod: ambiguous uuid, 2 matches");
    rkt.run("status", "ABCD").exits(0).stdoutHas("state=aborted prepare");
  }

  @Test
  @Covers("cli-4.12-prints")
  void catManifestIsIndentedByTabsOrOnOneLine() throws IOException {
    String uuid = prepared();
    Files.writeString(temp.resolve("file"), uuid);
    String pretty = rkt.run("cat-manifest", uuid).exits(0).stdout();
    String compact = rkt.run("cat-manifest", "--pretty-print=false", uuid).exits(0).stdout();
    assertThat(pretty).startsWith("{\n\t\"acVersion\": \"0.8.11\",\n\t\"acKind\": \"PodManifest\"");
    assertThat(compact.lines()).hasSize(1);
    assertThat(compact.strip())
        .isEqualTo(Files.readString(rkt.data().resolve("pods/prepared/" + uuid + "/pod")))
        .contains("{\"name\":\"coreos.com/rkt/stage1/mutable\",\"value\":\"false\"}");
    assertThat(
            rkt.run("cat-manifest", "--uuid-file=" + temp.resolve("file"), "more")
                .exits(0)
                .stdout())
        .isEqualTo(pretty);
  }
}
