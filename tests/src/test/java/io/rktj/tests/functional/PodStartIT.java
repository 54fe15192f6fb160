// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktResult;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * How pods start and end where something is missing or switched off, by {@code
 * spec/rkt-runtime.md}; all of these tests share a data directory and its images.
 */
@Needs(Requirement.PODS)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PodStartIT {
  private static final String APP = "example.com/app";
  private static final String STATE =
      "grep -E '^(CapBnd|Seccomp):' /proc/self/status; stat -c %A /proc/kallsyms /sys/firmware;"
          + " mknod /tmp/x c 10 237 2>/dev/null && echo made";

  private Path temp;
  private RktRunner rkt;

  @BeforeAll
  void fetch(@TempDir Path directory) {
    temp = directory;
    rkt = RktRunner.in(temp);
    Path images = temp.resolve("images");
    List<String> line = new ArrayList<>(List.of("--insecure-options=image", "fetch"));
    line.add(TestImage.named(APP).script("echo ran").write(images).toString());
    line.add(TestImage.named("example.com/empty").exec().write(images).toString());
    TestImage handled =
        TestImage.named("example.com/handled")
            .script("echo never")
            .app(
                "\"eventHandlers\":[{\"name\":\"pre-start\",\"exec\":[\"/bin/sh\",\"-c\",\"exit"
                    + " 7\"]}]");
    line.add(handled.write(images).toString());
    rkt.run(line.toArray(new String[0])).exits(0);
  }

  @AfterAll
  void collect() {
    rkt.run("gc", "--grace-period=0s").exits(0);
  }

  private RktResult run(String... words) {
    return run(rkt, "image", words);
  }

  private static RktResult run(RktRunner runner, String insecure, String... words) {
    List<String> line = new ArrayList<>(List.of("--insecure-options=" + insecure));
    line.addAll(List.of("run", "--net=none"));
    line.addAll(List.of(words));
    return runner.run(line.toArray(new String[0]));
  }

  private RktRunner after(String command) {
    return RktRunner.in(temp)
        .inside("unshare", "-m", "sh", "-c", command + " && exec \"$@\"", "sh");
  }

  @Test
  @Covers({"cli-4.1-overlay-missing", "cli-4.3-overlay"})
  void withoutOverlaysRootsAreCopies() throws IOException {
    String prepared = rkt.run("--insecure-options=image", "prepare", APP).exits(0).stdout().strip();
    Path none = Files.writeString(temp.resolve("filesystems"), "nodev\tproc\n");
    RktRunner bare = after("mount --bind " + none + " /proc/filesystems");

    bare.run("run-prepared", "--net=none", prepared)
        .exits(254)
        .isTidy()
        .stderrHas(
            "run-prepared: unable to run prepared overlay-enabled pod: overlay not supported");
    RktResult result =
        run(bare, "image", APP, "--exec=/bin/head", "--", "-n", "1", "/proc/self/mountinfo")
            .exits(0);

    result.stderrHas(
        "run: disabling overlay support: \"overlay entry not present in /proc/filesystems\"");
    assertThat(result.lines("app")).hasSize(1).noneMatch(line -> line.contains(" overlay "));
    rkt.run("run-prepared", "--net=none", prepared).exits(0);
  }

  @Test
  @Covers("run-8-missing")
  void limitsWithoutControlGroupsAreWarnings() {
    String unmount =
        "for m in $(grep -E ' - cgroup2? ' /proc/self/mountinfo | cut -d' ' -f5 | sort -r);"
            + " do umount -l $m; done";

    RktResult result = run(after(unmount), "image", APP, "--memory=64M", "--cpu=500m").exits(0);

    for (String resource : List.of("memory", "cpu")) {
      result.stderrHas(
          "warning: resource/"
              + resource
              + " isolator set but support disabled in the kernel, skipping");
    }
    assertThat(result.lines("app")).containsExactly("ran");
  }

  @Test
  @Covers({"run-4-waived", "cli-1.3-insecure-all"})
  void insecureOptionsOpenWhatTheyName() {
    List<String> all =
        run(rkt, "image,all-run", APP, "--exec=/bin/sh", "--", "-c", STATE).exits(0).lines("app");
    assertThat(all.get(0)).startsWith("CapBnd:").endsWith("ffffff");
    assertThat(all.get(1)).matches("Seccomp:\\s*0");
    assertThat(all.subList(2, 5)).containsExactly("-r--r--r--", "drwxr-xr-x", "made");

    List<String> one =
        run(rkt, "image,seccomp", APP, "--exec=/bin/sh", "--", "-c", STATE).lines("app");
    assertThat(one.get(0)).matches("CapBnd:\\s*0+a80425fb");
    assertThat(one.get(1)).matches("Seccomp:\\s*0");
    assertThat(one.subList(2, 4)).containsExactly("----------", "d---------");
  }

  @Test
  @Covers({"run-7-empty", "run-7-directory", "run-14-handlers-fail"})
  void appsThatCannotStartSayWhy() {
    run("example.com/empty")
        .exits(254)
        .isTidy()
        .stderrHas(
            "run: stage1: image \"example.com/empty\" has an empty \"exec\" (try --exec=BINARY)");
    run("example.com/empty", "--exec=/bin/true").exits(0);
    RktResult nowhere = run(APP, "--working-dir=/nowhere").exits(200);
    assertThat(nowhere.stdout()).contains("/nowhere").doesNotContain("ran");
    assertThat(run("example.com/handled").exits(7).stdout()).doesNotContain("never");
  }

  @Test
  @Covers({"run-13-first", "run-13-signal"})
  void firstFailureEndsThePodAndTheOthersAreAskedTo() throws IOException {
    String server = "trap 'echo asked; exit 0' TERM; touch /v/up; while :; do sleep 0.1; done";
    Path uuid = temp.resolve("uuid");
    RktResult result =
        run(
                "--uuid-file-save=" + uuid,
                "--volume=v,kind=empty",
                "--mount=volume=v,target=/v",
                APP,
                "--name=server",
                "--exec=/bin/sh",
                "--",
                "-c",
                server,
                "---",
                APP,
                "--name=victim",
                "--exec=/bin/sh",
                "--",
                "-c",
                "until [ -e /v/up ]; do sleep 0.1; done; kill -10 $$")
            .exits(10);
    assertThat(result.lines("server")).contains("asked");
    assertThat(rkt.run("status", "--uuid-file=" + uuid).exits(0).stdout())
        .contains("\napp-server=0\n", "\napp-victim=10\n");
  }

  @Test
  @Covers({"run-5-twice", "run-8-seccomp-twice"})
  void whatIsThereTwiceIsRefused() {
    run("--volume=v,kind=empty", "--volume=v,kind=empty", APP)
        .exits(254)
        .isTidy()
        .stderrHas("duplicate volume name \"v\"");
    String set = "\",\"value\":{\"set\":[\"chown\"]}}";
    Path two =
        TestImage.named("example.com/two")
            .app(
                "\"isolators\":[{\"name\":\"os/linux/seccomp-remove-set"
                    + set
                    + ",{\"name\":\"os/linux/seccomp-retain-set"
                    + set
                    + "]")
            .write(temp.resolve("images"));
    rkt.run("--insecure-options=image", "fetch", two.toString())
        .exits(254)
        .stderrHas("isolators set contains incompatible types");
  }
}
