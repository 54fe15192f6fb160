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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What pods in name spaces do, done by the same images and flags in a virtual machine. */
@Needs({Requirement.PODS, Requirement.MACHINES})
class MachineIT {
  private static final String MACHINE = "--stage1-name=rktj.io/stage1-kvm";
  private static final String NULL_VOLUME = "--volume=null,kind=host,source=/dev/null";
  private static final String NULL_MOUNT = "--mount=volume=null,target=/null";

  @TempDir Path temp;

  /** One kernel for all tests: each has a data directory of its own. */
  @BeforeEach
  void shareKernel() throws IOException {
    Path shared = RktRunner.distribution().resolveSibling("machines");
    Files.createDirectories(shared);
    Files.createDirectories(RktRunner.in(temp).data());
    Files.createSymbolicLink(RktRunner.in(temp).data().resolve("kvm"), shared);
  }

  @Test
  @Covers("run-18-run")
  void appRunsUnderAKernelOfItsOwnAndItsStatusIsTheCommands() throws IOException {
    RktResult result =
        Rkt.script(temp, "cat /proc/sys/kernel/osrelease /proc/1/comm; exit 7", MACHINE).exits(7);

    List<String> lines = result.lines("app");
    assertThat(lines.get(0))
        .isNotEqualTo(Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
    assertThat(lines.get(1)).isEqualTo("pod-init");
    result.isTidy();
  }

  @Test
  void identityCapabilitiesAndFilterAreThoseOfThePlan() {
    TestImage image =
        TestImage.named("example.com/app").script("cat /proc/self/status; id").as("1000", "1000");

    RktResult result = Rkt.image(temp, image, MACHINE).exits(0);

    assertThat(result.lines("app"))
        .contains("CapBnd:\t00000000a80425fb", "CapEff:\t0000000000000000", "Seccomp:\t2")
        .anyMatch(line -> line.startsWith("uid=1000"));
  }

  @Test
  @Covers({"run-18-run", "sec-1b-machines"})
  void volumesAreTheHostsAndReadOnlyOnesStaySo() throws IOException {
    Path written = Files.createDirectory(temp.resolve("written"));
    Path read = Files.createDirectory(temp.resolve("read"));
    Files.writeString(read.resolve("file"), "from the host\n");

    RktResult result =
        Rkt.script(
            temp,
            "cat /read/file; echo from the guest >/written/file; echo no >/read/file; exit 0",
            MACHINE,
            "--volume=w,kind=host,source=" + written,
            "--volume=r,kind=host,source=" + read + ",readOnly=true",
            "--mount=volume=w,target=/written",
            "--mount=volume=r,target=/read");

    assertThat(result.exits(0).lines("app"))
        .contains("from the host")
        .anyMatch(line -> line.contains("Read-only file system"));
    assertThat(Files.readString(written.resolve("file"))).isEqualTo("from the guest\n");
    assertThat(Files.readString(read.resolve("file"))).isEqualTo("from the host\n");
  }

  @Test
  @Covers("run-20-crash")
  void killedMonitorEndsThePodWithAClearMessageAndNothingLeft() throws IOException {
    RktProcess pod = start("echo up; sleep 1000");
    pod.awaitStdout("up", 60);
    long monitor = Pods.appOf(pod, "qemu-system");

    ProcessHandle.of(monitor).orElseThrow().destroyForcibly();

    pod.await(60).exits(254).stderrHas("the machine has ended unexpectedly");
  }

  @Test
  void killedSupervisorTakesTheMonitorAlongAndThePodHasExited() {
    RktProcess pod = start("echo up; sleep 1000");
    pod.awaitStdout("up", 60);
    long monitor = Pods.appOf(pod, "qemu-system");

    pod.process().destroyForcibly();

    Pods.awaitGone(monitor);
    RktRunner rkt = RktRunner.in(temp);
    assertThat(rkt.run("list", "--no-legend").exits(0).stdout()).contains("exited");
    rkt.run("gc", "--grace-period=0s").exits(0);
    assertThat(rkt.run("list", "--no-legend").exits(0).stdout()).isEmpty();
  }

  @Test
  void panicOfTheGuestsKernelEndsThePodWithItsLastWords() {
    String aci =
        TestImage.named("example.com/app")
            .script("echo c >/proc/sysrq-trigger; sleep 1000")
            .write(temp)
            .toString();

    RktRunner.in(temp)
        .run("--insecure-options=image,all-run", "run", "--net=none", MACHINE, aci)
        .exits(254)
        .stderrHas("pod-init: the machine: ")
        .stderrHas("the machine has ended unexpectedly");
  }

  @Test
  void visitorsGetTheirStreamsAndTheStatusOfTheirCommand() throws IOException {
    RktProcess pod = start("echo up; sleep 1000");
    pod.awaitStdout("up", 60);
    RktRunner rkt = RktRunner.in(temp);
    String uuid = rkt.run("list", "--no-legend", "--full").exits(0).stdout().split("\\s", 2)[0];

    rkt.run("enter", uuid, "/bin/sh", "-c", "echo seen; exit 9").exits(9).stdoutHas("seen");
    RktRunner.in(temp)
        .inside("sh", "-c", "\"$@\" | head -n 1", "sh")
        .run("enter", uuid, "/bin/sh", "-c", "yes; echo ended by $? >&2")
        .exits(0)
        .stdoutHas("y\n")
        .stderrHas("ended by 141");
    rkt.run("status", uuid).exits(0).stdoutHas("hypervisor=");

    rkt.run("stop", uuid).exits(0);
    pod.await(60).exits(0);
  }

  @Test
  @Covers("sec-1b-machines")
  void monitorRunsAsNobodyElseWithoutPrivileges() throws IOException {
    RktProcess pod = start("echo up; sleep 1000");
    pod.awaitStdout("up", 60);
    long monitor = Pods.appOf(pod, "qemu-system");

    String status = Files.readString(Path.of("/proc/" + monitor + "/status"));

    assertThat(status)
        .contains("CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1")
        .contains("Seccomp:\t2")
        .containsPattern("Uid:\t19\\d{8}\t");
    Path root = Path.of("/proc/" + monitor + "/root");
    assertThat(root.toFile().list())
        .containsExactlyInAnyOrder(
            "usr", "lib", "lib64", "etc", "dev", "kernel", "initrd", "disks");
    assertThat(root.resolve("usr/bin").toFile().list()).containsExactly("qemu-system-x86_64");
    assertThat(root.resolve("etc").toFile().list()).containsExactly("ld.so.cache");
    assertThat(root.resolve("dev").toFile().list())
        .isSubsetOf("null", "zero", "urandom", "kvm")
        .contains("null");
    pod.process().destroy();
    pod.await(60).exits(0);
  }

  @Test
  @Covers("run-18-net")
  void hostNetworkDevicesAndUnusableHypervisorAreRefused() {
    String aci = TestImage.named("example.com/app").script("true").write(temp).toString();
    RktRunner rkt = RktRunner.in(temp.resolve("without-kernel"));

    rkt.run("--insecure-options=image", "run", "--net=host", MACHINE, aci)
        .exits(254)
        .stderrHas("flavor kvm requires private network configuration");
    rkt.run("--insecure-options=image", "run", "--net=none", "--ipc=parent", MACHINE, aci)
        .exits(254)
        .stderrHas("flavor kvm requires private IPC namespace");
    for (String command : List.of("run", "prepare")) {
      rkt.run("--insecure-options=image", command, MACHINE, NULL_VOLUME, NULL_MOUNT, aci)
          .exits(254)
          .stderrHas("cannot give the device \"/dev/null\" to a virtual machine");
    }
    assertThat(rkt.run("list", "--no-legend").exits(0).stdout()).isEmpty();
    assertThat(rkt.data().resolve("kvm")).doesNotExist();
    rkt.run("--insecure-options=image", "run", "--net=none", "--hypervisor=xen", MACHINE, aci)
        .exits(254)
        .stderrHas("unknown hypervisor");
    rkt.run("--insecure-options=image", "run", "--net=none", "--hypervisor=kvm", aci)
        .exits(254)
        .stderrHas("--hypervisor and --kernel cannot be used with stage1 \"stage1-nspawn\"");
    rkt.with("RKT_HYPERVISOR_BOOT_SECONDS", "soon")
        .run("--insecure-options=image", "run", "--net=none", MACHINE, aci)
        .exits(254)
        .stderrHas("\"soon\" is no number");
    assertThat(rkt.run("list", "--no-legend").exits(0).stdout()).isEmpty();
  }

  private RktProcess start(String script) {
    String aci = TestImage.named("example.com/app").script(script).write(temp).toString();
    return RktRunner.in(temp).start("--insecure-options=image", "run", "--net=none", MACHINE, aci);
  }
}
