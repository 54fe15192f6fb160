// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** An operating system and a processor by appc's names (appc spec, os and arch labels). */
public record Platform(String os, String arch) {
  private static final List<String> SYSTEMS = List.of("darwin", "freebsd", "linux");
  private static final List<String> LINUX =
      List.of(
          "amd64",
          "i386",
          "aarch64",
          "aarch64_be",
          "armv6l",
          "armv7l",
          "armv7b",
          "ppc64",
          "ppc64le",
          "s390x");
  private static final List<String> FREEBSD = List.of("amd64", "i386", "arm");
  private static final List<String> DARWIN = List.of("x86_64", "i386");
  private static final List<String> RUNNABLE =
      List.of("amd64", "i386", "aarch64", "aarch64_be", "armv6l", "armv7l", "armv7b", "ppc64le");

  /** Refuses labels whose {@code os}, or {@code arch} beside an {@code os}, appc does not know. */
  public static void requireKnown(Labels labels) {
    Optional<String> os = labels.value("os");
    if (os.isEmpty()) {
      return;
    }
    if (!SYSTEMS.contains(os.get())) {
      throw badOs(os.get(), SYSTEMS);
    }
    Optional<String> arch = labels.value("arch");
    List<String> known = architectures(os.get());
    if (arch.isPresent() && !known.contains(arch.get())) {
      throw badArch(arch.get(), known);
    }
  }

  /** Refuses labels that do not name, by {@code os} and {@code arch}, what rkt can run. */
  public static Platform requireRunnable(Labels labels) {
    String os = labels.value("os").orElse("");
    if (!os.equals("linux")) {
      throw badOs(os, List.of("linux"));
    }
    String arch = labels.value("arch").orElse("");
    if (!RUNNABLE.contains(arch)) {
      throw badArch(arch, RUNNABLE);
    }
    return new Platform(os, arch);
  }

  /** The platform of Go's names for system, processor and flavour (empty if it has none). */
  public static Optional<Platform> ofGo(String system, String processor, String flavour) {
    if (processor.equals("arm") && system.equals("linux")) {
      return Optional.of(new Platform(system, flavour.equals("7") ? "armv7l" : "armv6l"));
    }
    if (system.equals("freebsd") && processor.startsWith("arm")) {
      return Optional.of(new Platform(system, "arm"));
    }
    String arch = processor;
    if (processor.equals("386")) {
      arch = "i386";
    } else if (processor.equals("arm64")) {
      arch = "aarch64";
    } else if (processor.equals("amd64") && system.equals("darwin")) {
      arch = "x86_64";
    }
    return architectures(system).contains(arch)
        ? Optional.of(new Platform(system, arch))
        : Optional.empty();
  }

  /**
   * The Linux platform of a machine's name as the kernel or the Java runtime ({@code os.arch}) says
   * it.
   */
  public static Optional<Platform> ofLinuxMachine(String machine) {
    String arch = machine;
    if (machine.equals("x86_64")) {
      arch = "amd64";
    } else if (machine.equals("x86") || (machine.length() == 4 && machine.endsWith("86"))) {
      arch = "i386";
    } else if (machine.equals("arm") || machine.equals("armv8l")) {
      arch = "armv7l";
    }
    return LINUX.contains(arch) ? Optional.of(new Platform("linux", arch)) : Optional.empty();
  }

  private static List<String> architectures(String os) {
    if (os.equals("linux")) {
      return LINUX;
    }
    if (os.equals("freebsd")) {
      return FREEBSD;
    }
    return os.equals("darwin") ? DARWIN : List.of();
  }

  private static MalformedException badOs(String os, List<String> known) {
    return new MalformedException("bad os \"" + os + "\" (must be one of: " + list(known) + ")");
  }

  private static MalformedException badArch(String arch, List<String> known) {
    return new MalformedException(
        "bad arch \"" + arch + "\" for OS (must be one of: " + list(known) + ")");
  }

  private static String list(List<String> words) {
    return Arrays.toString(words.toArray()).replace(",", "");
  }

  @Override
  public String toString() {
    return os + "/" + arch;
  }
}
