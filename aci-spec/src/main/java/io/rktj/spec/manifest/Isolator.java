// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.HostText;
import io.rktj.spec.MalformedException;
import io.rktj.spec.Quantity;
import java.util.List;
import java.util.Optional;

/**
 * A restriction on an app or a pod (appc specification, isolators; table in {@code spec/appc.md}
 * section 4.1). Each kind checks its own value.
 */
public sealed interface Isolator {
  /** Name of the isolator that holds system controls, kept as JSON. */
  String SYSCTL = "os/unix/sysctl";

  /** The isolator's name, such as {@code os/linux/no-new-privileges}. */
  String name();

  /** {@code os/linux/capabilities-retain-set} or {@code -remove-set}; names as {@code CAP_X}. */
  record Capabilities(boolean retain, List<String> set) implements Isolator {
    /** Checks and copies its list. */
    public Capabilities {
      set = nonEmpty(set);
    }

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
    /** Checks its parts and copies its list; an empty errno is none. */
    public Seccomp {
      set = nonEmpty(set);
      errno = errno.orElse("").isEmpty() ? Optional.empty() : errno;
      if (errno.isPresent() && !isErrno(errno.get())) {
        throw new MalformedException(
            "errno must be upper case letters and digits and begin with E, not \""
                + errno.get()
                + "\"");
      }
    }

    private static boolean isErrno(String text) {
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9')) {
          return false;
        }
      }
      return text.charAt(0) == 'E';
    }

    @Override
    public String name() {
      return retain ? "os/linux/seccomp-retain-set" : "os/linux/seccomp-remove-set";
    }
  }

  /** {@code os/linux/selinux-context}. */
  record SelinuxContext(String user, String role, String type, String level) implements Isolator {
    /** Checks its parts. */
    public SelinuxContext {
      requirePart("user", user);
      requirePart("role", role);
      requirePart("type", type);
      if (level.isEmpty()) {
        throw new MalformedException("level must not be empty");
      }
      HostText.requirePrintable("level", level);
    }

    private static void requirePart(String what, String value) {
      if (value.isEmpty() || value.indexOf(':') >= 0) {
        throw new MalformedException(what + " must not be empty nor contain \":\"");
      }
      HostText.requirePrintable(what, value);
    }

    @Override
    public String name() {
      return "os/linux/selinux-context";
    }
  }

  /** {@code os/linux/apparmor-profile}. */
  record ApparmorProfile(String profile) implements Isolator {
    /** Checks the name. */
    public ApparmorProfile {
      if (profile.isEmpty()) {
        throw new MalformedException("profile must not be empty");
      }
      HostText.requirePrintable("profile", profile);
    }

    @Override
    public String name() {
      return "os/linux/apparmor-profile";
    }
  }

  /** {@code os/linux/oom-score-adj}, -1000 to 1000. */
  record OomScoreAdj(int value) implements Isolator {
    /** Checks the range. */
    public OomScoreAdj {
      requireRange(name(), value, -1000, 1000);
    }

    @Override
    public String name() {
      return "os/linux/oom-score-adj";
    }
  }

  /** {@code os/linux/cpu-shares}, 2 to 262144. */
  record CpuShares(int value) implements Isolator {
    /** Checks the range. */
    public CpuShares {
      requireRange(name(), value, 2, 262144);
    }

    @Override
    public String name() {
      return "os/linux/cpu-shares";
    }
  }

  /**
   * A {@code resource/...} isolator. Those of memory and processor take no default; those of
   * bandwidth and input/output are defaults without a request.
   */
  record Resource(
      String name, boolean isDefault, Optional<Quantity> request, Optional<Quantity> limit)
      implements Isolator {
    /** Name of the limit on memory. */
    public static final String MEMORY = "resource/memory";

    /** Name of the limit on the processor. */
    public static final String CPU = "resource/cpu";

    private static final List<String> DEFAULTS =
        List.of("resource/block-bandwidth", "resource/block-iops", "resource/network-bandwidth");

    /** Checks the name and what it allows. */
    public Resource {
      if (DEFAULTS.contains(name)) {
        if (!isDefault) {
          throw new MalformedException("default must be true");
        }
        if (request.isPresent()) {
          throw new MalformedException("request not supported by this resource, must be empty");
        }
      } else if (isKnown(name)) {
        if (isDefault) {
          throw new MalformedException("default must be false");
        }
      } else {
        throw new MalformedException("invalid isolator \"" + name + "\"");
      }
    }

    /** Whether {@code name} is one of these isolators. */
    public static boolean isKnown(String name) {
      return name.equals(MEMORY) || name.equals(CPU) || DEFAULTS.contains(name);
    }
  }

  /** {@code os/unix/sysctl} and whatever a pod's list holds that we do not know, as JSON text. */
  record Other(String name, String json) implements Isolator {}

  private static List<String> nonEmpty(List<String> set) {
    if (set.isEmpty()) {
      throw new MalformedException("set must be non-empty");
    }
    for (String item : set) {
      HostText.requirePrintable("set", item);
    }
    return List.copyOf(set);
  }

  private static void requireRange(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new MalformedException(
          name + " must be from " + least + " to " + most + ", not " + value);
    }
  }
}
