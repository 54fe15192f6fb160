// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import io.rktj.stage2.PodInit;
import java.io.File;
import java.util.List;
import java.util.Optional;

/**
 * How fast the processor's own clock runs here, which emulated machines have as theirs and cannot
 * measure on a busy host. Measured once, and kept until the host boots: what {@code /proc/cpuinfo}
 * says may be another number each time.
 */
final class HostClock {
  private static final String FILE = "clock";

  private final MachineCache cache;

  HostClock(MachineCache cache) {
    this.cache = cache;
  }

  /** In kHz; 0 if it is not known. */
  long kilohertz() {
    String key = MachineCache.bootId();
    Optional<String> known = cache.text(FILE);
    if (known.isPresent() && known.get().startsWith(key + " ")) {
      return number(known.get().substring(key.length() + 1));
    }
    String told = HostCommand.run(new File("/"), List.of(PodInit.path(), "clock")).strip();
    int point = told.indexOf('.');
    String kilohertz = point < 0 ? told : told.substring(0, point);
    cache.directory("");
    cache.write(FILE, key + " " + kilohertz);
    return number(kilohertz);
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return 0; // then the guest measures
    }
  }
}
