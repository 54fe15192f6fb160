// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktProcess;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Machines that cannot be had or do not come to life, and kernels that are brought along. */
@Needs({Requirement.PODS, Requirement.MACHINES})
class MachineFailuresIT {
  private static final String MACHINE = "--stage1-name=rktj.io/stage1-kvm";

  @TempDir Path temp;

  private final Path shared = RktRunner.distribution().resolveSibling("machines");

  @BeforeEach
  void shareKernel() throws IOException {
    Files.createDirectories(shared);
    Files.createDirectories(RktRunner.in(temp).data());
    Files.createSymbolicLink(RktRunner.in(temp).data().resolve("kvm"), shared);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/usr/bin/qemu-system-x86_64", "/usr/bin/mkfs.erofs"})
  void withoutItsProgramsItIsRefusedWithTheWayToGetThemAndThereIsNoPod(String program)
      throws Exception {
    Path log = temp.resolve("log");
    int status =
        new ProcessBuilder(
                "unshare",
                "-m",
                "sh",
                "-c",
                "mount --bind /dev/null " + program + " && exec \"$@\"",
                "sh",
                RktRunner.distribution().resolve("bin/rkt").toString(),
                "--dir=" + RktRunner.in(temp).data(),
                "--insecure-options=image",
                "run",
                "--net=none",
                MACHINE,
                image("true"))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();

    assertThat(status).isEqualTo(254);
    assertThat(log)
        .content()
        .contains("\"" + program + "\" is not there")
        .contains("apt-get install qemu-system-x86");
    hasNoPod();
  }

  @Test
  void configuredHypervisorThatIsOfNoUseIsRefusedUnlessAFlagSaysOtherwise() throws IOException {
    assumeUnusable();
    Path kinds = Files.createDirectories(temp.resolve("local/stage1.d"));
    Files.writeString(
        kinds.resolve("machine.json"),
        "{\"rktKind\":\"machine\",\"rktVersion\":\"v1\",\"hypervisor\":\"kvm\"}");
    String aci = image("true");

    run(aci).exits(254).stderrHas("cannot use /dev/kvm: ").stderrHas("--hypervisor=auto emulates");
    hasNoPod();
    run(aci, "--hypervisor=tcg").exits(0);
    RktRunner rkt = RktRunner.in(temp);
    rkt.run("list", "--format=json")
        .exits(0)
        .stdoutHas("\"hypervisor\":\"tcg\"")
        .stdoutHas("\"isolation\":\"emulated\"");
  }

  @Test
  void bootThatFailsByTheDeviceIsRememberedUntilTheMonitorChanges() throws IOException {
    assumeUnusable();
    assumeTrue(Files.isWritable(Path.of("/dev/kvm")), "needs a /dev/kvm that is of no use");
    String aci = image("true");
    run(aci).exits(0);
    Path verdict = ownVerdict();
    String known = Files.readString(verdict);
    String key = known.substring(0, known.indexOf('\n'));
    replace(verdict, new byte[] {(byte) 0xff});
    run(aci, "--hypervisor=kvm").exits(254).stderrHas("cannot use /dev/kvm: privileged code");
    byte[] usable = (key + "\nusable 99.9 MIPS\n").getBytes(ISO_8859_1);
    replace(verdict, usable);

    RktRunner.in(temp)
        .run("--insecure-options=image", "run", "--net=none", MACHINE, aci, "--memory=2000T")
        .exits(254)
        .stderrHas("the machine has ended unexpectedly");
    assertThat(verdict).as("after a failure of one pod's own").hasBinaryContent(usable);

    RktRunner.in(temp)
        .with("RKT_HYPERVISOR_BOOT_SECONDS", "20")
        .run("--insecure-options=image", "run", "--net=none", MACHINE, aci)
        .exits(0)
        .stderrHas("this host's virtualisation has failed; the machine is emulated instead");

    assertThat(verdict).hasContent(key + "\nunusable a machine has not come to life with it\n");
    run(aci, "--hypervisor=kvm").exits(254).stderrHas("a machine has not come to life with it");
    Path monitor = Files.copy(Path.of("/usr/bin/qemu-system-x86_64"), temp.resolve("monitor"));
    RktRunner.in(temp)
        .inside(
            "unshare",
            "-m",
            "sh",
            "-c",
            "mount --bind " + monitor + " /usr/bin/qemu-system-x86_64 && exec \"$@\"",
            "sh")
        .run("--insecure-options=image", "run", "--net=none", MACHINE, "--hypervisor=kvm", aci)
        .exits(254)
        .stderrHas("cannot use /dev/kvm: privileged code");
  }

  private static void replace(Path file, byte[] content) throws IOException {
    Files.delete(file);
    Files.write(file, content);
  }

  @Test
  void machineThatDoesNotComeToLifeIsEndedInTimeAndItsKernelGoesWithThePod() throws IOException {
    Path kernel = temp.resolve("kernel");
    Files.write(kernel, haltingKernel());

    RktRunner.in(temp)
        .with("RKT_HYPERVISOR_BOOT_SECONDS", "2")
        .run(
            "--insecure-options=image",
            "run",
            "--net=none",
            MACHINE,
            "--hypervisor=tcg",
            "--kernel=" + kernel,
            image("true"))
        .exits(254)
        .stderrHas("the machine has not come to life in time");

    RktRunner rkt = RktRunner.in(temp);
    assertThat(rkt.run("list", "--no-legend").exits(0).stdout()).contains("exited");
    assertThat(kernelsOfVersion("kernel")).hasSize(1);
    rkt.run("gc", "--grace-period=0s").exits(0);
    hasNoPod();
    assertThat(kernelsOfVersion("kernel")).isEmpty();
  }

  @Test
  void killedWhileItMakesATemplateItTakesTheMachineAlong() throws IOException {
    Path kernel = temp.resolve("kernel");
    Files.write(kernel, haltingKernel());
    RktProcess rkt =
        RktRunner.in(temp)
            .with("RKT_HYPERVISOR_BOOT_SECONDS", "600")
            .start(
                "--insecure-options=image",
                "run",
                "--net=none",
                MACHINE,
                "--hypervisor=tcg",
                "--kernel=" + kernel,
                image("true"));
    long monitor = Pods.appOf(rkt, "qemu-system");

    rkt.process().destroyForcibly();

    Pods.awaitGone(monitor);
    RktRunner.in(temp).run("gc", "--grace-period=0s").exits(0);
    hasNoPod();
  }

  @Test
  void whatIsNoKernelIsRefusedBeforeThereIsAPod() throws IOException {
    Path text = Files.writeString(temp.resolve("text"), "no kernel at all\n");

    run(image("true"), "--kernel=" + text)
        .exits(254)
        .stderrHas("cannot use kernel \"" + text + "\"")
        .stderrHas("neither an ELF file nor a boot image");
    run(image("true"), "--kernel=/nonexistent").exits(254).stderrHas("no such file");
    hasNoPod();
  }

  @Test
  void packageOfAKernelIsUsedWithoutANetwork() throws Exception {
    run(image("true")).exits(0); // so that there is one to pack
    Path deb = packAgain();

    RktRunner.in(temp)
        .run(
            "--insecure-options=image",
            "run",
            "--net=none",
            MACHINE,
            "--kernel=" + deb,
            image("cat /proc/sys/kernel/osrelease"))
        .exits(0)
        .stdoutHas("cloud");
    assertThat(kernelsOfVersion("9.9.9-packed")).hasSize(1);
  }

  @Test
  void fullDiskEndsThePodWithAClearMessageAndWorksAgainLater() throws Exception {
    Path data = RktRunner.in(temp).data();
    Files.delete(data.resolve("kvm"));
    command("mount", "-t", "tmpfs", "-o", "size=24m,mode=0755", "tmpfs", data.toString());
    try {
      Files.createSymbolicLink(data.resolve("kvm"), shared);
      String aci = image("true");
      RktRunner rkt = RktRunner.in(temp);
      rkt.run("--insecure-options=image", "run", "--net=none", aci).exits(0);
      Path filler = data.resolve("filler");
      long room = data.toFile().getUsableSpace() - (200 << 10);
      try (RandomAccessFile file = new RandomAccessFile(filler.toFile(), "rw")) {
        byte[] zeros = new byte[4096];
        for (long at = 0; at < room; at += zeros.length) {
          file.write(zeros);
        }
      }

      run("example.com/app:1").exits(254).stderrHas("mkfs.erofs has failed");

      assertThat(Rkt.filesBelow(data)).noneMatch(name -> name.endsWith(".tmp"));
      Files.delete(filler);
      run("example.com/app:1").exits(0);
      Path disk = onlyDisk(data);
      replace(disk, Arrays.copyOf(Files.readAllBytes(disk), 100_000));
      run("example.com/app:1").exits(0); // as after a crash of the host
      rkt.run("gc", "--grace-period=0s").exits(0);
      hasNoPod();
    } finally {
      command("umount", data.toString());
    }
  }

  @Test
  void serverOfVolumesSeesOnlyThemAndThePodEndsWithIt() throws IOException {
    Path volume = Files.createDirectory(temp.resolve("volume"));
    RktProcess pod =
        RktRunner.in(temp)
            .start(
                "--insecure-options=image",
                "run",
                "--net=none",
                MACHINE,
                "--volume=v,kind=host,source=" + volume,
                "--mount=volume=v,target=/v",
                image("mknod /v/node c 1 3; touch /v/file; echo up; sleep 1000"));
    Pods.appOf(pod, "virtiofsd");
    pod.awaitStdout("up", 60);
    assertThat(volume.toFile().list()).as("nor a node of a device").containsExactly("file");

    List<ProcessHandle> servers =
        pod.process()
            .descendants()
            .filter(p -> p.info().command().orElse("").endsWith("virtiofsd"))
            .toList();
    ProcessHandle worker = servers.get(servers.size() - 1);
    assertThat(Path.of("/proc/" + worker.pid() + "/root").toFile().list()).containsExactly("0");
    assertThat(Files.readString(Path.of("/proc/" + worker.pid() + "/status")))
        .contains("Seccomp:\t2");
    servers.forEach(ProcessHandle::destroyForcibly);

    pod.await(60).exits(254).stderrHas("the server of its volumes has ended");
  }

  private static Path onlyDisk(Path data) {
    List<String> disks =
        Rkt.filesBelow(data).stream().filter(name -> name.endsWith("image.erofs")).toList();
    assertThat(disks).hasSize(1);
    return data.resolve(disks.get(0));
  }

  private RktRunner.RktResult run(String aci, String... flags) {
    return RktRunner.in(temp)
        .run(
            Stream.of(
                    Stream.of("--insecure-options=image", "run", "--net=none", MACHINE),
                    Stream.of(flags),
                    Stream.of(aci))
                .flatMap(words -> words)
                .toArray(String[]::new));
  }

  private String image(String script) {
    return TestImage.named("example.com/app").script(script).write(temp).toString();
  }

  private void hasNoPod() {
    assertThat(RktRunner.in(temp).run("list", "--no-legend").exits(0).stdout()).isEmpty();
  }

  private void assumeUnusable() {
    String said = run(image("true")).exits(0).stderr();
    assumeTrue(said.contains("no hardware isolation"), "needs a host without usable /dev/kvm");
    RktRunner.in(temp).run("gc", "--grace-period=0s").exits(0);
  }

  /** The cache with a verdict that no other test sees. */
  private Path ownVerdict() throws IOException {
    Path cache = RktRunner.in(temp).data().resolve("kvm");
    Files.delete(cache);
    Files.createDirectory(cache);
    try (Stream<Path> entries = Files.list(shared)) {
      for (Path entry : entries.toList()) {
        Path mine = cache.resolve(entry.getFileName());
        if (Files.isDirectory(entry) && !entry.endsWith("lock") && !entry.endsWith("tmp")) {
          Files.createSymbolicLink(mine, entry);
        } else if (Files.isRegularFile(entry)) {
          Files.copy(entry, mine);
        }
      }
    }
    return cache.resolve("verdict");
  }

  private List<Path> kernelsOfVersion(String version) throws IOException {
    try (Stream<Path> kernels = Files.list(shared.resolve("kernels"))) {
      return kernels
          .filter(kernel -> Rkt.filesBelow(kernel).contains("version"))
          .filter(kernel -> version.equals(text(kernel.resolve("version"))))
          .toList();
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /** A package as Debian's, of the kernel and the drivers in the cache. */
  private Path packAgain() throws Exception {
    Path kernel = shared.resolve("kernels").resolve(text(shared.resolve("package")));
    Path root = temp.resolve("package");
    Path modules = Files.createDirectories(root.resolve("lib/modules/9.9.9-packed"));
    Files.createDirectories(root.resolve("boot"));
    Files.copy(kernel.resolve("vmlinux"), root.resolve("boot/vmlinuz-9.9.9-packed"));
    try (Stream<Path> drivers = Files.list(kernel.resolve("drivers"))) {
      for (Path driver : drivers.toList()) {
        String content = new String(Files.readAllBytes(driver), ISO_8859_1);
        int name = content.indexOf("\0name=") + 6;
        Files.copy(
            driver, modules.resolve(content.substring(name, content.indexOf('\0', name)) + ".ko"));
      }
    }
    Files.createDirectories(root.resolve("DEBIAN"));
    Files.writeString(
        root.resolve("DEBIAN/control"),
        "Package: linux-image-9.9.9-packed\nVersion: 9.9.9\nArchitecture: amd64\n"
            + "Maintainer: a test <test@example.com>\nDescription: a kernel\n");
    Path deb = temp.resolve("kernel.deb");
    command("dpkg-deb", "-Znone", "-b", root.toString(), deb.toString());
    return deb;
  }

  private static void command(String... words) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), ISO_8859_1);
    assertThat(process.waitFor()).as(said).isZero();
  }

  /**
   * A kernel that is started as others are, and stops at once: its note, and three instructions.
   */
  private static byte[] haltingKernel() {
    int address = 0x100000;
    ByteBuffer elf = ByteBuffer.allocate(0x200).order(ByteOrder.LITTLE_ENDIAN);
    elf.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}).position(16);
    elf.putShort((short) 2).putShort((short) 62).putInt(1).putLong(address).putLong(64).putLong(0);
    elf.putInt(0).putShort((short) 64).putShort((short) 56).putShort((short) 2);
    elf.position(64);
    elf.putInt(1).putInt(7).putLong(0x100).putLong(address).putLong(address);
    elf.putLong(0x100).putLong(0x100).putLong(0x1000);
    elf.putInt(4).putInt(4).putLong(0x180).putLong(address + 0x80).putLong(address + 0x80);
    elf.putLong(24).putLong(24).putLong(4);
    elf.position(0x100);
    elf.put(new byte[] {(byte) 0xfa, (byte) 0xf4, (byte) 0xeb, (byte) 0xfd}); // cli, hlt, again
    elf.position(0x180);
    elf.putInt(4).putInt(8).putInt(18).put(new byte[] {'X', 'e', 'n', 0}).putLong(address);
    return elf.array();
  }
}
