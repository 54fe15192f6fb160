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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code rkt export}: what a pod's app has left, as an image ({@code rkt-cli.md} 4.13). */
@Needs(Requirement.PODS)
class ExportIT {
  private static final String CHANGES =
      "echo new > /new; echo changed > /etc/group; rm /etc/passwd; mkdir /made; chmod 2750 /made;"
          + " ln /new /linked; ln -s /nowhere /dangling; touch /made/owned;"
          + " rm -r /old; mkdir /old; touch /old/fresh; touch /v/in-volume";

  @TempDir Path temp;

  /** A pod that was killed holds its control groups until it is collected. */
  @AfterEach
  void collectPods() {
    RktRunner.in(temp).run("gc", "--grace-period=0s").exits(0);
  }

  private TestImage image(String script) {
    TestImage image = TestImage.named("example.com/app").script(script);
    image.directory("old").file("old/gone", "x").symlink("bin/ln", "busybox");
    return image;
  }

  private String exited(RktRunner rkt, Flavour flavour, String script, String... flags)
      throws IOException {
    List<String> line = new ArrayList<>(List.of("--insecure-options=image", "run", "--net=none"));
    line.add("--uuid-file-save=" + temp.resolve("uuid"));
    line.add("--volume=v,kind=empty");
    line.add("--mount=volume=v,target=/v");
    line.add(Rkt.flavour(temp, flavour));
    line.addAll(List.of(flags));
    line.add(image(script).write(temp.resolve("images")).toString());
    rkt.run(line.toArray(new String[0])).exits(0);
    return Files.readString(temp.resolve("uuid"));
  }

