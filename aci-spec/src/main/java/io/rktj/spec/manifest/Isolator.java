// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.Quantity;
import java.util.List;
import java.util.Optional;

/** A restriction on an app or a pod (appc specification, isolators). */
public sealed interface Isolator {
  /** The isolator's name, such as {@code os/linux/no-new-privileges}. */
  String name();

  /** {@code os/linux/capabilities-retain-set} or {@code -remove-set}; names as {@code CAP_X}. */
  record Capabilities(boolean retain, List<String> set) implements Isolator {
    @Override
    public String name() {
      return retain ? "os/linux/capabilities-retain-set" : "os/linux/capabilities-remove-set";
    }
  }

  /** {@code os/linux/no-new-privileges}. */
  record NoNewPrivileges(boolean value) implements Isolator {
    @Override
    public String name() {
      return "os/linux/no-new-privileges";
    }
  }

  /** {@code os/linux/seccomp-retain-set} or {@code -remove-set}; errno such as {@code EPERM}. */
  record Seccomp(boolean retain, List<String> set, Optional<String> errno) implements Isolator {
    @Override
    public String name() {
      return retain ? "os/linux/seccomp-retain-set" : "os/linux/seccomp-remove-set";
    }
  }

  /** {@code os/linux/selinux-context}. */
  record SelinuxContext(String user, String role, String type, String level) implements Isolator {
    @Override
    public String name() {
      return "os/linux/selinux-context";
    }
  }

  /** {@code os/linux/apparmor-profile}. */
  record ApparmorProfile(String profile) implements Isolator {
    @Override
    public String name() {
      return "os/linux/apparmor-profile";
    }
  }

  /** {@code os/linux/oom-score-adj}, -1000 to 1000. */
  record OomScoreAdj(int value) implements Isolator {
    @Override
    public String name() {
      return "os/linux/oom-score-adj";
    }
  }

  /** {@code os/linux/cpu-shares}, 2 to 262144. */
  record CpuShares(int value) implements Isolator {
    @Override
    public String name() {
      return "os/linux/cpu-shares";
    }
  }

  /** A {@code resource/...} isolator. */
  record Resource(
      String name, boolean isDefault, Optional<Quantity> request, Optional<Quantity> limit)
      implements Isolator {}

  /** {@code os/unix/sysctl} and whatever a pod's list holds that we do not know, as JSON text. */
  record Other(String name, String json) implements Isolator {}
}
