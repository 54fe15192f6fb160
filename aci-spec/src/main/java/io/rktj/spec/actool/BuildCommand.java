// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.actool;

import io.rktj.spec.archive.Compression;
import io.rktj.spec.archive.ImageBuilder;
import io.rktj.spec.archive.ImageLayout;
import io.rktj.spec.manifest.ImageManifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Packs a layout into an image. */
final class BuildCommand implements Command {
  @Override
  public String name() {
    return "build";
  }

  @Override
  public String summary() {
    return "Build an ACI from an image layout (experimental)";
  }

  @Override
  public String usage() {
    return "[--overwrite] [--no-compression] [--owner-root] DIRECTORY OUTPUT_FILE";
  }

  @Override
  public List<Flag> flags() {
    return List.of(
        Flag.toggle("overwrite", "Overwrite target file if it already exists"),
        Flag.toggle("no-compression", "Do not gzip-compress the produced ACI"),
        Flag.toggle("owner-root", "Force ownership to root in the tarball"));
  }

  @Override
  public int run(Arguments arguments, Terminal terminal) throws IOException {
    List<String> operands = arguments.operands();
    if (operands.size() != 2) {
      terminal.complain("build: Must provide directory and output file");
      return 1;
    }
    if (!operands.get(1).endsWith(".aci")) {
      terminal.complain("build: Extension must be .aci (given " + operands.get(1) + ")");
      return 1;
    }
    ImageLayout layout = ImageLayout.open(Path.of(operands.get(0)));
    ImageManifest manifest =
        new Manifests(terminal).check(layout.manifest(), operands.get(0) + "/manifest");
    Compression compression = arguments.has("no-compression") ? Compression.NONE : Compression.GZIP;
    ImageBuilder.Options options =
        new ImageBuilder.Options(
            arguments.has("owner-root"), compression, arguments.has("overwrite"));
    ImageBuilder.build(manifest, layout, Path.of(operands.get(1)), options);
    return 0;
  }
}
