// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ActivationTest {
  private final List<String> warnings = new ArrayList<>();
  private final Notices notices =
      new Notices() {
        @Override
        public void warn(String text) {
          warnings.add(text);
        }

        @Override
        public void note(String text) {}
      };

  private List<AppSocket> sockets(TestPod pod) {
    Stage1Call call = pod.call();
    return Activation.sockets(call, call.apps().get(0), notices);
  }

  @ParameterizedTest
  @CsvSource({
    "by the host's port, tcp, '', 8080, '', true",
    "the pod's own port is not the host's, tcp, '', 80, '', false",
    "another protocol, udp, '', 8080, '', false",
    "no internet socket, '', '', 0, '', false",
    "any address will do, tcp, 127.0.0.1, 8080, '', true",
    "IPv6 as well, tcp, ::, 8080, '', true",
    "the address that --port names, tcp, 192.0.2.1, 8080, 192.0.2.1, true",
    "another one, tcp, 192.0.2.2, 8080, 192.0.2.1, false",
    "every address is not the one, tcp, '', 8080, 192.0.2.1, false",
  })
  void aPortGetsTheSocket(
      String rule, String protocol, String address, int number, String ip, boolean matches) {
    TestPod pod = new TestPod().port("www", 8080, ip);
    pod.app("a").activated("www", "tcp", 80, 1);
    pod.socket(new ActivationSocket(5, "name", protocol, address, number));

    assertThat(sockets(pod))
        .as(rule)
        .containsExactly(new AppSocket("www", matches ? 5 : AppSocket.NONE, false, 80));
    assertThat(warnings).hasSize(matches ? 0 : 1);
    assertThat(Activation.wanted(pod.call())).hasSize(matches ? 1 : 0);
  }

  @Test
  void aPortWithoutTheFlagHasItsNumberOnTheHostAndSaysSo() {
    TestPod pod = new TestPod();
    pod.app("a").activated("www", "tcp", 80, 1);
    pod.socket(new ActivationSocket(3, "", "tcp", "", 80));

    assertThat(sockets(pod)).containsExactly(new AppSocket("www", 3, false, 80));
    assertThat(warnings)
        .containsExactly(
            "warning: no --port option for socket-activated port \"www\", assuming port 80 as"
                + " specified in the manifest");
  }

  @Test
  void aRangeOfPortsTakesEverySocketOfIt() {
    TestPod pod = new TestPod().port("www", 8080, "");
    pod.app("a").activated("www", "udp", 80, 2);
    pod.socket(new ActivationSocket(3, "", "udp", "", 8081));
    pod.socket(new ActivationSocket(4, "", "udp", "", 8080));
    pod.socket(new ActivationSocket(5, "", "udp", "", 8082));

    assertThat(sockets(pod))
        .containsExactly(new AppSocket("www", 3, true, 80), new AppSocket("www", 4, true, 80));
    Activation.warnOfOthers(pod.call(), notices);
    assertThat(warnings)
        .containsExactly(
            "warning: descriptor 5 () is a socket for no socket-activated port; no app gets it");
  }

  @Test
  void refusesProtocolsWithoutSuchSockets() {
    TestPod pod = new TestPod();
    pod.app("a").activated("www", "sctp", 80, 1);

    assertThatThrownBy(() -> sockets(pod)).hasMessage("stage1: unrecognized protocol: sctp");
  }
}
