// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import io.rktj.spec.manifest.EnvironmentVariable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The whole environment of an app ({@code spec/rkt-runtime.md} section 7), made from nothing. */
final class AppEnvironment {
  /** Where an app that speaks {@code sd_notify} finds pod-init. */
  private static final String NOTIFY_SOCKET = "/run/systemd/notify";

  private static final String[][] DEFAULTS = {
    {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
    {"SHELL", "/bin/sh"},
    {"USER", "root"},
    {"LOGNAME", "root"},
    {"HOME", "/root"},
  };

  private AppEnvironment() {}

  /** {@code NAME=VALUE} entries; what rkt itself sets cannot be set by the app. */
  static List<String> of(String app, List<EnvironmentVariable> variables, AppFacts facts) {
    List<String> entries = new ArrayList<>();
    for (String[] variable : DEFAULTS) {
      if (value(variables, variable[0]) == null) {
        entries.add(variable[0] + "=" + variable[1]);
      }
    }
    for (EnvironmentVariable variable : variables) {
      if (!isOurs(variable.name(), facts)) {
        entries.add(variable.name() + "=" + variable.value());
      }
    }
    if (!facts.terminal().isEmpty() && value(variables, "TERM") == null) {
      entries.add("TERM=" + facts.terminal());
    }
    entries.add("AC_APP_NAME=" + app);
    if (facts.notifies()) {
      entries.add("NOTIFY_SOCKET=" + NOTIFY_SOCKET);
      if (!facts.watchdog().isEmpty()) {
        entries.add("WATCHDOG_USEC=" + facts.watchdog());
      }
    }
    return entries;
  }

  /** The value of a variable, or null. */
  static @Nullable String value(List<EnvironmentVariable> variables, String name) {
    for (EnvironmentVariable variable : variables) {
      if (variable.name().equals(name)) {
        return variable.value();
      }
    }
    return null;
  }

  private static boolean isOurs(String name, AppFacts facts) {
    return name.equals("AC_APP_NAME")
        || (facts.notifies() && (name.equals("NOTIFY_SOCKET") || name.startsWith("WATCHDOG_")))
        || (!facts.sockets().isEmpty() && name.startsWith("LISTEN_"));
  }
}
