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
import org.junit.jupiter.params.provider.EnumSource;

/** Living with a pod: list, status, enter, stop, rm, gc. */
@Needs(Requirement.PODS)
class LifecycleIT {
  @TempDir Path temp;

  private RktProcess start(Flavour flavour, String script) {
    Path aci = TestImage.named("example.com/app").script(script).write(temp.resolve("images"));
    List<String> line = new ArrayList<>(List.of("--insecure-options=image", "run"));
    line.add("--net=none");
    line.add("--uuid-file-save=" + temp.resolve("uuid"));
    line.add(Rkt.flavour(temp, flavour));
    line.add(aci.toString());
    return RktRunner.in(temp).start(line.toArray(new String[0]));
  }

  private String uuid() throws IOException {
    return Files.readString(temp.resolve("uuid"));
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers({"cli-4.9-stops", "cli-4.10-running", "cli-6.3-states", "run-16-stop", "cli-6.2-pod"})
  void aPodIsListedStoppedAndCollected(Flavour flavour) throws IOException {
    RktRunner rkt = RktRunner.in(temp);
    RktProcess pod = start(flavour, "echo up; while :; do sleep 1; done");
    pod.awaitStdout("up", 60);
    String uuid = uuid();

    assertThat(rkt.run("list", "--no-legend").exits(0).stdout())
        .contains(uuid.substring(0, 8), "app", "example.com/app:1", "running");
    RktResult status = rkt.run("status", uuid.substring(0, 8)).exits(0);
    assertThat(status.stdout()).contains("state=running", "pid=", "exited=false");
    assertThat(Files.readString(rkt.data().resolve("pods/run/" + uuid + "/ppid")).strip())
        .isEqualTo(Long.toString(pod.pid()));
    rkt.run("rm", uuid).exits(254).stderrHas("is currently running");
    assertThat(rkt.run("gc", "--grace-period=0s").exits(0).stdout()).doesNotContain(uuid);

    assertThat(rkt.run("stop", uuid).exits(0).stdout()).isEqualTo("\"" + uuid + "\"\n");
    pod.await(60).exits(0);
    assertThat(rkt.run("status", uuid).exits(0).stdout())
        .contains("state=exited", "exited=true", "app-app=");
    rkt.run("stop", uuid).exits(0).stdoutHas("is already stopped");

    assertThat(rkt.run("gc", "--grace-period=0s").exits(0).stdout())
        .contains("Garbage collecting pod \"" + uuid + "\"");
    assertThat(rkt.run("list", "--no-legend").exits(0).stdout()).isEmpty();
    assertThat(Rkt.filesBelow(rkt.data().resolve("pods"))).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers({"cli-4.1-status", "cli-4.7-lines"})
  void exitStatusOfEachAppIsKept(Flavour flavour) throws IOException {
    RktRunner rkt = RktRunner.in(temp);
    start(flavour, "exit 7").await(60).exits(7);
    assertThat(rkt.run("status", uuid()).exits(0).stdout()).contains("app-app=7\n");
    rkt.run("rm", uuid()).exits(0).stdoutHas("\"" + uuid() + "\"");
    rkt.run("status", uuid()).exits(254).stderrHas("no matches found for");
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers({"cli-4.7-wait", "cli-4.7-wait-ready", "run-13-ready"})
  void waitReturnsWhenThePodHasEnded(Flavour flavour) throws IOException {
    RktRunner rkt = RktRunner.in(temp);
    RktProcess pod = start(flavour, "echo up; sleep 2");
    pod.awaitStdout("up", 60);
    rkt.run("status", "--wait-ready=20s", uuid()).exits(0).stdoutHas("state=running");
    rkt.run("status", "--wait=100ms", uuid())
        .exits(254)
        .stderrHas("error waiting for pod to finish");
    rkt.run("status", "--wait", uuid()).exits(0).stdoutHas("state=exited");
    pod.await(20).exits(0);
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers({"cli-4.9-force", "run-16-stop"})
  void forcedStopKillsAtOnce(Flavour flavour) throws IOException {
    RktRunner rkt = RktRunner.in(temp);
    RktProcess pod = start(flavour, "trap '' TERM; echo up; while :; do sleep 0.2; done");
    pod.awaitStdout("up", 60);
    rkt.run("stop", "--force", uuid()).exits(0);
    assertThat(pod.await(20).exit()).isNotZero();
    rkt.run("gc", "--grace-period=0s").exits(0);
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers({
    "cli-4.8-command",
    "cli-4.8-running",
    "cli-4.8-profile",
    "run-16-enter",
    "sec-1b-enter-profile"
  })
  void enteredCommandHasTheAppsProfile(Flavour flavour) throws IOException {
    RktRunner rkt = RktRunner.in(temp);
    RktProcess pod =
        start(
            flavour, "cat /proc/self/status /proc/self/cgroup; echo up; while :; do sleep 1; done");
    pod.awaitStdout("up", 60);
    String uuid = uuid();
    try {
      RktResult entered =
          rkt.run("enter", uuid, "/bin/cat", "/proc/self/status", "/proc/self/cgroup").exits(0);
      for (String key : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "Seccomp")) {
        String of = line(pod.stdout(), key + ":");
        assertThat(line(entered.stdout(), key + ":")).isEqualTo(of);
      }
      assertThat(line(entered.stdout(), ":devices:")).isEqualTo(line(pod.stdout(), ":devices:"));
      assertThat(rkt.run("enter", uuid, "/bin/sh", "-c", "exit 9").exits(9).stderr()).isEmpty();
      rkt.run("enter", uuid, "/bin/sh", "-c", "mknod /tmp/s b 8 0 && cat /tmp/s").exits(1);
      assertThat(rkt.run("enter", uuid, "/bin/readlink", "/proc/self/ns/mnt").stdout().strip())
          .isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/mnt")).toString());
    } finally {
      rkt.run("stop", uuid).exits(0);
      pod.await(60);
    }
    rkt.run("enter", uuid, "/bin/true").exits(254).stderrHas("isn't currently running");
  }

  private static String line(String text, String key) {
    return text.lines()
        .filter(l -> l.contains(key))
        .map(l -> l.substring(l.indexOf(key)))
        .findFirst()
        .orElse("no line with " + key);
  }

  @Test
  @Covers("cli-4.11-grace")
  @InNameSpacesOnly("gc sees directories and locks, whatever the pod ran in")
  void youngPodsStayWithinTheGracePeriod() throws IOException {
    RktRunner rkt = RktRunner.in(temp);
    start(Flavour.NSPAWN, "true").await(60).exits(0);
    rkt.run("gc")
        .exits(0)
        .stderrHas("gc: pod \"" + uuid() + "\" not removed: still within grace period (30m0s)");
    assertThat(rkt.run("list", "--no-legend").exits(0).stdout()).contains("exited garbage");
    rkt.run("gc", "--grace-period=0s").exits(0);
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers("run-11-clean")
  void nothingOfThePodIsMountedOnTheHost(Flavour flavour) throws IOException {
    RktProcess pod = start(flavour, "echo up; sleep 30");
    pod.awaitStdout("up", 60);
    assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(temp.toString());
    pod.signal(15);
    pod.await(60).exits(0);
  }

  @Test
  @InNameSpacesOnly("no pod is run")
  @Covers("habit-control")
  void controlCharactersOfAnImageNeverReachTheTerminal() {
    RktRunner rkt = RktRunner.in(temp);
    Path aci =
        TestImage.named("example.com/app")
            .version("1\u001b[31mred\tx")
            .write(temp.resolve("images"));
    RktResult result = rkt.run("--insecure-options=image", "fetch", aci.toString());
    String all = result.stdout() + result.stderr();
    for (String command : List.of("image list", "list")) {
      all += rkt.run(command.split(" ", -1)).stdout();
    }
    assertThat(all).doesNotContain("\u001b");
  }
}
