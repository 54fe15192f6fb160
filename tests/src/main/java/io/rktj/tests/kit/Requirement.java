// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.kit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a test needs of the host. Elsewhere a missing one skips the test with a reason; where the
 * environment says {@code CI=true} it fails, because there it must run.
 */
public enum Requirement {
  /** User 0. */
  ROOT("root") {
    @Override
    boolean met() {
      return "root".equals(System.getProperty("user.name"));
    }
  },
  /** New name spaces and overlayfs. */
  PODS("root, overlayfs and new name spaces") {
    @Override
    boolean met() {
      return ROOT.met() && succeeds("unshare", "-mpuinf", "true");
    }
  },
  /** User name spaces too, and a way into them. */
  USER_NAMES("user name spaces and util-linux") {
    @Override
    boolean met() {
      return PODS.met()
          && succeeds("unshare", "--user", "true")
          && succeeds("nsenter", "--version");
    }
  },
  /** A machine monitor, and the maker of its disks. */
  MACHINES("qemu-system-x86 and erofs-utils") {
    @Override
    boolean met() {
      return Files.isExecutable(Path.of("/usr/bin/qemu-system-x86_64"))
          && Files.isExecutable(Path.of("/usr/bin/mkfs.erofs"));
    }
  },
  /** Debian's CNI plugins, iptables and ip. */
  NETWORK("containernetworking-plugins, iptables and iproute2") {
    @Override
    boolean met() {
      return PODS.met()
          && Files.isExecutable(Path.of("/usr/lib/cni/ptp"))
          && succeeds("iptables", "--version")
          && succeeds("ip", "-V");
    }
  },
  /** The tool that opens sockets as a unit of systemd's does. */
  SOCKET_ACTIVATION("systemd") {
    @Override
    boolean met() {
      return PODS.met() && Files.isExecutable(Path.of("/usr/bin/systemd-socket-activate"));
    }
  },
  /** What makes a Debian to boot, and our package for it. */
  SYSTEMD("mmdebstrap and dpkg") {
    @Override
    boolean met() {
      return NETWORK.met()
          && Files.isExecutable(Path.of("/usr/bin/mmdebstrap"))
          && Files.isExecutable(Path.of("/usr/bin/dpkg-deb"));
    }
  },
  /** A shell with a completion of its own kind. */
  ZSH("zsh") {
    @Override
    boolean met() {
      return Files.isExecutable(Path.of("/usr/bin/zsh"));
    }
  },
  /** Another one. */
  FISH("fish") {
    @Override
    boolean met() {
      return Files.isExecutable(Path.of("/usr/bin/fish"));
    }
  },
  /** What lays out the pages of the manual. */
  GROFF("groff-base") {
    @Override
    boolean met() {
      return Files.isExecutable(Path.of("/usr/bin/groff"));
    }
  },
  /** The etcd server and client of Debian. */
  ETCD("etcd-server and etcd-client") {
    @Override
    boolean met() {
      return PODS.met()
          && Files.isExecutable(Path.of("/usr/bin/etcd"))
          && Files.isExecutable(Path.of("/usr/bin/etcdctl"));
    }
  };

  private final String description;

  Requirement(String description) {
    this.description = description;
  }

  abstract boolean met();

  /** Why the test cannot run here, if it cannot; throws where it must run. */
  public Optional<String> reasonToSkip() {
    if (met()) {
      return Optional.empty();
    }
    String reason = "needs " + description;
    if ("true".equals(System.getenv("CI"))) {
      throw new AssertionError("must run in CI, but " + reason);
    }
    return Optional.of(reason);
  }

  private static boolean succeeds(String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0;
    } catch (java.io.IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
