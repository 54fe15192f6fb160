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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Pods that are prepared now and run later ({@code spec/rkt-cli.md} sections 4.2 and 4.3). */
@Needs(Requirement.PODS)
class PreparedIT {
  @TempDir Path temp;

  private Path image(String script) {
    return TestImage.named("example.com/app").script(script).write(temp.resolve("images"));
  }

  private String prepare(RktRunner rkt, String script, String... flags) {
    List<String> line = new ArrayList<>(List.of("--insecure-options=image", "prepare"));
    line.addAll(List.of(flags));
    line.add(image(script).toString());
    RktResult made = rkt.run(line.toArray(new String[0])).exits(0);
    assertThat(made.stdout()).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\n");
    return made.stdout().strip();
  }

  @ParameterizedTest
  @CsvSource({"NSPAWN, --no-overlay=false", "NSPAWN, --no-overlay", "KVM, --no-overlay=false"})
  @InEachFlavour
  @Covers({"cli-4.2-uuid", "cli-4.3-runs", "cli-4.7-lines"})
  void aPreparedPodRunsOnceWithWhatItWasPreparedWith(Flavour flavour, String overlay) {
    RktRunner rkt = RktRunner.in(temp);
    String uuid =
        prepare(
            rkt,
            "echo A=$A; hostname; touch /written; exit 5",
            overlay,
            Rkt.flavour(temp, flavour),
            "--set-env=A=b",
            "--volume=v,kind=empty",
            "--mount=volume=v,target=/v",
            "--quiet");

    assertThat(rkt.run("status", uuid).exits(0).stdout())
        .startsWith("state=prepared\ncreated=")
        .doesNotContain("started=", "pid=", "exited=");
    assertThat(rkt.run("list", "--no-legend").exits(0).stdout())
        .contains(uuid.substring(0, 8), "example.com/app:1", "prepared");
    assertThat(rkt.run("cat-manifest", "--pretty-print=false", uuid).exits(0).stdout())
        .startsWith("{\"acVersion\":")
        .contains("\"name\":\"A\",\"value\":\"b\"");

    RktResult run =
        rkt.run("run-prepared", "--net=none", "--hostname=later", uuid.substring(0, 8)).exits(5);
    assertThat(run.lines("app")).contains("A=b", "later");
    assertThat(rkt.run("status", uuid).exits(0).stdout()).contains("state=exited", "app-app=5");
    rkt.run("run-prepared", uuid).exits(254).stderrHas("pod \"" + uuid + "\" is not prepared");
    rkt.run("rm", uuid).exits(0);
    assertThat(Rkt.filesBelow(rkt.data().resolve("pods"))).isEmpty();
  }

