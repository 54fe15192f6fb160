// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import java.util.ArrayList;
import java.util.List;

/**
 * What a flavour must know of the one who called rkt.
 *
 * @param localConfig directory of the machine's configuration
 * @param environment his variables, as {@code NAME=VALUE}
 */
public record Caller(String localConfig, boolean debug, List<String> environment) {
  /** Copies its list. */
  public Caller {
    environment = List.copyOf(environment);
  }

  /**
   * Whether systemd has opened sockets for this very process, whose id is {@code pid}: {@link
   * PassedSockets}.
   */
  public boolean isActivated(int pid) {
    return isActivated(environment, pid);
  }

  static boolean isActivated(List<String> environment, int pid) {
    String ours = "LISTEN_PID=" + pid;
    for (int i = 0; i < environment.size(); i++) {
      if (environment.get(i).equals(ours)) {
        return true;
      }
    }
    return false;
  }

  /** The value of one of his variables; empty if it is not set. */
  public String variable(String name) {
    for (String entry : environment) {
      if (entry.startsWith(name + "=")) {
        return entry.substring(name.length() + 1);
      }
    }
    return "";
  }

  /** The same with a value for a variable that he has not set, unless that is empty. */
  public Caller orElse(String name, String value) {
    for (String entry : environment) {
      if (entry.startsWith(name + "=")) {
        return this;
      }
    }
    return with(name, value);
  }

  /** The same with another value of a variable, unless that is empty. */
  public Caller with(String name, String value) {
    if (value.isEmpty()) {
      return this;
    }
    List<String> changed = new ArrayList<>();
    for (String entry : environment) {
      if (!entry.startsWith(name + "=")) {
        changed.add(entry);
      }
    }
    changed.add(name + "=" + value);
    return new Caller(localConfig, debug, changed);
  }
}
