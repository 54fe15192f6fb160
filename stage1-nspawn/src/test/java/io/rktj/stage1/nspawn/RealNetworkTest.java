// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.nspawn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rktj.linux.Kernel;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pods with private networks, on a host that is itself a network name space: the real plugins, the
 * real iptables, and nothing of it reaches the machine.
 */
class RealNetworkTest {
  private static final Path PLUGIN = Path.of("/usr/lib/cni/ptp");
  private static final Path BUSYBOX = Path.of("/bin/busybox");
  private static final long LIMIT_SECONDS = 120;

  /** The host: loopback, room for name spaces and for the addresses that host-local keeps. */
  private static final String HOST =
      """
      set -eu
      mount --make-rprivate /
      mount -t tmpfs tmpfs /run
      mount -t tmpfs tmpfs /var/lib
      busybox ip link set lo up
      become() { exec "$JAVA" -XX:-UsePerfData "-Drkt.home=$DIR/home" "-Drkt.native=$LIBRARY" \
        -cp "$CLASSES" io.rktj.stage1.nspawn.RunProbe "$POD" "$DIR/tree" "$@"; }
      probe() (become "$@")
      look() { iptables -t nat -S | grep -E 'RKT|CNI' || true; busybox ip link | grep veth || true
        ls /run/netns; ls "$POD/net" 2>/dev/null || true; }
      """;

  @TempDir Path directory;
  private Path pod = Path.of("/");

  @BeforeEach
  void layOut() throws IOException {
    assumeTrue(Kernel.host().euid() == 0, "needs root for name spaces and mounts");
    assumeTrue(Files.exists(BUSYBOX), "needs a static /bin/busybox");
    assumeTrue(Files.exists(PLUGIN), "needs the Debian package containernetworking-plugins");
    assumeTrue(Files.exists(Path.of("/usr/sbin/iptables")), "needs the Debian package iptables");
    pod = directory.resolve("run/" + UUID.randomUUID());
    Files.createDirectories(pod.resolve("host"));
    Files.createDirectories(pod.resolve("net.d"));
    Files.createDirectories(directory.resolve("tree/bin"));
    Files.copy(BUSYBOX, directory.resolve("tree/bin/busybox"));
    Files.createSymbolicLink(directory.resolve("tree/bin/sh"), Path.of("busybox"));
    Path home = Files.createDirectories(directory.resolve("home/lib/native"));
    Files.createSymbolicLink(
        home.resolve("pod-init"),
        Path.of("../stage2-apps/target/native/pod-init").toAbsolutePath().normalize());
  }

  /** Runs a script on the host; its output is what the test looks at. */
  private String onHost(String script) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(List.of("unshare", "-n", "-m", "sh", "-c", HOST + script));
    builder.environment().put("DIR", directory.toString());
    builder.environment().put("POD", pod.toString());
    builder
        .environment()
        .put("JAVA", Path.of(System.getProperty("java.home"), "bin/java").toString());
    builder.environment().put("CLASSES", System.getProperty("java.class.path"));
    builder
        .environment()
        .put(
            "LIBRARY",
            Path.of("../linux/target/native/librktj.so").toAbsolutePath().normalize().toString());
    File out = directory.resolve("out").toFile();
    File err = directory.resolve("err").toFile();
    Process process =
        builder.redirectInput(new File("/dev/null")).redirectOutput(out).redirectError(err).start();
    boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertThat(ended).as(Files.readString(err.toPath())).isTrue();
    assertThat(process.exitValue()).as(Files.readString(err.toPath())).isZero();
    return Files.readString(out.toPath());
  }

  @Test
  void joinsTheDefaultNetworkAndForwardsAPortOfTheHost() throws Exception {
    String seen =
        onHost(
            """
            become default '
              busybox ip -4 -o addr show dev eth0 > /volume/address
              busybox ip route > /volume/routes
              mkdir /www; echo hello from the pod > /www/index.html
              : > /volume/up; exec busybox httpd -f -p 80 -h /www' > "$DIR/pod.out" &
            pod=$!
            until test -e "$POD/host/up"; do kill -0 $pod; busybox usleep 20000; done
            try=0
            until busybox wget -q -O - http://127.0.0.1:8080/; do
              try=$((try + 1)); test $try -lt 50; busybox usleep 100000; done
            busybox wget -q -O - http://172.16.28.1:8080/
            kill $pod; wait $pod || true
            probe default; probe default; look
            """);

    assertThat(seen).isEqualTo("hello from the pod\nhello from the pod\n");
    assertThat(Files.readString(pod.resolve("host/address"))).contains("172.16.28.2/24");
    assertThat(Files.readString(pod.resolve("host/routes")))
        .contains("default via 172.16.28.1 dev eth0");
    assertThat(Files.readString(pod.resolve("net-info.json")))
        .contains("\"netName\":\"default\"", "\"ip\":\"172.16.28.2\"", "\"255.255.255.0\"");
    assertThat(Files.readString(pod.resolve("netns")))
        .isEqualTo("/var/run/netns/cni-" + pod.getFileName() + "\n");
  }

  @Test
  void removesWhatAKilledPodHasLeft() throws Exception {
    String seen =
        onHost(
            """
            become default ': > /volume/up; while :; do busybox sleep 1; done' > "$DIR/pod.out" &
            pod=$!
            until test -e "$POD/host/up"; do kill -0 $pod; busybox usleep 20000; done
            kill -9 $pod; wait $pod || true
            look | busybox wc -l
            probe default; look
            """);

    assertThat(Integer.parseInt(seen.strip())).as("traces that gc has to remove").isPositive();
  }

  @Test
  void leavesNothingIfASecondNetworkFails() throws Exception {
    Files.writeString(pod.resolve("net.d/10-first.conf"), "{\"name\":\"first\",\"type\":\"good\"}");
    Files.writeString(
        pod.resolve("net.d/20-second.conf"), "{\"name\":\"second\",\"type\":\"bad\"}");
    plugin("good", "echo \"good $CNI_COMMAND $CNI_IFNAME\" >> calls; echo '{}'");
    plugin(
        "bad",
        "echo \"bad $CNI_COMMAND $CNI_IFNAME\" >> calls; test $CNI_COMMAND = DEL"
            + " || { echo '{\"msg\":\"no luck\"}'; exit 1; }");

    String seen = onHost("probe all 'exit 0' 2> \"$DIR/said\" && exit 9; look");

    assertThat(seen).isEmpty();
    assertThat(Files.readString(directory.resolve("said")))
        .contains("error adding network \"second\": no luck");
    assertThat(Files.readAllLines(pod.resolve("calls")))
        .containsExactly("good ADD eth0", "bad ADD eth1", "bad DEL eth1", "good DEL eth0");
  }

  private void plugin(String name, String script) throws IOException {
    Path program = pod.resolve("net.d/" + name);
    Files.writeString(program, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
