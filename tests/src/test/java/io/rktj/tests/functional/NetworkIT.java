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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Networks of a pod, with a network name space of the test's own as the host: its links, routes and
 * packet filter are the test's, not the machine's.
 */
@Needs(Requirement.NETWORK)
class NetworkIT {
  @TempDir Path temp;
  private TestHost host;
  private RktRunner rkt;

  @BeforeEach
  void makeHost() {
    host = new TestHost();
    rkt = host.rkt(temp);
  }

  @AfterEach
  void endHost() {
    host.close();
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  @InEachFlavour
  @Covers({
    "cli-3.4-default",
    "cli-4.7-networks",
    "cli-4.6-networks",
    "run-17-default",
    "run-17-forward",
    "run-20-all"
  })
  void networksGiveAddressesRoutesNamesAndAWayFromTheHost(Flavour flavour) throws IOException {
    if (flavour == Flavour.KVM) { // its kernel cannot be fetched from within the test's network
      Rkt.script(temp, "true", Rkt.flavour(temp, flavour)).exits(0);
    }
    secondNetwork();
    Path aci =
        TestImage.named("example.com/app")
            .script(
                "ip -o -4 addr; ip route; cat /etc/resolv.conf; grep peer /etc/hosts; echo up;"
                    + " nc -l -p 80 < /etc/passwd")
            .app("\"ports\":[{\"name\":\"www\",\"protocol\":\"tcp\",\"port\":80}]")
            .write(temp.resolve("images"));
    Path uuid = temp.resolve("uuid");
    RktProcess pod =
        rkt.start(
            "--insecure-options=image",
            "run",
            Rkt.flavour(temp, flavour),
            "--net=default,second:IgnoreUnknown=1;IP=10.77.0.77",
            "--dns=10.77.0.53",
            "--dns-search=example.test",
            "--hosts-entry=10.77.0.9=peer",
            "--port=www:8080",
            "--uuid-file-save=" + uuid,
            aci.toString());
    pod.awaitStdout("up", 240);
    RktResult status = rkt.run("status", Files.readString(uuid)).exits(0);
    assertThat(status.stdout())
        .contains("networks=second:ip4=10.77.0.")
        .contains(", default:ip4=172.16.28.");
    rkt.run("list").exits(0).stdoutHas("\tsecond:ip4=10.77.0.");
    assertThat(pod.stdout())
        .containsPattern("eth1 +inet 172\\.16\\.28\\.")
        .containsPattern("eth0 +inet 10\\.77\\.0\\.\\d+/24")
        .contains("default via 172.16.28.1", "10.77.0.0/24 dev eth0")
        .contains("nameserver 10.77.0.53", "search example.test")
        .containsPattern("10\\.77\\.0\\.9\\s+peer");
    assertThat(host.run("ip", "-o", "link")).contains("veth");
    assertThat(host.run("iptables", "-t", "nat", "-S"))
        .contains("RKT-PFWD-DNAT-" + Files.readString(uuid).substring(0, 8));
    String answer = host.run("busybox", "nc", "127.0.0.1", "8080");
    assertThat(answer).startsWith("root:x:0:0:");
    pod.await(180).exits(0);
    rkt.run("gc", "--grace-period=0s").exits(0);
    assertThat(host.run("ip", "-o", "link")).doesNotContain("veth");
    assertThat(host.run("iptables", "-t", "nat", "-S"))
        .doesNotContain("RKT-PFWD")
        .doesNotContain("CNI-");
  }

  private void secondNetwork() throws IOException {
    Path networks = Files.createDirectories(rkt.localConfig().resolve("net.d"));
    Files.writeString(
        networks.resolve("10-second.conf"),
        """
        {"name": "second", "type": "bridge", "bridge": "second0", "isGateway": true,
         "ipam": {"type": "host-local", "subnet": "10.77.0.0/24"}}
        """);
  }

  @Test
  @InNameSpacesOnly("refused for a machine, as MachineIT shows")
  @Covers({"cli-3.4-host", "run-17-host"})
  void hostNetworkIsTheHosts() {
    Path aci =
        TestImage.named("example.com/app")
            .script("readlink /proc/self/ns/net")
            .write(temp.resolve("images"));
    RktResult result =
        rkt.run("--insecure-options=image", "run", "--net=host", aci.toString()).exits(0);
    assertThat(result.lines("app"))
        .containsExactly(host.run("readlink", "/proc/self/ns/net").strip());
  }

  @Test
  @InNameSpacesOnly("networks are set up before the flavour is asked")
  @Covers({"cli-3.4-unknown", "run-17-unknown"})
  void unknownNetworkIsRefusedAndLeavesNothing() throws IOException {
    Path aci = TestImage.named("example.com/app").write(temp.resolve("images"));
    rkt.run("--insecure-options=image", "run", "--net=nosuch", aci.toString())
        .exits(254)
        .isTidy()
        .stderrHas("networks not found: nosuch");
    rkt.run("gc", "--grace-period=0s").exits(0);
    assertThat(Rkt.filesBelow(rkt.data().resolve("pods"))).isEmpty();
  }

  @Test
  @InNameSpacesOnly("networks are set up before the flavour is asked")
  @Covers("cli-3.4-missing")
  void missingPluginsAndProgramsAreNamedAndNothingIsLeft() throws IOException {
    Path aci = TestImage.named("example.com/app").write(temp.resolve("images"));
    rkt.run("--insecure-options=image", "fetch", aci.toString()).exits(0);
    String[] run = {"--insecure-options=image", "run", "example.com/app"};

    hiding("/usr/lib/cni")
        .run(run)
        .exits(254)
        .isTidy()
        .stderrHas("Could not find plugin \"ptp\"\nhint: install the Debian package");
    hiding("/usr/sbin")
        .run(run)
        .exits(254)
        .isTidy()
        .stderrHas("failed to locate iptables")
        .stderrHas("hint: install the Debian package iptables");
    host.rkt(temp).run("gc", "--grace-period=0s").exits(0);
    assertThat(Rkt.filesBelow(rkt.data().resolve("pods"))).isEmpty();
    assertThat(host.run("ip", "-o", "link")).doesNotContain("veth");
    assertThat(host.run("iptables", "-t", "nat", "-S")).doesNotContain("CNI-");
  }

  /** A runner for which a directory of the host is empty. */
  private RktRunner hiding(String directory) {
    return host.rkt(temp)
        .inside(
            "unshare",
            "--mount",
            "sh",
            "-c",
            "mount -t tmpfs tmpfs " + directory + "; exec \"$@\"",
            "sh");
  }
}
