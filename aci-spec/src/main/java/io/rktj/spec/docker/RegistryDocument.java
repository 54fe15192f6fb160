// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.docker;

import io.rktj.spec.MalformedException;
import io.rktj.spec.Platform;
import io.rktj.spec.json.JsonCursor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a registry answers when it is asked for an image: the image's manifest, or an index of
 * manifests by platform (OCI image specification; Docker's schema 2). Which of them is said by the
 * media type, on which header and document must agree, and a document is never both: it cannot mean
 * one thing here and another elsewhere.
 */
public sealed interface RegistryDocument {
  /** The media types to ask for; those of schema 1 only to refuse it by its name. */
  String ACCEPTED =
      String.join(
          ", ",
          MediaTypes.OCI_INDEX,
          MediaTypes.DOCKER_INDEX,
          MediaTypes.OCI_MANIFEST,
          MediaTypes.DOCKER_MANIFEST,
          MediaTypes.SCHEMA_1 + "; q=0.1");

  /**
   * One image.
   *
   * @param config what describes it
   * @param layers its file system, the lowest first
   */
  record Manifest(Descriptor config, List<Descriptor> layers) implements RegistryDocument {
    /** Copies its list. */
    public Manifest {
      layers = List.copyOf(layers);
    }
  }

  /** Manifests by platform. */
  record Index(List<Entry> entries) implements RegistryDocument {
    /** Copies its list. */
    public Index {
      entries = List.copyOf(entries);
    }

    /** The manifest for {@code host}, a processor's plain kind before its special ones. */
    public Descriptor choose(Platform host, String subject) {
      List<String> offered = new ArrayList<>();
      Optional<Descriptor> second = Optional.empty();
      for (Entry entry : entries) {
        if (entry.suits(host) && entry.isPlain()) {
          return entry.manifest();
        }
        if (entry.suits(host) && entry.runsEverywhere() && second.isEmpty()) {
          second = Optional.of(entry.manifest());
        }
        if (!entry.system().equals("unknown")) {
          offered.add(entry.platform());
        }
      }
      return second.orElseThrow(
          () ->
              new MalformedException(
                  "cannot use image \""
                      + subject
                      + "\": it is not for "
                      + host
                      + ", but for: "
                      + String.join(", ", offered)));
    }
  }

  /**
   * One line of an index, by Go's names.
   *
   * @param variant of the processor, empty for none
   */
  record Entry(Descriptor manifest, String system, String processor, String variant) {
    private boolean suits(Platform host) {
      String flavour = variant.startsWith("v") ? variant.substring(1) : variant;
      return Platform.ofGo(system, processor, flavour).filter(host::equals).isPresent();
    }

    private boolean isPlain() {
      return variant.isEmpty() || processor.equals("arm");
    }

    /** Later variants of a processor need more of it than its name promises. */
    private boolean runsEverywhere() {
      return variant.equals("v1") || (processor.equals("arm64") && variant.equals("v8"));
    }

    private String platform() {
      return system + "/" + processor + (variant.isEmpty() ? "" : "/" + variant);
    }

    private static Entry read(JsonCursor at) {
      Descriptor manifest = Descriptor.read(at);
      Optional<JsonCursor> platform = at.optionalMember("platform");
      if (platform.isEmpty()) {
        return new Entry(manifest, "unknown", "unknown", "");
      }
      return new Entry(
          manifest,
          platform.get().text("os"),
          platform.get().text("architecture"),
          platform.get().optionalText("variant").orElse(""));
    }
  }

  /**
   * Reads a document.
   *
   * @param mediaType what the header of the answer says, if it says anything
   * @param subject names the document in errors
   */
  static RegistryDocument read(byte[] document, Optional<String> mediaType, String subject) {
    JsonCursor at = JsonCursor.parse(document, subject);
    String type = MediaTypes.of(at, mediaType);
    at.member("schemaVersion").integer(2, 2);
    boolean isIndex = MediaTypes.isIndex(type);
    String[] foreign = isIndex ? new String[] {"layers", "config"} : new String[] {"manifests"};
    for (String member : foreign) {
      if (at.optionalMember(member).isPresent()) {
        throw at.mistake("\"" + member + "\" does not belong into " + type);
      }
    }
    return isIndex ? index(at) : manifest(at);
  }

  private static Index index(JsonCursor at) {
    List<Entry> entries = new ArrayList<>();
    for (JsonCursor item : at.member("manifests").list()) {
      entries.add(Entry.read(item));
    }
    return new Index(entries);
  }

  private static Manifest manifest(JsonCursor at) {
    Descriptor config = Descriptor.read(at.member("config"));
    if (!MediaTypes.isConfig(config.mediaType())) {
      throw at.mistake("it holds no container image, but \"" + config.mediaType() + "\"");
    }
    List<Descriptor> layers = new ArrayList<>();
    long bytes = 0;
    for (JsonCursor item : at.member("layers").list()) {
      Descriptor layer = Descriptor.read(item);
      if (!MediaTypes.isLayer(layer.mediaType())) {
        throw item.mistake("layers of the type \"" + layer.mediaType() + "\" are not supported");
      }
      layers.add(layer);
      bytes += layer.size();
    }
    if (bytes > Descriptor.LARGEST) {
      throw at.mistake("its layers are larger than " + Descriptor.LARGEST + " bytes");
    }
    if (layers.isEmpty() || layers.size() > DockerConfig.MOST_LAYERS) {
      throw at.mistake("an image has 1 to " + DockerConfig.MOST_LAYERS + " layers");
    }
    return new Manifest(config, layers);
  }
}
