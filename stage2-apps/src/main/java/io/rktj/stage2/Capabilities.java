// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import io.rktj.spec.manifest.Isolator;
import io.rktj.stage1.Stage1Exception;
import java.util.List;

/** An app's bounding set of capabilities as bits ({@code spec/rkt-runtime.md} section 8.1). */
final class Capabilities {
  /** Every capability that Linux has. */
  static final long ALL = (1L << 41) - 1;

  /** AUDIT_WRITE to SYS_CHROOT: the fourteen of an app that says nothing. */
  static final long DEFAULT = 0xa80425fbL;

  /** Those of which each alone makes root of a pod root of the host. */
  private static final long HOST =
      1L << 2 | 1L << 16 | 1L << 17 | 1L << 19 | 1L << 21; // DAC_READ_SEARCH to SYS_ADMIN

  /** Names without {@code CAP_}, in the order of their bits ({@code capability.h}). */
  private static final String[] NAMES = {
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE"
  };

  private Capabilities() {}

  /** The bounding set that the isolators of an app ask for. */
  static long of(List<Isolator> isolators) {
    long retained = 0;
    long removed = 0;
    boolean retains = false;
    boolean removes = false;
    for (Isolator isolator : isolators) {
      if (isolator instanceof Isolator.Capabilities set) {
        if (set.retain()) {
          retains = true;
          retained |= bits(set.set());
        } else {
          removes = true;
          removed |= bits(set.set());
        }
      }
    }
    if (retains && removes) {
      throw new Stage1Exception(
          "stage1: cannot have both os/linux/capabilities-retain-set and"
              + " os/linux/capabilities-remove-set");
    }
    return retains ? retained : DEFAULT & ~removed;
  }

  /** The names in {@code set} that undo the sandbox, between blanks; empty for none. */
  static String undoing(long set) {
    StringBuilder names = new StringBuilder();
    for (int bit = 0; bit < NAMES.length; bit++) {
      if ((set & HOST & 1L << bit) != 0) {
        names.append(names.length() == 0 ? "" : " ").append("CAP_").append(NAMES[bit]);
      }
    }
    return names.toString();
  }

  private static long bits(List<String> names) {
    long bits = 0;
    for (String name : names) {
      bits |= 1L << bit(name);
    }
    return bits;
  }

  private static int bit(String name) {
    if (name.startsWith("CAP_")) {
      for (int bit = 0; bit < NAMES.length; bit++) {
        if (name.length() == NAMES[bit].length() + 4 && name.endsWith(NAMES[bit])) {
          return bit;
        }
      }
    }
    throw new Stage1Exception("stage1: unknown capability \"" + name + "\"");
  }
}
