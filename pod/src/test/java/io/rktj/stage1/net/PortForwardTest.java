// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.stage1.Activation;
import io.rktj.stage1.ActivationSocket;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.TestPod;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortForwardTest {
  private static List<PortForward> resolve(TestPod pod) {
    Stage1Call call = pod.call();
    return PortForward.resolve(call.manifest().ports(), call.apps());
  }

  @Test
  void findsThePortOfAnApp() {
    TestPod pod = new TestPod().port("www", 8080, "").port("dns", 53, "10.0.0.1");
    pod.app("a").port("www", "tcp", 80);
    pod.app("b").port("dns", "udp", 5353);

    assertThat(resolve(pod))
        .containsExactly(
            new PortForward("tcp", "0.0.0.0", 8080, 80),
            new PortForward("udp", "10.0.0.1", 53, 5353));
  }

  @Test
  void leavesAPortToTheSocketThatSystemdHasOpened() {
    TestPod pod = new TestPod().port("www", 8080, "").port("admin", 8081, "");
    pod.app("a").activated("www", "tcp", 80, 1).activated("admin", "tcp", 81, 1);
    pod.socket(new ActivationSocket(3, "x", "tcp", "", 8080));
    Stage1Call call = pod.call();

    assertThat(PortForward.resolve(Activation.forwarded(call), call.apps()))
        .containsExactly(new PortForward("tcp", "0.0.0.0", 8081, 81));
  }

  @Test
  void refusesPortsThatNoAppOrMoreThanOneHas() {
    TestPod none = new TestPod().port("www", 8080, "");
    none.app("a");
    TestPod two = new TestPod().port("www", 8080, "");
    two.app("a").port("www", "tcp", 80);
    two.app("b").port("www", "tcp", 81);

    assertThatThrownBy(() -> resolve(none))
        .isInstanceOf(Stage1Exception.class)
        .hasMessageContaining("port name \"www\" could not be found in any apps");
    assertThatThrownBy(() -> resolve(two))
        .hasMessageContaining("port name \"www\" defined multiple apps");
  }

  @Test
  void refusesOnePortOfTheHostTwice() {
    TestPod pod = new TestPod().port("www", 80, "10.0.0.1").port("alt", 80, "");
    pod.app("a").port("www", "tcp", 8080).port("alt", "tcp", 8081);

    assertThatThrownBy(() -> resolve(pod))
        .hasMessageEndingWith("port tcp-0.0.0.0:80 already mapped to pod port 8080");
  }

  @Test
  void allowsOnePortOnTwoAddressesAndProtocols() {
    TestPod pod =
        new TestPod().port("a", 80, "10.0.0.1").port("b", 80, "10.0.0.2").port("c", 80, "");
    pod.app("a").port("a", "tcp", 1).port("b", "tcp", 2).port("c", "udp", 3);

    assertThat(resolve(pod)).hasSize(3);
  }

  @Test
  void refusesProtocolsWithoutPorts() {
    TestPod pod = new TestPod().port("x", 80, "");
    pod.app("a").port("x", "icmp", 1);

    assertThatThrownBy(() -> resolve(pod)).hasMessageContaining("expected tcp or udp");
  }

  @Test
  void writesRulesAndTheirRemoval() {
    ForwardRules rules = new ForwardRules(TestPod.UUID);

    assertThat(text(rules.setUp(List.of(new PortForward("tcp", "0.0.0.0", 8080, 80)), "10.1.1.2")))
        .isEqualTo(
            """
            -N RKT-PFWD-DNAT-6733c088
            -N RKT-PFWD-SNAT-6733c088
            -A RKT-PFWD-DNAT-6733c088 -d 0.0.0.0/0 -p tcp --dport 8080 -j DNAT --to-destination 10.1.1.2:80
            -A RKT-PFWD-SNAT-6733c088 -p tcp -s 127.0.0.1 -d 10.1.1.2 --dport 80 -j MASQUERADE
            -I PREROUTING 1 -m addrtype --dst-type LOCAL -j RKT-PFWD-DNAT-6733c088
            -I OUTPUT 1 -m addrtype --dst-type LOCAL -j RKT-PFWD-DNAT-6733c088
            -I POSTROUTING 1 -s 127.0.0.1 ! -d 127.0.0.1 -j RKT-PFWD-SNAT-6733c088
            """);
    assertThat(text(rules.tearDown()))
        .isEqualTo(
            """
            -D PREROUTING -m addrtype --dst-type LOCAL -j RKT-PFWD-DNAT-6733c088
            -D OUTPUT -m addrtype --dst-type LOCAL -j RKT-PFWD-DNAT-6733c088
            -D POSTROUTING -s 127.0.0.1 ! -d 127.0.0.1 -j RKT-PFWD-SNAT-6733c088
            -F RKT-PFWD-DNAT-6733c088
            -X RKT-PFWD-DNAT-6733c088
            -F RKT-PFWD-SNAT-6733c088
            -X RKT-PFWD-SNAT-6733c088
            """);
  }

  private static String text(List<List<String>> rules) {
    StringBuilder text = new StringBuilder();
    for (List<String> rule : rules) {
      text.append(String.join(" ", rule)).append('\n');
    }
    return text.toString();
  }
}
