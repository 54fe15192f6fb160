// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import io.rktj.tests.kit.Flavour;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** What most functional tests begin with: a runner whose directories are new, and ways to look. */
final class Rkt {
  private Rkt() {}

  /** A runner below {@code directory} that does not ask for signatures. */
  static RktRunner in(Path directory) {
    return RktRunner.in(directory);
  }

  /**
   * The flag for pods of a flavour below {@code directory}. Machines of all tests share what they
   * are made of: each test has a data directory of its own.
   */
  static String flavour(Path directory, Flavour flavour) {
    if (flavour == Flavour.KVM) {
      Requirement.MACHINES.reasonToSkip().ifPresent(Assumptions::abort);
      shareKernel(directory);
    }
    return flavour.flag();
  }

  private static void shareKernel(Path directory) {
    Path link = in(directory).data().resolve("kvm");
    if (!Files.isSymbolicLink(link)) {
      Path shared = RktRunner.distribution().resolveSibling("machines");
      try {
        Files.createDirectories(shared);
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, shared);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Runs one app made of a script in a pod without a network. */
  static RktRunner.RktResult script(Path directory, String script, String... flags) {
    return image(directory, TestImage.named("example.com/app").script(script), flags);
  }

  /** Runs one app of {@code image} in a pod without a network. */
  static RktRunner.RktResult image(Path directory, TestImage image, String... flags) {
    Path aci = image.write(directory.resolve("images"));
    List<String> line = new ArrayList<>(List.of("--insecure-options=image", "run", "--net=none"));
    for (String flag : flags) {
      line.add(flag);
    }
    line.add(aci.toString());
    return in(directory).run(line.toArray(new String[0]));
  }

  /** All regular files below a directory, relative. */
  static List<String> filesBelow(Path directory) {
    if (!Files.exists(directory)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths
          .filter(Files::isRegularFile)
          .map(p -> directory.relativize(p).toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