  @ParameterizedTest
  @CsvSource({"NSPAWN,--no-overlay=false", "NSPAWN,--no-overlay", "KVM,--no-overlay=false"})
  @InEachFlavour
  @Covers("cli-4.13-image")
  void anExportedAppRunsAgainAsItWasLeft(Flavour flavour, String overlay) throws IOException {
    RktRunner rkt = RktRunner.in(temp);
    String uuid =
        exited(
            rkt, flavour, "if test -e /new; then " + LOOK + "; else " + CHANGES + "; fi", overlay);
    String before = Files.readString(Path.of("/proc/self/mountinfo"));
    Path out = temp.resolve("out.aci");

    RktResult export = rkt.run("export", uuid.substring(0, 8), out.toString()).exits(0);

    assertThat(export.stdout() + export.stderr()).isEmpty();
    assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).isEqualTo(before);
    assertThat(rkt.data().resolve("tmp")).doesNotExist();
    rkt.run("rm", uuid).exits(0);
    rkt.run("image", "rm", "example.com/app").exits(0);
    RktResult again = rkt.run("--insecure-options=image", "run", "--net=none", out.toString());
    assertThat(again.exits(0).lines("app"))
        .containsExactly(
            "new", "changed", "2", "/nowhere", "2750", "fresh", "no passwd", "no in-volume");
  }

  private static final String LOOK =
      "cat /new /etc/group; stat -c %h /linked; readlink /dangling; stat -c %a /made; ls /old;"
          + " test -e /etc/passwd || echo no passwd; test -e /v/in-volume || echo no in-volume";

  @Test
  @InNameSpacesOnly("the manifest is not asked of the pod")
  @Covers("cli-4.13-image")
  void theManifestIsTheImagesAndTheFileIsCompressed() throws IOException {
    RktRunner rkt = RktRunner.in(temp);
    String uuid = exited(rkt, Flavour.NSPAWN, "true", "--set-env=A=b");
    String manifest = rkt.run("image", "cat-manifest", "example.com/app").exits(0).stdout();
    Path out = temp.resolve("out.aci");
    rkt.run("gc", "--mark-only").exits(0);
    assertThat(rkt.run("status", uuid).exits(0).stdout()).startsWith("state=exited garbage\n");
    rkt.run("export", "--app=app", uuid, out.toString()).exits(0);
    assertThat(Files.readAllBytes(out)).startsWith(0x1f, 0x8b);

    rkt.run("image", "rm", "example.com/app").exits(0);
    rkt.run("--insecure-options=image", "fetch", out.toString()).exits(0);
    assertThat(rkt.run("image", "cat-manifest", "example.com/app").exits(0).stdout())
        .isEqualTo(manifest)
        .doesNotContain("\"b\"");
  }

  @Test
  @InNameSpacesOnly("decided before a flavour counts")
  @Covers("cli-4.13-refuses")
  void whatCannotBeExportedIsSaid() throws IOException {
    RktRunner rkt = RktRunner.in(temp);
    String uuid = exited(rkt, Flavour.NSPAWN, "true");
    Path out = temp.resolve("out.aci");
    rkt.run("export", uuid).exits(254).stdoutHas("rkt export [--app=NAME] UUID FILE.aci");
    rkt.run("export", uuid, "x.tar")
        .exits(254)
        .stderrHas("export: extension must be .aci (given x.tar)");
    rkt.run("export", "--app=other", uuid, out.toString()).exits(254).stderrHas("no app \"other\"");
    rkt.run("export", "f", out.toString()).exits(254).stderrHas("export: problem retrieving pod");
    rkt.run("export", uuid, temp.resolve("none/out.aci").toString())
        .exits(254)
        .stderrHas("export: error building aci");
    assertThat(out).doesNotExist();

    Files.writeString(out, "mine");
    rkt.run("export", uuid, out.toString())
        .exits(254)
        .stderrHas("export: error building aci: target file exists (try --overwrite)");
    assertThat(out).hasContent("mine");
    rkt.run("export", "--overwrite", uuid, out.toString()).exits(0);
    assertThat(Files.size(out)).isGreaterThan(1000);
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour(machines = "what was written is lost with a machine that is killed")
  @Covers({"cli-4.13-refuses", "cli-4.8-app"})
  void onlyExitedPodsAreExportedAndSeveralAppsNeedAName(Flavour flavour) throws IOException {
    RktRunner rkt = RktRunner.in(temp);
    Path aci = image("echo $AC_APP_NAME > /who; echo up; sleep 100").write(temp.resolve("images"));
    Path out = temp.resolve("out.aci");
    RktProcess pod =
        rkt.start(
            "--insecure-options=image",
            "run",
            "--net=none",
            "--uuid-file-save=" + temp.resolve("uuid"),
            Rkt.flavour(temp, flavour),
            aci.toString(),
            "--name=a",
            aci.toString(),
            "--name=b");
    pod.awaitStdout("b[", 60);
    pod.awaitStdout("a[", 60);
    String uuid = Files.readString(temp.resolve("uuid"));
    rkt.run("export", "--app=a", uuid, out.toString())
        .exits(254)
        .stderrHas("export: pod is not exited. Only exited pods can be exported");
    rkt.run("enter", uuid, "/bin/true")
        .exits(254)
        .stderrHas("specify app using \"rkt enter --app= ...\"");
    rkt.run("enter", "--app=b", uuid, "/bin/cat", "/who").exits(0).stdoutHas("b\n");
    rkt.run("stop", "--force", uuid).exits(0);
    pod.await(30);

    rkt.run("export", uuid, out.toString())
        .exits(254)
        .stderrHas("specify app using \"rkt export --app= ...\"");
    if (flavour == Flavour.KVM) {
      rkt.run("export", "--app=b", uuid, out.toString())
          .exits(254)
          .stderrHas("what app \"b\" wrote was lost");
      return;
    }
    rkt.run("export", "--app=b", uuid, out.toString()).exits(0);
    RktResult again =
        rkt.run(
            "--insecure-options=image",
            "run",
            "--net=none",
            out.toString(),
            "--exec=/bin/cat",
            "--",
            "/who");
    assertThat(again.exits(0).lines("app")).containsExactly("b");
    String prepared =
        rkt.run("--insecure-options=image", "prepare", aci.toString()).exits(0).stdout().strip();
    rkt.run("export", "--overwrite", prepared, out.toString())
        .exits(254)
        .stderrHas("pod is not exited");
  }
}
