// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.stage0.launch.Flavour;
import java.nio.file.Path;

/**
 * {@code --stage1-name} and its relatives: one of them, once ({@code spec/rkt-cli.md} section 7).
 */
final class Stage1Flags {
  private String used = "";
  private String value = "";

  /** Takes one of the flags; nothing happens if it is another one. */
  void take(String name, String text) {
    if (!name.startsWith("stage1-")) {
      return;
    }
    if (used.equals(name)) {
      throw new UsageException("--" + name + " already used");
    }
    if (!used.isEmpty()) {
      throw new UsageException("flags --" + name + " and --" + used + " are mutually exclusive");
    }
    used = name;
    value = text;
  }

  /** Whether the user chose at all. */
  boolean isGiven() {
    return !used.isEmpty();
  }

  /** The flavour the user chose. */
  Flavour flavour() {
    return switch (used) {
      case "stage1-name" -> Flavour.named(value);
      case "stage1-from-dir" -> Flavour.inFile(value);
      case "stage1-path" -> Flavour.inFile(insideDistribution(value));
      default -> throw UsageException.notSupportedYet("--" + used);
    };
  }

  /** The name of a file among our own stage1 images; any other is an image from outside. */
  private static String insideDistribution(String path) {
    Path file = Path.of(path).toAbsolutePath().normalize();
    if (!file.startsWith(Path.of(System.getProperty("rkt.home", "/"), "stage1-images"))) {
      throw UsageException.notSupportedYet("stage1 image from outside, " + Quoted.of(path));
    }
    return file.getFileName().toString();
  }
}
