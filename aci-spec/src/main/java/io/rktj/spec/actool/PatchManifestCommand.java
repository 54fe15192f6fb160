// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.actool;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rktj.spec.archive.Compression;
import io.rktj.spec.archive.ImageBuilder;
import io.rktj.spec.json.ImageManifestDocument;
import io.rktj.spec.json.ImageManifestJson;
import io.rktj.spec.manifest.ImageManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Copies an image with another manifest. */
final class PatchManifestCommand implements Command {
  private static final List<String> AGAINST_MANIFEST =
      List.of("name", "exec", "user", "group", "capability", "revoke-capability", "mounts");

  @Override
  public String name() {
    return "patch-manifest";
  }

  @Override
  public String summary() {
    return "Copy an ACI and patch its manifest (experimental)";
  }

  @Override
  public String usage() {
    return "[--overwrite] [--no-compression] [--replace] [PATCH...] INPUT_ACI [OUTPUT_ACI]";
  }

  @Override
  public List<Flag> flags() {
    List<Flag> flags = new ArrayList<>();
    flags.add(Flag.toggle("overwrite", "Overwrite target file if it already exists"));
    flags.add(Flag.toggle("no-compression", "Do not gzip-compress the produced ACI"));
    flags.add(Flag.toggle("replace", "Replace the input file"));
    flags.add(Flag.value("manifest", "Replace image manifest with this file, whole"));
    flags.addAll(ManifestPatch.FLAGS);
    return flags;
  }

  @Override
  public int run(Arguments arguments, Terminal terminal) throws IOException {
    String misuse = misuse(arguments);
    if (!misuse.isEmpty()) {
      terminal.complain("patch-manifest: " + misuse);
      return 1;
    }
    Path input = Path.of(arguments.operands().get(0));
    boolean replace = arguments.has("replace");
    Path output = replace ? input : Path.of(arguments.operands().get(1));
    Compression compression = arguments.has("no-compression") ? Compression.NONE : Compression.GZIP;
    ImageBuilder.Options options =
        new ImageBuilder.Options(false, compression, replace || arguments.has("overwrite"));
    ImageBuilder.rebuild(input, edit(arguments, input.toString()), output, options);
    return 0;
  }

  private static UnaryOperator<byte[]> edit(Arguments arguments, String subject)
      throws IOException {
    if (arguments.value("manifest").isPresent()) {
      String file = arguments.value("manifest").get();
      byte[] document = Files.readAllBytes(Path.of(file));
      ImageManifestJson.read(document, file); // an image with a bad manifest is of no use
      return original -> document;
    }
    ManifestPatch patch = new ManifestPatch(arguments);
    return original -> {
      ImageManifestDocument document = ImageManifestDocument.read(original, subject);
      ImageManifest patched = patch.apply(document.manifest());
      return document.with(patched).write().getBytes(UTF_8);
    };
  }

  private static String misuse(Arguments arguments) {
    List<String> operands = arguments.operands();
    boolean replace = arguments.has("replace");
    if (replace && arguments.has("overwrite")) {
      return "--replace and --overwrite cannot be used together";
    }
    if (operands.size() != (replace ? 1 : 2)) {
      return replace ? "Must provide one input file" : "Must provide input and output files";
    }
    if (!operands.get(operands.size() - 1).endsWith(".aci")) {
      return "Extension must be .aci (given " + operands.get(operands.size() - 1) + ")";
    }
    if (arguments.value("manifest").isPresent() && arguments.hasAny(AGAINST_MANIFEST)) {
      return "--manifest is incompatible with other manifest editing options";
    }
    return "";
  }
}
