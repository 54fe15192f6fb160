// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktProcess;
import io.rktj.tests.kit.RktRunner.RktResult;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Emulated machines are copies of one that has booted, and have nothing of it or of each other. */
@Needs({Requirement.PODS, Requirement.MACHINES})
class MachineTemplatesIT {
  private static final String MACHINE = "--stage1-name=rktj.io/stage1-kvm";
  private static final String WORDS = "RKT_HYPERVISOR_EXTRA_KERNEL_PARAMS";

  @TempDir Path temp;

  private final Path shared = RktRunner.distribution().resolveSibling("machines");

  @BeforeEach
  void shareKernel() throws IOException {
    Files.createDirectories(shared);
    Files.createDirectories(RktRunner.in(temp).data());
    Files.createSymbolicLink(RktRunner.in(temp).data().resolve("kvm"), shared);
  }

  @Test
  void copiesHaveIdentitiesRandomBytesAndAClockOfTheirOwn() throws Exception {
    String aci =
        image(
            "hostname; cat /sys/class/net/eth0/address /proc/sys/kernel/random/boot_id;"
                + " head -c 16 /dev/urandom | od -A n -t x1; date +%s; echo written >/file");
    List<List<String>> said = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Instant before = Instant.now();
      RktResult result = run(RktRunner.in(temp), "--net=default", aci).exits(0);
      List<String> lines = result.lines("app");
      assertThat(lines).hasSize(5).doesNotHaveDuplicates();
      Instant told = Instant.ofEpochSecond(Long.parseLong(lines.get(4)));
      assertThat(told).isBetween(before.minusSeconds(1), Instant.now().plusSeconds(1));
      assertThat(result.stderr()).doesNotContain("a copy of a booted machine has failed");
      said.add(lines.subList(0, 4));
    }

