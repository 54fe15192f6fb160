// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.net;

import io.rktj.spec.Uuid;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules of the table nat that forward a pod's ports, as arguments of iptables(8). Two chains of
 * the pod's own hold them; three jumps lead there.
 */
final class ForwardRules {
  private final String destinationChain;
  private final String sourceChain;

  ForwardRules(Uuid uuid) {
    String start = uuid.toString().substring(0, 8);
    destinationChain = "RKT-PFWD-DNAT-" + start;
    sourceChain = "RKT-PFWD-SNAT-" + start;
  }

  /** What makes {@code forwards} to {@code podIp} work, in order. */
  List<List<String>> setUp(List<PortForward> forwards, String podIp) {
    List<List<String>> rules = new ArrayList<>();
    rules.add(List.of("-N", destinationChain));
    rules.add(List.of("-N", sourceChain));
    for (PortForward forward : forwards) {
      String podPort = Integer.toString(forward.podPort());
      rules.add(
          List.of(
              "-A",
              destinationChain,
              "-d",
              forward.destination(),
              "-p",
              forward.protocol(),
              "--dport",
              Integer.toString(forward.hostPort()),
              "-j",
              "DNAT",
              "--to-destination",
              podIp + ":" + podPort));
      rules.add(
          List.of(
              "-A",
              sourceChain,
              "-p",
              forward.protocol(),
              "-s",
              "127.0.0.1",
              "-d",
              podIp,
              "--dport",
              podPort,
              "-j",
              "MASQUERADE"));
    }
    for (Jump jump : jumps()) {
      rules.add(jump.rule("-I", "1"));
    }
    return rules;
  }

  /** What removes all of it; each may fail because it is gone already. */
  List<List<String>> tearDown() {
    List<List<String>> rules = new ArrayList<>();
    for (Jump jump : jumps()) {
      rules.add(jump.rule("-D"));
    }
    for (String chain : List.of(destinationChain, sourceChain)) {
      rules.add(List.of("-F", chain));
      rules.add(List.of("-X", chain));
    }
    return rules;
  }

  private List<Jump> jumps() {
    List<String> toThisHost = List.of("-m", "addrtype", "--dst-type", "LOCAL");
    return List.of(
        new Jump("PREROUTING", toThisHost, destinationChain),
        new Jump("OUTPUT", toThisHost, destinationChain),
        new Jump("POSTROUTING", List.of("-s", "127.0.0.1", "!", "-d", "127.0.0.1"), sourceChain));
  }

  private record Jump(String from, List<String> match, String to) {
    List<String> rule(String command, String... position) {
      List<String> rule = new ArrayList<>(List.of(command, from));
      rule.addAll(List.of(position));
      rule.addAll(match);
      rule.add("-j");
      rule.add(to);
      return rule;
    }
  }
}
