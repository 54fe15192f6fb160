// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rktj.linux.Kernel;
import io.rktj.pod.HostException;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.TestPod;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plugins that are shell scripts. */
class CniPluginTest {
  private static final String CONFIG = "{\"name\":\"n\",\"type\":\"fake\"}";

  @TempDir Path directory;
  private Path config = Path.of("/");

  @BeforeEach
  void writeConfig() throws IOException {
    config = Files.writeString(directory.resolve("n.conf"), CONFIG);
  }

  private void plugin(String script) throws IOException {
    Path program = Files.writeString(directory.resolve("fake"), "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private CniPlugin plugins(long timeoutSeconds) {
    return new CniPlugin(
        CniPlugin.environment(List.of("PATH=/bin", "CNI_PATH=/evil", "OTHER=kept")),
        "/one:/two",
        TestPod.UUID,
        directory,
        timeoutSeconds);
  }

  private NetInfo network() {
    return new NetInfo("n", "net/n.conf", directory + "/fake", "eth1", "", "K=V", "");
  }

  @Test
  void passesEnvironmentAndConfiguration() throws IOException {
    plugin(
        "env | grep -E '^(CNI_|OTHER|PATH)' | sort > env; cat > input;"
            + " echo '{\"ip4\":{\"ip\":\"10.0.0.2/8\"}}'");

    CniResult result = plugins(30).add(network(), config);

    assertThat(result.ip()).contains("10.0.0.2");
    assertThat(Files.readString(directory.resolve("input"))).isEqualTo(CONFIG);
    assertThat(Files.readString(directory.resolve("env")))
        .isEqualTo(
            """
            CNI_ARGS=K=V
            CNI_COMMAND=ADD
            CNI_CONTAINERID=6733c088-a507-4694-aabf-eac2d73b4a1c
            CNI_IFNAME=eth1
            CNI_NETNS=/var/run/netns/cni-6733c088-a507-4694-aabf-eac2d73b4a1c
            CNI_PATH=/one:/two
            CNI_VERSION=0.1.0
            OTHER=kept
            PATH=/bin:/usr/sbin:/usr/bin:/sbin:/bin
            """);
  }

  @Test
  void passesOnWhatThePluginSaysIsWrong() throws IOException {
    plugin("echo '{\"code\":7,\"msg\":\"no more addresses\",\"details\":\"in 10/8\"}'; exit 1");

    assertThatThrownBy(() -> plugins(30).add(network(), config))
        .isInstanceOf(Stage1Exception.class)
        .hasMessage(
            "stage1: failed to setup network: error adding network \"n\":"
                + " no more addresses; in 10/8");
  }

  @Test
  void givesTheStatusOfAPluginThatSaysNothing() throws IOException {
    plugin("exit 3");

    assertThatThrownBy(() -> plugins(30).delete(network(), config))
        .hasMessage("networking: error deleting \"n\": exit status 3");
  }

  @Test
  void endsAPluginThatDoesNotEnd() throws IOException {
    plugin("sleep 1000");

    assertThatThrownBy(() -> plugins(1).add(network(), config))
        .isInstanceOf(HostException.class)
        .cause()
        .hasMessageContaining("has not ended after 1 s");
  }

  @Test
  void endsAPluginThatWritesWithoutEnd() throws IOException {
    plugin(
        "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done");

    assertThatThrownBy(() -> plugins(30).add(network(), config))
        .isInstanceOf(HostException.class)
        .cause()
        .hasMessageContaining("more than 1048576 bytes of output");
  }

  @Test
  void refusesAResultThatIsNoJson() throws IOException {
    plugin("echo fine");

    assertThatThrownBy(() -> plugins(30).add(network(), config))
        .isInstanceOf(HostException.class)
        .hasMessageContaining("error adding network \"n\"");
  }

  @Test
  void findsProgramsInOrderAndOnlyThoseOfRoot() throws IOException {
    assumeTrue(Kernel.host().euid() == 0, "needs root, whose programs are trusted");
    plugin("exit 0");
    PluginFinder finder =
        new PluginFinder(
            Kernel.host(), List.of(directory + "/missing", directory.toString(), "/other"));

    assertThat(finder.find("fake")).isEqualTo(directory + "/fake");
    assertThat(finder.searchPath()).isEqualTo(directory + "/missing:" + directory + ":/other");
    assertThatThrownBy(() -> finder.find("other"))
        .hasMessageEndingWith("Could not find plugin \"other\"");
    Files.setPosixFilePermissions(
        directory.resolve("fake"), PosixFilePermissions.fromString("rwxrwxr-x"));
    assertThatThrownBy(() -> finder.find("fake")).hasMessageContaining("can be written to");
  }

  @Test
  void keepsItsRecordOfNetworks() {
    NetInfo joined = network().withAddress("10.0.0.2", "255.0.0.0");

    String text = NetInfo.write(List.of(joined));

    assertThat(text)
        .isEqualTo(
            "[{\"netName\":\"n\",\"netConf\":\"net/n.conf\",\"pluginPath\":\""
                + directory
                + "/fake\",\"ifName\":\"eth1\",\"ip\":\"10.0.0.2\",\"args\":\"K=V\","
                + "\"mask\":\"255.0.0.0\"}]");
    assertThat(NetInfo.parse(text.getBytes(StandardCharsets.UTF_8), "net-info.json"))
        .containsExactly(joined);
    assertThat(NetInfo.parse("null".getBytes(StandardCharsets.UTF_8), "net-info.json")).isEmpty();
  }
}
