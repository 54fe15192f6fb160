// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.actool;

import io.rktj.PodException;
import io.rktj.spec.MalformedException;
import io.rktj.spec.archive.Compression;
import io.rktj.spec.archive.ImageLayout;
import io.rktj.spec.json.Json;
import io.rktj.spec.json.JsonReader;
import io.rktj.spec.json.PodManifestJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Checks images, layouts and manifests. */
final class ValidateCommand implements Command {
  private static final String IMAGE = "appimage";
  private static final String LAYOUT = "layout";
  private static final String MANIFEST = "manifest";
  private static final String UNKNOWN = "";

  private final boolean debug;

  ValidateCommand(boolean debug) {
    this.debug = debug;
  }

  @Override
  public String name() {
    return "validate";
  }

  @Override
  public String summary() {
    return "Validate one or more AppContainer files";
  }

  @Override
  public String usage() {
    return "[--type=TYPE] FILE...";
  }

  @Override
  public List<Flag> flags() {
    return List.of(
        Flag.value(
            "type", "Type of file to validate, found out if unset: appimage|layout|manifest"));
  }

  @Override
  public int run(Arguments arguments, Terminal terminal) throws IOException {
    if (arguments.operands().isEmpty()) {
      terminal.complain("must pass one or more files");
      return 1;
    }
    int status = 0;
    for (String file : arguments.operands()) {
      try {
        String valid = check(Path.of(file), arguments.value("type").orElse(UNKNOWN), terminal);
        if (debug) {
          terminal.complain(file + ": valid " + valid);
        }
      } catch (PodException | IOException e) {
        terminal.complain(file + ": invalid: " + Actool.reason(e));
        status = 1;
      }
    }
    return status;
  }

  /** Checks one file; the answer is what it validly is. */
  private static String check(Path file, String asked, Terminal terminal) throws IOException {
    Manifests manifests = new Manifests(terminal);
    String type = asked.equals(UNKNOWN) ? typeOf(file) : asked;
    switch (type) {
      case IMAGE -> {
        manifests.check(manifests.readImage(file).manifest(), file.toString());
        return "app container image";
      }
      case LAYOUT -> {
        manifests.check(ImageLayout.open(file).manifest(), file + "/manifest");
        return "image layout";
      }
      case MANIFEST -> {
        return checkManifest(Files.readAllBytes(file), file.toString(), manifests);
      }
      case UNKNOWN -> throw new MalformedException("unable to detect filetype (try --type)");
      default -> throw new MalformedException("unknown type \"" + type + "\"");
    }
  }

  private static String checkManifest(byte[] document, String subject, Manifests manifests) {
    Json tree = JsonReader.parse(document, subject);
    boolean isPod =
        tree instanceof Json.Obj object
            && object.get("acKind").equals(Optional.of(new Json.Str("PodManifest")));
    if (isPod) {
      manifests.warnOfOld(PodManifestJson.read(document, subject).acVersion(), subject);
      return "PodManifest";
    }
    manifests.check(document, subject);
    return "ImageManifest";
  }

  private static String typeOf(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      return LAYOUT;
    }
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(Compression.PROBE_BYTES);
    }
    if (Compression.detect(head).isPresent()) {
      return IMAGE;
    }
    return isText(head) ? MANIFEST : UNKNOWN;
  }

  /** No control characters but those of plain text. */
  private static boolean isText(byte[] head) {
    for (byte value : head) {
      boolean control = value >= 0 && value < ' ';
      boolean plain = (value >= '\t' && value <= '\r' && value != 0x0b) || value == 0x1b;
      if (control && !plain) {
        return false;
      }
    }
    return head.length > 0;
  }
}