  @Test
  @Covers({"cli-4.3-runs", "cli-10-lock"})
  @InNameSpacesOnly("the processes of a machine are its own kernel's")
  void theProcessOfRunPreparedBecomesThePod() throws IOException {
    RktRunner rkt = RktRunner.in(temp);
    String uuid = prepare(rkt, "echo up; while :; do sleep 1; done");
    RktProcess pod = rkt.start("run-prepared", "--net=none", uuid);
    pod.awaitStdout("up", 60);

    Path directory = rkt.data().resolve("pods/run/" + uuid);
    assertThat(Files.readString(directory.resolve("ppid")).strip())
        .isEqualTo(Long.toString(pod.pid()));
    assertThat(Files.readString(Path.of("/proc/locks"))).contains(" " + pod.pid() + " ");
    long app = Pods.appOf(pod, "sleep 1");
    assertThat(Files.readSymbolicLink(Path.of("/proc/" + app + "/ns/mnt")))
        .isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/mnt")));
    assertThat(Files.readString(Path.of("/proc/" + app + "/mountinfo")).lines().findFirst())
        .hasValueSatisfying(root -> assertThat(root).contains(" overlay "));
    rkt.run("run-prepared", uuid).exits(254).stderrHas("is not prepared");

    rkt.run("stop", uuid).exits(0);
    pod.await(60).exits(0);
    Pods.awaitGone(app);
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers("cli-4.3-images")
  void imagesMayBeRemovedBetweenPreparingAndRunning(Flavour flavour) {
    RktRunner rkt = RktRunner.in(temp);
    String uuid = prepare(rkt, "echo still here", Rkt.flavour(temp, flavour));
    rkt.run("image", "rm", "example.com/app").exits(0);
    rkt.run("image", "gc", "--grace-period=0s").exits(0);

    assertThat(rkt.run("image", "list", "--no-legend").exits(0).stdout()).isEmpty();
    assertThat(rkt.run("run-prepared", "--net=none", uuid).exits(0).lines("app"))
        .containsExactly("still here");
    rkt.run("rm", uuid).exits(0);
    assertThat(rkt.run("image", "gc").exits(0).stderr()).contains("removed treestore");
  }

  @Test
  @Covers({"cli-4.1-manifest", "cli-4.1-manifest-conflicts"})
  @InNameSpacesOnly("the manifest is kept before the flavour is asked")
  void aPodManifestIsPreparedByteForByte() throws IOException {
    RktRunner rkt = RktRunner.in(temp);
    String id =
        rkt.run("--insecure-options=image", "fetch", "--full", image("echo m").toString())
            .exits(0)
            .stdout()
            .strip();
    String full = rkt.run("image", "list", "--full", "--format=json").exits(0).stdout();
    String whole = full.replaceAll("(?s).*\"id\":\"(sha512-[0-9a-f]+)\".*", "$1");
    assertThat(whole).startsWith(id);
    String text =
        "{\"acVersion\":\"0.8.11\", \"acKind\":\"PodManifest\",\n \"apps\":[{\"name\":\"x\","
            + "\"image\":{\"id\":\""
            + whole
            + "\"}}]}\n";
    Path file = Files.writeString(temp.resolve("pod.json"), text);

    RktResult made = rkt.run("prepare", "--insecure-options=image", "--pod-manifest=" + file);
    String uuid = made.exits(0).stdout().strip();
    assertThat(rkt.data().resolve("pods/prepared/" + uuid + "/pod")).hasContent(text);
    assertThat(rkt.run("run-prepared", "--net=none", uuid).exits(0).lines("x"))
        .containsExactly("m");
    rkt.run("prepare", "--pod-manifest=" + file, "--port=a:80")
        .exits(254)
        .stderrHas("prepare: conflicting flags set with --pod-manifest (see --help)");
  }

  @Test
  @Covers({"cli-4.2-refuses", "cli-4.2-finding"})
  @InNameSpacesOnly("no pod is run")
  void whatCannotBePreparedLeavesNothing() {
    RktRunner rkt = RktRunner.in(temp);
    rkt.run("prepare").exits(254).stderrHas("prepare: must provide at least one image");
    rkt.run("prepare", "--pull-policy=never", "example.com/none")
        .exits(254)
        .stderrHas("prepare: error finding images: ");
    rkt.run("prepare", "--net=none", "example.com/app")
        .exits(254)
        .stderrHas("Error: unknown flag: --net");
    rkt.run("--insecure-options=image", "prepare", "--port=web:80", image("true").toString())
        .exits(254)
        .stderrHas("port name \"web\" could not be found in any apps");
    assertThat(rkt.run("list", "--no-legend").exits(0).stdout()).isEmpty();
    assertThat(Rkt.filesBelow(rkt.data().resolve("pods"))).isEmpty();
  }

  @Test
  @Covers({"cli-4.3-state", "cli-4.3-interactive"})
  @InNameSpacesOnly("refused before the flavour is asked")
  void aRefusalLeavesThePodPrepared() {
    RktRunner rkt = RktRunner.in(temp);
    Path aci = image("echo ran");
    String uuid =
        rkt.run(
                "--insecure-options=image",
                "prepare",
                aci.toString(),
                "--name=a",
                aci.toString(),
                "--name=b")
            .exits(0)
            .stdout()
            .strip();

    rkt.run("run-prepared", "--interactive", "--net=none", uuid)
        .exits(254)
        .stderrHas("run-prepared: interactive option only supports pods with one app");
    rkt.run("run-prepared", "--dns=x", uuid).exits(254).stderrHas("Invalid IP passed to --dns: x");
    rkt.run("run-prepared").exits(254).stdoutHas("rkt run-prepared [FLAGS] UUID");
    rkt.run("run-prepared", "0")
        .exits(254)
        .stderrHas("run-prepared: problem retrieving pod: no matches found for \"0\"");
    rkt.run("enter", uuid).exits(254).stderrHas("isn't currently running");
    rkt.run("stop", uuid).exits(254).stderrHas("pod \"" + uuid + "\" is not running");
    assertThat(rkt.run("status", uuid).exits(0).stdout()).startsWith("state=prepared\n");

    RktResult run = rkt.run("run-prepared", "--net=none", uuid).exits(0);
    assertThat(run.lines("a")).containsExactly("ran");
    assertThat(run.lines("b")).containsExactly("ran");
  }

  @Test
  @Covers({"cli-4.11-prepared", "cli-4.10-removes"})
  @InNameSpacesOnly("no pod is run")
  void preparedPodsExpireAndCanBeRemoved() {
    RktRunner rkt = RktRunner.in(temp);
    String kept = prepare(rkt, "true");
    assertThat(rkt.run("gc", "--grace-period=0s").exits(0).stderr()).doesNotContain(kept);
    assertThat(rkt.run("gc", "--expire-prepared=0s", "--mark-only").exits(0).stderr())
        .doesNotContain(kept);
    rkt.run("gc", "--expire-prepared=0s")
        .exits(0)
        .stderrHas("gc: moving expired prepared pod \"" + kept + "\" to garbage");
    rkt.run("status", kept).exits(254).stderrHas("no matches found for");

    String removed = prepare(rkt, "true");
    RktResult rm = rkt.run("rm", removed).exits(0);
    rm.stderrHas("rm: moving expired prepared pod \"" + removed + "\" to garbage");
    assertThat(rm.stdout()).isEqualTo("\"" + removed + "\"\n");
    assertThat(Rkt.filesBelow(rkt.data().resolve("pods"))).isEmpty();
  }
}
