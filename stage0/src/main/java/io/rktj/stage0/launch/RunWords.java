// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Call.DnsMode;
import io.rktj.stage1.Stage1Call.HostsMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The arguments of a stage1 image's {@code run}, in rkt's order and by the version of the interface
 * ({@code spec/rkt-cli.md} section 10).
 */
final class RunWords {
  private static final int HOSTNAME = 2;
  private static final int INSECURE = 3;
  private static final int DNS = 4;
  private static final int IPC = 6;

  private RunWords() {}

  static List<String> of(Stage1Call call, int version) {
    List<String> words = new ArrayList<>();
    add(words, call.debug(), "--debug");
    words.add("--net=" + String.join(",", call.networks()));
    add(words, call.interactive(), "--interactive");
    add(words, !call.metadataToken().isEmpty(), "--mds-token=" + call.metadataToken());
    words.add("--local-config=" + call.localConfig());
    if (version >= HOSTNAME && !call.hostname().isEmpty()) {
      words.add("--hostname=" + call.hostname());
    }
    if (version >= DNS && (call.dns() != DnsMode.DEFAULT || call.hosts() != HostsMode.DEFAULT)) {
      words.add(
          "--dns-conf-mode=resolv="
              + lowerCase(call.dns().name())
              + ",hosts="
              + lowerCase(call.hosts().name()));
    }
    if (version >= INSECURE) {
      add(words, !call.restrictCapabilities(), "--disable-capabilities-restriction");
      add(words, !call.protectPaths(), "--disable-paths");
      add(words, !call.filterSystemCalls(), "--disable-seccomp");
    }
    add(words, call.isMutable(), "--mutable");
    if (version >= IPC && !call.ipc().isEmpty()) {
      words.add("--ipc=" + call.ipc());
    }
    words.add(call.uuid().toString());
    return words;
  }

  private static void add(List<String> words, boolean wanted, String word) {
    if (wanted) {
      words.add(word);
    }
  }

  private static String lowerCase(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
