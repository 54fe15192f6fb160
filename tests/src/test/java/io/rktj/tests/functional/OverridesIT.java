// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.spec.json.JsonCursor;
import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktResult;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the flags of apps make of their images, row by row of {@code spec/rkt-cli.md} sections 3.1
 * to 3.5: one pod of three apps is prepared with all of them, and its manifest is read.
 */
@Needs(Requirement.PODS)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OverridesIT {
  private static final String IMAGE = "example.com/some-app";

  private Path temp;
  private RktRunner rkt;
  private RktResult prepared;
  private String manifest;

  @BeforeAll
  void prepareThreeApps(@TempDir Path directory) {
    temp = directory;
    rkt = RktRunner.in(temp);
    Path aci =
        TestImage.named(IMAGE)
            .app("\"ports\":[{\"name\":\"web\",\"protocol\":\"tcp\",\"port\":80}]")
            .app("\"environment\":[{\"name\":\"A\",\"value\":\"image\"}]")
            .app(
                "\"isolators\":[{\"name\":\"os/linux/capabilities-remove-set\",\"value\":"
                    + "{\"set\":[\"CAP_MKNOD\"]}},{\"name\":\"os/linux/cpu-shares\",\"value\":10},"
                    + "{\"name\":\"os/linux/seccomp-remove-set\",\"value\":{\"set\":[\"chown\"]}}]")
            .app("\"userLabels\":{\"of\":\"image\"}")
            .write(temp.resolve("images"));
    rkt.run("--insecure-options=image", "fetch", aci.toString()).exits(0);
    List<String> line = new ArrayList<>(List.of("--insecure-options=image", "prepare"));
    line.addAll(
        List.of(
            "--volume=v,kind=empty,mode=0700,uid=5,gid=6",
            "--volume=w,kind=host,source=/usr,readOnly=true,recursive=false",
            "--volume=unused,kind=host,source=/none",
            "--mount=volume=v,target=/all+two%20x"));
    line.addAll(
        List.of(
            aci.toString(),
            "--exec=/bin/cat",
            "--working-dir=/tmp",
            "--readonly-rootfs=true",
            "--user=1",
            "--group=2",
            "--supplementary-gids=3,4",
            "--supplementary-gids=5",
            "--name=first",
            "--annotation=example.com/a=b=c",
            "--user-annotation=C.d/e=d",
            "--user-label=e-e=f",
            "--environment=A=flag",
            "--environment=A=last",
            "--memory=16M",
            "--cpu=250m",
            "--cpu-shares=512",
            "--oom-score-adj=100",
            "--caps-retain=CAP_CHOWN,CAP_KILL",
            "--seccomp=mode=retain,errno=EPERM,read",
            "--",
            "one",
            "--",
            "",
            "--name=two",
            "---",
            "---",
            ""));
    line.addAll(
        List.of(
            IMAGE,
            "--debug",
            "--name=second",
            "--mount=volume=w,target=/only",
            "--caps-remove=CAP_KILL",
            "--seccomp=mode=remove,@rkt/default-blacklist"));
    line.addAll(List.of(IMAGE, "--cap-remove=CAP_CHOWN"));
    line.addAll(List.of("--user-label=turned=\u202ek", "--user-annotation=\u009b31m=red"));
    line.addAll(List.of("--", "x"));
    prepared = rkt.run(line.toArray(new String[0])).exits(0);
    String uuid = prepared.stdout().strip();
    manifest = rkt.run("cat-manifest", "--pretty-print=false", uuid).exits(0).stdout();
  }

  /** The part of the manifest that is the app {@code number}'s. */
  private String app(int number) {
    String[] parts = manifest.split("\\{\"name\":\"[a-z-]+\",\"image\":", -1);
    assertThat(parts).hasSize(4);
    return parts[number];
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"exec\":[\"/bin/cat\",\"one\",\"--\",\"--name=two\"]",
        "\"user\":\"1\",\"group\":\"2\",\"supplementaryGIDs\":[3,4,5]",
        "\"workingDirectory\":\"/tmp\"",
        "\"readOnlyRootFS\":true",
        "\"environment\":[{\"name\":\"A\",\"value\":\"last\"}]",
        "\"annotations\":[{\"name\":\"example.com/a\",\"value\":\"b=c\"}]",
        "\"userAnnotations\":{\"C.d/e\":\"d\"}",
        "\"userLabels\":{\"e-e\":\"f\"}",
        "{\"name\":\"resource/memory\",\"value\":{\"request\":\"16M\",\"limit\":\"16M\"}}",
        "{\"name\":\"resource/cpu\",\"value\":{\"request\":\"250m\",\"limit\":\"250m\"}}",
        "{\"name\":\"os/linux/cpu-shares\",\"value\":512}",
        "{\"name\":\"os/linux/oom-score-adj\",\"value\":100}",
        "{\"name\":\"os/linux/capabilities-retain-set\",\"value\":{\"set\":[\"CAP_CHOWN\","
            + "\"CAP_KILL\"]}}",
        "{\"name\":\"os/linux/seccomp-retain-set\",\"value\":{\"set\":[\"read\"],\"errno\":"
            + "\"EPERM\"}}",
      })
  @Covers({
    "cli-3-empty",
    "cli-3-literal",
    "cli-3.1-exec",
    "cli-3.1-user",
    "cli-3.1-environment",
    "cli-3.1-annotation",
    "cli-3.1-memory-manifest",
    "cli-3.1-shares",
    "cli-3.1-caps",
    "cli-3.1-seccomp"
  })
  void flagsAfterTheFirstImageAreThatAppsAlone(String member) {
    assertThat(app(1)).contains(member);
    assertThat(app(2)).doesNotContain(member);
    assertThat(app(3)).doesNotContain(member);
  }

  @Test
  @Covers({"cli-3.1-caps", "cli-3.1-seccomp", "cli-3.1-shares"})
  void overridesLeaveNothingOfTheImagesOwn() {
    assertThat(app(1)).doesNotContain("CAP_MKNOD", "\"chown\"", "\"value\":10}", "\"image\"");
    assertThat(app(2))
        .contains(
            "\"name\":\"os/linux/capabilities-remove-set\",\"value\":{\"set\":[\"CAP_KILL\"]}")
        .contains(
            "\"os/linux/seccomp-remove-set\",\"value\":{\"set\":[\"@rkt/default-blacklist\"]}")
        .contains("{\"name\":\"os/linux/cpu-shares\",\"value\":10}")
        .doesNotContain("CAP_MKNOD", "\"chown\"");
  }

  @Test
  @Covers({"cli-3-piecewise", "cli-3.1-mount", "cli-3.1-mount-decoded", "cli-3-literal-outside"})
  void eachImageHasItsFlagsAndGlobalOnesMayStandBetween() {
    assertThat(app(1)).contains("\"mounts\":[{\"volume\":\"v\",\"path\":\"/all two x\"}]");
    assertThat(app(2))
        .contains("{\"volume\":\"w\",\"path\":\"/only\"}")
        .contains("{\"volume\":\"v\",\"path\":\"/all two x\"}");
    assertThat(app(3)).contains("/all two x").doesNotContain("/only");
    assertThat(app(3)).contains("\"exec\":[\"/bin/true\",\"x\"]");
  }

  @Test
  @Covers({"cli-3.1-name", "cli-3.1-caps-old"})
  void nameIsTheLastPartOfTheImagesAndOldFlagsStillWork() {
    assertThat(manifest).contains("{\"name\":\"first\",", "{\"name\":\"second\",");
    assertThat(manifest).contains("{\"name\":\"some-app\",\"image\"");
    assertThat(app(3)).contains("\"value\":{\"set\":[\"CAP_CHOWN\"]}");
    prepared.stderrHas("Flag --cap-remove has been deprecated, please use --caps-remove\n");
  }

  @Test
  @Covers({"cli-3.2-host", "cli-3.2-empty", "cli-3.2-unused"})
  void volumesAreInTheManifestWithAllTheyWereGiven() {
    assertThat(manifest)
        .contains(
            "{\"name\":\"v\",\"kind\":\"empty\",\"mode\":\"0700\",\"uid\":5,\"gid\":6}",
            "{\"name\":\"w\",\"kind\":\"host\",\"source\":\"/usr\",\"readOnly\":true,"
                + "\"recursive\":false}");
  }

  @Test
  @Covers("cli-1.1-debug-stage0")
  void debugBetweenImagesTellsTheSteps() {
    prepared.stderrHas("stage0: Preparing stage1\n");
    prepared.stderrHas("stage0: Loading image sha512-");
    prepared.stderrHas("stage0: Writing image manifest\n");
    prepared.stderrHas("stage0: Writing pod manifest\n");
  }

  @Test
  @Covers("habit-control")
  void charactersOfLabelsThatMoveTheCursorAreWrittenAsNumbers() {
    for (String words : List.of("list --format=json", "cat-manifest " + prepared.stdout())) {
      assertThat(rkt.run(words.strip().split(" ", -1)).exits(0).stdout())
          .contains("\\u202ek", "\\u009b31m")
          .doesNotContain("\u202e", "\u009b");
    }
  }

  @Test
  @Covers("cli-3.3-port")
  void portsOfTheHostAreInTheManifest() {
    String uuid =
        rkt.run(
                "--insecure-options=image",
                "prepare",
                "--quiet",
                "--port=web:127.0.0.1:8080",
                IMAGE)
            .exits(0)
            .stdout()
            .strip();
    JsonCursor pod =
        JsonCursor.parse(
            rkt.run("cat-manifest", uuid).exits(0).stdout().getBytes(UTF_8), "manifest");
    JsonCursor port = pod.list("ports").get(0);
    assertThat(port.member("name").text()).isEqualTo("web");
    assertThat(port.member("hostPort").integer(0, 65535)).isEqualTo(8080);
    assertThat(port.member("hostIP").text()).isEqualTo("127.0.0.1");
  }

  @Test
  @Covers({
    "cli-1.4-inherit",
    "cli-4.1-set-env",
    "cli-4.1-uuid-file",
    "cli-4.1-ipc",
    "cli-3.5-dns",
    "cli-3.2-empty",
    "cli-6.2-pod",
    "run-9-flags",
    "run-11-ipc"
  })
  void podHasWhatItIsRunWith() throws IOException {
    Path env = Files.writeString(temp.resolve("env"), "# no\n\n; no\nF=file\nG=file\nE=file\n");
    Path uuid = temp.resolve("uuid");
    RktResult result =
        rkt.with("C", "caller")
            .with("A", "caller")
            .run(
                "--insecure-options=image",
                "run",
                "--net=none",
                "--inherit-env",
                "--set-env-file=" + env,
                "--set-env=G=flag",
                "--uuid-file-save=" + uuid,
                "--ipc=parent",
                "--dns=1.2.3.4,5.6.7.8",
                "--dns-search=a.example",
                "--dns-search=b.example",
                "--dns-opt=debug",
                "--dns-domain=d.example",
                "--hosts-entry=9.9.9.9=nine,9.9.9.9=neun",
                "--volume=v,kind=empty,mode=0700,uid=5,gid=6",
                IMAGE,
                "--environment=E=flag",
                "--mount=volume=v,target=/v",
                "--exec=/bin/sh",
                "--",
                "-c",
                "env; cat /etc/resolv.conf /etc/hosts; readlink /proc/self/ns/ipc;"
                    + " stat -c '%a %u %g' /v")
            .exits(0);
    assertThat(result.lines("some-app"))
        .contains("C=caller", "A=image", "F=file", "G=flag", "E=file")
        .contains(
            "search a.example b.example",
            "nameserver 1.2.3.4",
            "nameserver 5.6.7.8",
            "options debug",
            "domain d.example",
            "9.9.9.9 nine neun",
            Files.readSymbolicLink(Path.of("/proc/self/ns/ipc")).toString(),
            "700 5 6");
    assertThat(Files.readString(uuid)).hasSize(36);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(uuid)))
        .isEqualTo("rw-r--r--");
    Path pod = rkt.data().resolve("pods/run").resolve(Files.readString(uuid));
    assertThat(pod.resolve("pod")).exists();
    assertThat(pod.resolve("ppid")).exists();
    rkt.run("rm", "--uuid-file=" + uuid).exits(0);
  }

  @Test
  @Covers({"cli-3.5-dns-host", "run-9-flags"})
  void filesOfNamesAreTheHostsWhereAsked() throws IOException {
    RktResult result =
        rkt.run(
                "--insecure-options=image",
                "run",
                "--net=none",
                "--dns=host",
                "--hosts-entry=host",
                IMAGE,
                "--exec=/bin/cat",
                "--",
                "/etc/hosts",
                "/etc/resolv.conf")
            .exits(0);
    List<String> lines = new ArrayList<>(Files.readAllLines(Path.of("/etc/hosts")));
    lines.addAll(Files.readAllLines(Path.of("/etc/resolv.conf")));
    assertThat(result.lines("some-app")).containsExactlyElementsOf(lines);
    rkt.run("gc", "--grace-period=0s").exits(0);
  }
}
