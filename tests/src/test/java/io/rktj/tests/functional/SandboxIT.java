// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.conformance.InEachFlavour;
import io.rktj.tests.conformance.InNameSpacesOnly;
import io.rktj.tests.kit.Flavour;
import io.rktj.tests.kit.RawTar;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktProcess;
import io.rktj.tests.kit.RktRunner.RktResult;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a hostile app can reach of the host, and of the process that looks after it. */
@Needs(Requirement.PODS)
class SandboxIT {
  private static final String STREAMS = "for i in 0 1 2; do readlink /proc/self/fd/$i; done; ";

  @TempDir Path temp;

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour(machines = "numbers of devices are the guest's own, so they are not compared")
  @Covers("sec-1b-host-files")
  void standardInputIsNotTheHostsNullDevice(Flavour flavour) throws IOException {
    // its mode and owner would be the app's to change
    String flag = Rkt.flavour(temp, flavour);
    String host = Files.getAttribute(Path.of("/dev/null"), "unix:dev") + ":";
    RktResult result =
        Rkt.script(temp, "stat -L -c %d: /proc/self/fd/0; cat; echo end", flag).exits(0);
    assertThat(result.lines("app")).hasSize(2).endsWith("end");
    if (flavour == Flavour.NSPAWN) {
      assertThat(result.lines("app")).doesNotContain(host);
    }
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers("sec-1b-host-files")
  void interactiveAppGetsNoFileOfTheHost(Flavour flavour) throws IOException {
    Path input = Files.writeString(temp.resolve("input"), "one\ntwo\n");
    RktResult result =
        fed(input)
            .run(
                "--insecure-options=image",
                "run",
                "--net=none",
                "--interactive",
                Rkt.flavour(temp, flavour),
                image("/bin/sh", "-c", STREAMS + "cat; exit 5"))
            .exits(5);
    List<String> lines = result.stdout().lines().toList();
    assertThat(lines).hasSize(5);
    assertThat(lines.subList(0, 3)).allMatch(line -> line.startsWith("pipe:"));
    assertThat(lines.subList(3, 5)).containsExactly("one", "two");
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers("sec-1b-host-files")
  void enteredCommandGetsNoFileOfTheHost(Flavour flavour) throws IOException {
    Path uuidFile = temp.resolve("uuid");
    RktProcess pod =
        Rkt.in(temp)
            .start(
                "--insecure-options=image",
                "run",
                "--net=none",
                "--uuid-file-save=" + uuidFile,
                Rkt.flavour(temp, flavour),
                image("/bin/sh", "-c", "echo up; exec sleep 1000"));
    try {
      pod.awaitStdout("up", 60);
      String uuid = Files.readString(uuidFile).strip();
      Path input = Files.writeString(temp.resolve("input"), "line\n".repeat(50_000));
      RktResult entered =
          fed(input).run("enter", uuid, "/bin/sh", "-c", STREAMS + "cat; exit 5").exits(5);
      List<String> lines = entered.stdout().lines().toList();
      assertThat(lines.subList(0, 3)).allMatch(line -> line.startsWith("pipe:"));
      assertThat(lines.subList(3, lines.size())).hasSize(50_000).containsOnly("line");
      // a directory of the host would be a way out
      RktResult lost = fed(Path.of("/")).run("enter", uuid, "/bin/ls", "/proc/self/fd/0/");
      assertThat(lost.stdout()).doesNotContain("bin", "proc");
      assertThat(fed(Path.of("/dev/null")).run("enter", uuid, "/bin/cat").exits(0).stdout())
          .isEmpty();
    } finally {
      pod.signal(15);
      pod.await(30);
    }
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  void appOfAnotherUserOpensItsStandardOutputByName(Flavour flavour) {
    TestImage image =
        TestImage.named("example.com/app")
            .script("echo one >/dev/stdout; echo two >/dev/stderr")
            .as("1000", "1000");
    assertThat(Rkt.image(temp, image, Rkt.flavour(temp, flavour)).exits(0).lines("app"))
        .contains("one", "two");
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  void signalsSentWithoutEndDoNotPileUpAtProcess1(Flavour flavour) {
    List<String> lines =
        Rkt.script(
                temp,
                "i=0; while [ $i -lt 2000 ]; do kill -40 1; i=$((i+1)); done;"
                    + " grep -E 'SigQ|ShdPnd|SigBlk' /proc/1/status",
                Rkt.flavour(temp, flavour))
            .exits(0)
            .lines("app");
    assertThat(lines.get(0)).matches("SigQ:\\s+[0-9]{1,2}/.*");
    assertThat(lines.get(1)).matches("ShdPnd:\\s+0{8}[0-9a-f]{8}");
    assertThat(lines.get(2)).matches("SigBlk:\\s+0{8}[0-9a-f]{8}");
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers("sec-1b-process-1")
  void capabilityToTraceDoesNotOpenProcess1(Flavour flavour) {
    RktResult result =
        RktRunner.in(temp)
            .run(
                "--insecure-options=image",
                "run",
                "--net=none",
                Rkt.flavour(temp, flavour),
                image(
                    "/bin/sh",
                    "-c",
                    "ls /proc/1/root/ /proc/1/task/; (: <>/proc/1/mem) 2>&1 && echo open; exit 0"),
                "--caps-retain=CAP_SYS_PTRACE,CAP_DAC_OVERRIDE,CAP_DAC_READ_SEARCH")
            .exits(0);
    assertThat(result.lines("app")).doesNotContain("open", "opt", "1").isNotEmpty();
  }

  private String image(String... words) {
    return TestImage.named("example.com/app").exec(words).write(temp.resolve("images")).toString();
  }

  /** A runner whose standard input is a file; its standard output always is one. */
  private RktRunner fed(Path input) {
    return Rkt.in(temp).inside("/bin/sh", "-c", "exec \"$@\" <" + input, "sh");
  }

  @Test
  @InNameSpacesOnly("a machine's kernel has keys of its own")
  @Covers("sec-1b-keyring")
  void appsHaveASessionKeyringOfTheirOwn() throws IOException {
    List<String> before = sessionKeyrings(Files.readAllLines(Path.of("/proc/keys")));
    List<String> seen =
        RktRunner.in(temp)
            .run(
                "--insecure-options=image,paths",
                "run",
                "--net=none",
                image("/bin/cat", "/proc/keys"))
            .exits(0)
            .lines("app");
    assertThat(sessionKeyrings(seen)).anyMatch(keyring -> !before.contains(keyring));
  }

  private static List<String> sessionKeyrings(List<String> keys) {
    return keys.stream()
        .filter(key -> key.contains(" _ses"))
        .map(key -> key.substring(0, key.indexOf(' ')))
        .toList();
  }

  @Test
  @InNameSpacesOnly("a machine's root has all capabilities, and there is no rkt to run in it")
  @Covers("run-nested")
  void podsInPodsAreRefusedBeforeAnythingIsDone() {
    Path dist = RktRunner.distribution();
    TestImage image =
        TestImage.named("example.com/nest")
            .script(
                "rkt=/opt/rktj/bin/rkt; $rkt run example.com/none; echo $?;"
                    + " $rkt list --no-legend; echo $?")
            .directory("usr")
            .directory("opt")
            .directory("opt/rktj")
            .symlink("lib", "usr/lib")
            .symlink("lib64", "usr/lib64");
    List<String> lines =
        Rkt.image(
                temp,
                image,
                "--volume=usr,kind=host,source=/usr,readOnly=true",
                "--volume=dist,kind=host,source=" + dist + ",readOnly=true",
                "--mount=volume=usr,target=/usr",
                "--mount=volume=dist,target=/opt/rktj")
            .exits(0)
            .lines("nest");
    assertThat(lines)
        .containsExactlyInAnyOrder(
            "run: cannot make a pod: root has not the capability CAP_SYS_ADMIN here",
            "hint: in a container or in a pod there are no pods: run rkt on the host itself",
            "254",
            "0");
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers("run-mode-behind-link")
  void directoryMadeBehindALinkIsForEverybodyToWriteTo(Flavour flavour) throws IOException {
    // an image whose /tmp is a link to what is not there yet
    String script = "stat -c %a /var/tmp; : >/tmp/mine; echo $?";
    String manifest =
        RawTar.manifestText("example.com/app", "1", "\"/busybox\",\"sh\",\"-c\",\"" + script + "\"")
            .replace("\"user\":\"0\",\"group\":\"0\"", "\"user\":\"1000\",\"group\":\"1000\"");
    Path aci =
        new RawTar()
            .file("manifest", manifest)
            .directory("rootfs")
            .directory("rootfs/var")
            .symlink("rootfs/tmp", "var/tmp")
            .program("rootfs/busybox", Files.readAllBytes(TestImage.busybox()))
            .writeGzip(temp.resolve("app.aci"));
    RktResult result =
        RktRunner.in(temp)
            .run(
                "--insecure-options=image",
                "run",
                "--net=none",
                Rkt.flavour(temp, flavour),
                aci.toString())
            .exits(0);
    assertThat(result.lines("app")).containsExactly("1777", "0");
  }
}
