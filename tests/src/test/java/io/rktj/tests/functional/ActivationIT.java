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
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sockets that systemd opens for a pod ({@code spec/rkt-runtime.md} section 14). Its own tool opens
 * them here, as a unit {@code .socket} does; {@code SystemdIT} has the units.
 */
@Needs(Requirement.SOCKET_ACTIVATION)
class ActivationIT {
  private static final String TELLS =
      "echo fds=$LISTEN_FDS names=$LISTEN_FDNAMES pid=$LISTEN_PID me=$$; ";

  @TempDir Path temp;

  private Path image(String script, String... ports) {
    List<String> all = new ArrayList<>();
    for (String port : ports) {
      String[] parts = port.split("/", -1);
      all.add(
          "{\"name\":\"%s\",\"protocol\":\"%s\",\"port\":%s,\"socketActivated\":true}"
              .formatted((Object[]) parts));
    }
    return TestImage.named("example.com/activated")
        .script(script)
        .app("\"ports\":[" + String.join(",", all) + "]")
        .write(temp.resolve("images"));
  }

  private static int[] freePorts(int count) throws IOException {
    int[] ports = new int[count];
    List<ServerSocket> taken = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      taken.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      ports[i] = taken.get(i).getLocalPort();
    }
    for (ServerSocket socket : taken) {
      socket.close();
    }
    return ports;
  }

  private RktRunner activated(String... words) {
    List<String> line = new ArrayList<>(List.of("systemd-socket-activate"));
    line.addAll(List.of(words));
    return RktRunner.in(temp).inside(line.toArray(new String[0]));
  }

  /** Connects until somebody listens, so that the tool starts its program. */
  private static Socket connect(RktProcess waiting, int port) throws Exception {
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (true) {
      try {
        return new Socket(InetAddress.getLoopbackAddress(), port);
      } catch (IOException e) {
        assertThat(waiting.process().isAlive()).isTrue();
        assertThat(System.nanoTime()).isLessThan(deadline);
        waiting.process().waitFor(20, java.util.concurrent.TimeUnit.MILLISECONDS);
      }
    }
  }

  private static List<String> descriptors(long pid) throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** The inode of the socket that the host listens on, as it stands behind descriptors. */
  private static String listener(int port) throws IOException {
    String wanted = String.format(":%04X ", port);
    return Files.readString(Path.of("/proc/net/tcp"))
        .lines()
        .filter(line -> line.contains(wanted + "00000000:0000 0A"))
        .map(line -> "socket:[" + line.strip().split(" +", -1)[9] + "]")
        .findFirst()
        .orElse("");
  }

  @Test
  @Covers({"cli-1.4-activation", "run-14-activation"})
  void portsGetTheSocketsWithTheirNumbersAndNothingElseIsPassedOn() throws Exception {
    int[] port = freePorts(3);
    RktRunner rkt =
        activated(
            "-l",
            "127.0.0.1:" + port[0],
            "-l",
            "127.0.0.1:" + port[1],
            "-l",
            "127.0.0.1:" + port[2],
            "--fdname=one:two:three");
    Path image =
        image(TELLS + "while :; do sleep 1; done", "admin/tcp/" + port[2], "www/tcp/" + port[0]);
    RktProcess pod = rkt.start("--insecure-options=image", "run", "--net=none", image.toString());
    try (Socket client = connect(pod, port[0])) {
      pod.awaitStdout("fds=2 names=admin:www pid=", 60);
      assertThat(pod.stdout()).containsPattern("pid=(\\d+) me=\\1\n");
      long app = Pods.appOf(pod, "sleep 1");
      assertThat(descriptors(app)).containsExactly("0", "1", "2", "3", "4");
      assertThat(Files.readSymbolicLink(Path.of("/proc/" + app + "/fd/3")))
          .hasToString(listener(port[2]));
      assertThat(Files.readSymbolicLink(Path.of("/proc/" + app + "/fd/4")))
          .hasToString(listener(port[0]));
      assertThat(client.isConnected()).isTrue();
      assertThat(listener(port[1])).as("nobody has got the other one").isEmpty();
    }
    pod.signal(15);
    assertThat(pod.await(60).exits(0).stderr())
        .contains(
            "stage1: warning: no --port option for socket-activated port \"www\", assuming port "
                + port[0]
                + " as specified in the manifest",
            "stage1: warning: descriptor 4 (two) is a socket for no socket-activated port; no app"
                + " gets it");
  }

  @Test
  void aDatagramSocketComesWithWhatHasArrived() throws Exception {
    int port = freePorts(1)[0];
    RktRunner rkt = activated("--datagram", "-l", "127.0.0.1:" + port);
    Path image = image(TELLS + "dd bs=100 count=1 <&3 2>/dev/null", "in/udp/" + port);
    RktProcess pod = rkt.start("--insecure-options=image", "run", "--net=none", image.toString());
    byte[] hello = "hello from outside\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    try (DatagramSocket client = new DatagramSocket()) {
      DatagramPacket packet =
          new DatagramPacket(hello, hello.length, InetAddress.getLoopbackAddress(), port);
      long deadline = System.nanoTime() + 60_000_000_000L;
      while (pod.process().isAlive() && System.nanoTime() < deadline) {
        client.send(packet);
        pod.process().waitFor(100, java.util.concurrent.TimeUnit.MILLISECONDS);
      }
    }
    RktResult result = pod.await(60).exits(0);
    assertThat(result.lines("activated"))
        .contains("hello from outside")
        .anyMatch(line -> line.startsWith("fds=1 names=in pid="));
  }

  @Test
  void aPreparedPodIsActivatedAsWell() throws Exception {
    int port = freePorts(1)[0];
    String uuid =
        RktRunner.in(temp)
            .run(
                "--insecure-options=image",
                "prepare",
                image(TELLS + "ls -l /proc/self/fd/3", "www/tcp/" + port).toString())
            .exits(0)
            .stdout()
            .strip();
    RktProcess pod = activated("-l", "127.0.0.1:" + port).start("run-prepared", "--net=none", uuid);
    try (Socket client = connect(pod, port)) {
      RktResult result = pod.await(60).exits(0);
      assertThat(client.isConnected()).isTrue();
      assertThat(result.stdout()).contains("fds=1 names=www", "/proc/self/fd/3 -> socket:[");
    }
  }

  @Test
  void withoutSystemdTheSocketIsOpenedInThePod() {
    RktResult result =
        RktRunner.in(temp)
            .with("LISTEN_FDS", "1")
            .with("LISTEN_PID", "1")
            .run(
                "--insecure-options=image",
                "run",
                "--net=none",
                image(TELLS + "cat /proc/net/tcp6; ls /proc/self/fd", "www/tcp/8080").toString())
            .exits(0);

    assertThat(result.stdout())
        .contains("fds=1 names=www")
        .containsPattern("00000000000000000000000000000000:1F90 0{32}:0000 0A");
  }

  @Test
  void whoCannotHaveSocketsSaysSoBeforeThereIsAPod() {
    RktRunner rkt = RktRunner.in(temp);
    rkt.inside("sh", "-c", "LISTEN_FDS=1 LISTEN_PID=$$ exec \"$@\" 3</dev/null", "sh");
    String image = image("true", "www/tcp/8080").toString();

    rkt.run("--insecure-options=image", "run", "--stage1-name=rktj.io/stage1-kvm", image)
        .exits(254)
        .isTidy()
        .stderrHas("stage1 \"stage1-kvm\" does not support socket activation");
    rkt.run("--insecure-options=image", "run", "--net=none", image)
        .exits(254)
        .isTidy()
        .stderrHas("cannot take over socket \"\", descriptor 3");
    rkt.run("app", "sandbox", "--net=none")
        .exits(1)
        .isTidy()
        .stderrHas("stage1 does not support socket activation of mutable pods");
    assertThat(Rkt.filesBelow(rkt.data().resolve("pods"))).isEmpty();
  }
}
