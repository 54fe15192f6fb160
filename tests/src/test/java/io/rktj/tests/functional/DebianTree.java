// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A small Debian with systemd and a Java runtime, as an image. Made of Debian's packages once,
 * which takes two minutes or three, and kept below {@code target}.
 */
final class DebianTree {
  /** Where it lies, and the store that it is rendered in. */
  static final Path DIRECTORY = Path.of("target/systemd").toAbsolutePath();

  /** Its name. */
  static final String NAME = "example.com/debian";

  private static final String SUITE = "bookworm";
  private static final String PACKAGES =
      "systemd-sysv,openjdk-17-jre-headless,iptables,containernetworking-plugins,busybox-static";
  private static final String MANIFEST =
      "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",\"name\":\""
          + NAME
          + "\","
          + "\"labels\":[{\"name\":\"os\",\"value\":\"linux\"},{\"name\":\"arch\",\"value\":\""
          + (System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "amd64")
          + "\"}],"
          + "\"app\":{\"exec\":[\"/sbin/init\"],\"user\":\"0\",\"group\":\"0\"}}";

  private DebianTree() {}

  /** The image. */
  static Path image() throws IOException, InterruptedException {
    Files.createDirectories(DIRECTORY);
    Path image = DIRECTORY.resolve("debian-" + SUITE + ".aci");
    if (!Files.exists(image)) {
      Path unfinished = DIRECTORY.resolve("unfinished.tar");
      make(unfinished);
      Files.writeString(DIRECTORY.resolve("manifest"), MANIFEST);
      run(List.of("tar", "-C", DIRECTORY.toString(), "-rf", unfinished.toString(), "manifest"));
      Files.move(unfinished, image, StandardCopyOption.ATOMIC_MOVE);
    }
    return image;
  }

  private static void make(Path tar) throws IOException, InterruptedException {
    String pack =
        "tar --numeric-owner --one-file-system --exclude='./dev/*' --exclude='./var/cache/apt/*'"
            + " --exclude='./var/lib/apt/lists/*' --exclude='./usr/sbin/policy-rc.d'"
            + " --transform='flags=rh;s,^\\.,rootfs,' -C \"$1\" -cf "
            + tar
            + " .";
    run(
        List.of(
            "mmdebstrap",
            "--quiet",
            "--variant=minbase",
            "--format=null",
            "--include=" + PACKAGES,
            "--dpkgopt=path-exclude=/usr/share/doc/*",
            "--dpkgopt=path-exclude=/usr/share/locale/*",
            "--customize-hook=" + pack,
            SUITE,
            "-"));
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    Path log = DIRECTORY.resolve("log");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    if (!process.waitFor(20, TimeUnit.MINUTES) || process.exitValue() != 0) {
      process.destroy();
      throw new IOException(command.get(0) + " has failed: " + log);
    }
  }
}
