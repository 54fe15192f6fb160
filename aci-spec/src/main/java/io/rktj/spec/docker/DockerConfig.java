// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.docker;

import io.rktj.spec.BlobDigest;
import io.rktj.spec.MalformedException;
import io.rktj.spec.json.Json;
import io.rktj.spec.json.JsonCursor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What describes an image of Docker's kind (OCI image specification, image configuration): the
 * platform, the digests of its layers uncompressed, and how it is run. What the appc specification
 * has no word for (health checks, the signal to stop) is left out.
 *
 * @param system by Go's name
 * @param processor by Go's name
 * @param variant of the processor, empty for none
 * @param author empty if nobody says
 * @param created as written, empty if nobody says
 * @param layers digests of the layers' tars, the lowest first
 * @param settings how it is run, if anybody says
 */
public record DockerConfig(
    String system,
    String processor,
    String variant,
    String author,
    String created,
    List<BlobDigest> layers,
    Optional<Settings> settings) {
  static final int MOST_LAYERS = 512;

  /** Copies its list. */
  public DockerConfig {
    layers = List.copyOf(layers);
  }

  /**
   * How the image is run.
   *
   * @param entrypoint the first words
   * @param command the words after them
   * @param environment {@code NAME=VALUE}, in order
   * @param user {@code USER[:GROUP]}, or empty
   * @param workingDirectory a path, or empty
   * @param volumes paths, in order
   * @param ports {@code PORT[/PROTOCOL]}, in order
   * @param labels free notes, in order
   */
  public record Settings(
      List<String> entrypoint,
      List<String> command,
      List<String> environment,
      String user,
      String workingDirectory,
      List<String> volumes,
      List<String> ports,
      Map<String, String> labels) {
    private static Settings read(JsonCursor at) {
      return new Settings(
          at.texts("Entrypoint"),
          at.texts("Cmd"),
          at.texts("Env"),
          at.optionalText("User").orElse(""),
          at.optionalText("WorkingDir").orElse(""),
          names(at, "Volumes"),
          names(at, "ExposedPorts"),
          new TreeMap<>(at.optionalMember("Labels").map(JsonCursor::textMap).orElse(Map.of())));
    }

    /** The names of an object's members, which say everything. */
    private static List<String> names(JsonCursor at, String member) {
      List<String> names = new ArrayList<>();
      Optional<JsonCursor> object = at.optionalMember(member);
      if (object.isPresent()) {
        for (JsonCursor each : object.get().members()) {
          names.add(each.name());
        }
      }
      names.sort(null);
      return names;
    }
  }

  /** Reads a configuration; {@code subject} names it in errors. */
  public static DockerConfig read(byte[] document, String subject) {
    JsonCursor at = JsonCursor.parse(document, subject);
    Optional<JsonCursor> settings = at.optionalMember("config").filter(DockerConfig::isFilled);
    return new DockerConfig(
        at.text("os"),
        at.text("architecture"),
        at.optionalText("variant").orElse(""),
        at.optionalText("author").orElse(""),
        at.optionalText("created").orElse(""),
        layers(at.member("rootfs")),
        settings.map(Settings::read));
  }

  private static boolean isFilled(JsonCursor settings) {
    return !(settings.json() instanceof Json.Obj object && object.members().isEmpty());
  }

  private static List<BlobDigest> layers(JsonCursor at) {
    String type = at.text("type");
    if (!type.equals("layers")) {
      throw at.mistake("a root file system of \"" + type + "\" is not supported");
    }
    List<BlobDigest> layers = new ArrayList<>();
    for (JsonCursor item : at.member("diff_ids").list()) {
      try {
        layers.add(BlobDigest.parse(item.text()));
      } catch (MalformedException e) {
        throw item.mistake(e);
      }
    }
    return layers;
  }
}