    assertThat(said.get(0)).doesNotContainAnyElementsOf(said.get(1));
    RktRunner.in(temp).run("gc", "--grace-period=0s").exits(0);
  }

  @Test
  void copyWritesToMemoryOfItsOwnAndNotToItsTemplates() throws Exception {
    RktRunner rkt = RktRunner.in(temp).with(WORDS, "rktj.test=own");
    run(rkt, "--net=none", image("true")).exits(0);
    Path template = onlyTemplateOf("rktj.test=own");
    String before = hash(template.resolve("memory"));

    RktProcess pod = start(rkt, "head -c 20000000 /dev/urandom >/tmp/file; echo up; sleep 1000");
    pod.awaitStdout("up", 60);
    long monitor = Pods.appOf(pod, "qemu-system");

    assertThat(commandLine(monitor)).contains("-incoming").doesNotContain("-kernel");
    assertThat(Path.of("/proc/" + monitor + "/root/memory")).doesNotExist();
    assertThat(modeOfOpenFile(monitor, template.resolve("memory"))).isEqualTo("read");
    pod.process().destroy();
    pod.await(60).exits(0);
    assertThat(hash(template.resolve("memory"))).isEqualTo(before);
  }

  @Test
  @Covers({"run-18-words", "run-18-size", "cli-1.4-kernel"})
  void otherMonitorKernelWordsOrMemoryAreAnotherTemplate() throws Exception {
    String aci = image("true");
    RktRunner rkt = RktRunner.in(temp).with(WORDS, "rktj.test=key");
    run(rkt, "--net=none", aci).exits(0);
    Set<String> known = templates();
    run(rkt, "--net=none", aci).exits(0);
    assertThat(templates()).isEqualTo(known);

    run(rkt, "--net=none", aci, "--memory=300M").exits(0);
    assertThat(templates()).containsAll(known).hasSize(known.size() + 1);
    Path monitor = Files.copy(Path.of("/usr/bin/qemu-system-x86_64"), temp.resolve("monitor"));
    run(
            rkt.inside(
                "unshare",
                "-m",
                "sh",
                "-c",
                "mount --bind " + monitor + " /usr/bin/qemu-system-x86_64 && exec \"$@\"",
                "sh"),
            "--net=none",
            aci)
        .exits(0);
    assertThat(templates()).containsAll(known).hasSize(known.size() + 2);
  }

  @Test
  void brokenTemplateIsNotedOnceAndThePodRunsAndGcRemovesIt() throws Exception {
    RktRunner rkt = RktRunner.in(temp).with(WORDS, "rktj.test=broken");
    String aci = image("true");
    run(rkt, "--net=none", aci).exits(0);
    Path template = onlyTemplateOf("rktj.test=broken");
    Path state = template.resolve("state");
    Files.delete(state);
    Files.writeString(state, "nothing that a monitor understands");

    run(rkt, "--net=none", aci)
        .exits(0)
        .stderrHas("a copy of a booted machine has failed; the machine boots instead");
    assertThat(run(rkt, "--net=none", aci).exits(0).stderr()).doesNotContain("has failed");

    rkt.run("gc", "--grace-period=0s").exits(0);
    assertThat(template).doesNotExist();
  }

  @Test
  void machinesBootWhereTemplatesAreSwitchedOff() throws IOException {
    Path kinds = Files.createDirectories(temp.resolve("local/stage1.d"));
    Files.writeString(
        kinds.resolve("machine.json"),
        "{\"rktKind\":\"machine\",\"rktVersion\":\"v1\",\"templates\":\"off\"}");
    Set<String> known = templates();

    RktProcess pod = start(RktRunner.in(temp).with(WORDS, "rktj.test=off"), "echo up; sleep 1000");
    pod.awaitStdout("up", 60);

    assertThat(commandLine(Pods.appOf(pod, "qemu-system")))
        .contains("-kernel")
        .doesNotContain("-incoming");
    assertThat(templates()).isEqualTo(known);
    pod.process().destroy();
    pod.await(60).exits(0);
  }

  private String image(String script) {
    return TestImage.named("example.com/app").script(script).write(temp).toString();
  }

  /** Emulated, so that there is a template on every host. */
  private static RktResult run(RktRunner rkt, String network, String... words) {
    return rkt.run(
        Stream.concat(
                Stream.of("--insecure-options=image", "run", network, MACHINE, "--hypervisor=tcg"),
                Stream.of(words))
            .toArray(String[]::new));
  }

  private RktProcess start(RktRunner rkt, String script) {
    return rkt.start(
        "--insecure-options=image",
        "run",
        "--net=none",
        MACHINE,
        "--hypervisor=tcg",
        image(script));
  }

  private Set<String> templates() {
    String[] names = shared.resolve("templates").toFile().list();
    return new TreeSet<>(List.of(names == null ? new String[0] : names));
  }

  /** The template whose guest was started with a word: its memory has the kernel's command line. */
  private Path onlyTemplateOf(String word) throws IOException {
    List<Path> found = new ArrayList<>();
    for (String name : templates()) {
      Path template = shared.resolve("templates").resolve(name);
      if (Files.exists(template.resolve("words"))
          && Files.readString(template.resolve("words"), UTF_8).contains(word)) {
        found.add(template);
      }
    }
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  private static List<String> commandLine(long pid) throws IOException {
    return List.of(Files.readString(Path.of("/proc/" + pid + "/cmdline")).split("\0", -1));
  }

  private static String modeOfOpenFile(long pid, Path file) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      for (Path each : open.toList()) {
        if (Files.exists(each) && Files.isSameFile(each, file)) {
          String text = Files.readString(Path.of("/proc/" + pid + "/fdinfo/" + each.getFileName()));
          int flags = Integer.parseInt(text.replaceAll("(?s).*flags:\\s*([0-7]+).*", "$1"), 8);
          return (flags & 3) == 0 ? "read" : "write";
        }
      }
    }
    return "not open";
  }

  private static String hash(Path file) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    byte[] bytes = new byte[1 << 20];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(bytes); n > 0; n = in.read(bytes)) {
        digest.update(bytes, 0, n);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
