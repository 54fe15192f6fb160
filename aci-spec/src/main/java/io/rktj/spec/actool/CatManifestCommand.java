// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.actool;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rktj.spec.json.ImageManifestDocument;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Prints an image's manifest. */
final class CatManifestCommand implements Command {
  @Override
  public String name() {
    return "cat-manifest";
  }

  @Override
  public String summary() {
    return "Print the manifest from an ACI";
  }

  @Override
  public String usage() {
    return "[--pretty-print] ACI_FILE";
  }

  @Override
  public List<Flag> flags() {
    return List.of(Flag.toggle("pretty-print", "Print with better style"));
  }

  @Override
  public int run(Arguments arguments, Terminal terminal) throws IOException {
    if (arguments.operands().size() != 1) {
      terminal.complain("cat-manifest: Must provide one ACI file");
      return 1;
    }
    String file = arguments.operands().get(0);
    Manifests manifests = new Manifests(terminal);
    byte[] raw = manifests.readImage(Path.of(file)).manifest();
    if (!arguments.has("pretty-print")) {
      terminal.copy(raw);
    }
    manifests.check(raw, file);
    if (arguments.has("pretty-print")) {
      String text = ImageManifestDocument.read(raw, file).pretty("    ");
      terminal.copy((text.endsWith("\n") ? text : text + "\n").getBytes(UTF_8));
    }
    return 0;
  }
}
