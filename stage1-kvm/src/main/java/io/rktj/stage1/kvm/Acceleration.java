// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import io.rktj.stage1.Notices;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage2.MachinePlan;
import io.rktj.stage2.PodInit;
import java.io.File;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Whether machines run with the processor's help here. The probe runs a loop where a guest's kernel
 * would run; its verdict is kept until the host boots, or its kernel, modules or monitor change.
 */
final class Acceleration {
  private static final String DEVICE = "/dev/kvm";
  private static final String FILE = "verdict";

  private final MachineCache cache;
  private final Notices notices;

  Acceleration(MachineCache cache, Notices notices) {
    this.cache = cache;
    this.notices = notices;
  }

  /** The modes to try, by the word of {@code --hypervisor}; says so if the boundary is weaker. */
  List<String> modes(String word) {
    if (word.equals("tcg")) {
      return List.of("tcg");
    }
    if (!word.isEmpty() && !word.equals("auto") && !word.equals("kvm")) {
      throw new Stage1Exception(
          "stage1: unknown hypervisor \"" + word + "\": auto, kvm or tcg are known");
    }
    String verdict = verdict();
    if (verdict.startsWith("usable")) {
      return word.equals("kvm") ? List.of("kvm") : List.of("kvm", "tcg");
    }
    String reason = verdict.substring(verdict.indexOf(' ') + 1);
    if (word.equals("kvm")) {
      throw new Stage1Exception(
          "stage1: cannot use " + DEVICE + ": " + reason, "--hypervisor=auto emulates", null);
    }
    notices.warn(
        "kvm: "
            + DEVICE
            + ": "
            + reason
            + "; the machine is emulated (no hardware isolation)."
            + " --hypervisor=kvm to refuse");
    return List.of("tcg");
  }

  /** The verdict once a machine has not come to life here, though the probe says it should. */
  MachinePlan.Failure ofMachine() {
    return new MachinePlan.Failure(
        cache.at(FILE).toString(),
        key() + "\nunusable a machine has not come to life with it",
        "this host's virtualisation has failed; the machine is emulated instead");
  }

  private String verdict() {
    String key = key();
    Optional<String> known = cache.text(FILE);
    if (known.isPresent() && known.get().startsWith(key + "\n")) {
      return known.get().substring(key.length() + 1);
    }
    String verdict =
        HostCommand.run(new File("/"), List.of(PodInit.path(), "probe", DEVICE)).strip();
    cache.directory("");
    cache.write(FILE, key + "\n" + verdict);
    return verdict;
  }

  /** Dies with this boot of the host, with its modules, and with the monitor. */
  private static String key() {
    return MachineCache.bootId()
        + " "
        + System.getProperty("os.version", "")
        + (new File(DEVICE).canWrite() ? " writable " : " missing ")
        + modules()
        + MonitorFiles.key();
  }

  private static String modules() {
    String[] names = new File("/sys/module").list();
    StringBuilder text = new StringBuilder();
    if (names != null) {
      Arrays.sort(names);
      for (String name : names) {
        if (name.startsWith("kvm")) {
          text.append(name).append(' ');
        }
      }
    }
    return text.toString();
  }
}
