// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.config;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.MalformedException;
import io.rktj.spec.json.JsonCursor;
import java.util.Optional;

/** Reads the kinds paths, stage1 and machine. */
final class PlaceKinds {
  private static final String INVALID = "invalid stage1 configuration: ";

  private PlaceKinds() {}

  static void paths(JsonCursor document, ConfigLayer layer) {
    Optional<String> data = filled(document, "data");
    if (data.isPresent()) {
      if (!data.get().startsWith("/")) {
        throw new MalformedException("data directory must be an absolute path");
      }
      layer.data(data.get());
    }
    Optional<String> images = filled(document, "stage1-images");
    if (images.isPresent()) {
      if (!images.get().startsWith("/")) {
        throw new MalformedException("stage1 images directory must be an absolute path");
      }
      layer.stage1Images(images.get());
    }
  }

  static void stage1(JsonCursor document, ConfigLayer layer) {
    Optional<String> name = filled(document, "name");
    Optional<String> version = filled(document, "version");
    if (name.isPresent() != version.isPresent()) {
      throw new MalformedException(
          INVALID
              + (name.isPresent()
                  ? "default stage1 image name specified, but version missing"
                  : "default stage1 image version specified, but name missing"));
    }
    if (name.isPresent() && version.isPresent()) {
      try {
        layer.stage1Name(AcIdentifier.parse(name.get()).value(), version.get());
      } catch (MalformedException e) {
        throw new MalformedException(INVALID + e.getMessage());
      }
    }
    Optional<String> location = filled(document, "location");
    if (location.isPresent()) {
      checkLocation(location.get());
      layer.stage1Location(location.get());
    }
  }

  /** How pods run in virtual machines, where no flag and no variable says otherwise. */
  static void machine(JsonCursor document, ConfigLayer layer) {
    Optional<String> hypervisor = filled(document, "hypervisor");
    if (hypervisor.isPresent()
        && !hypervisor.get().equals("auto")
        && !hypervisor.get().equals("kvm")
        && !hypervisor.get().equals("tcg")) {
      throw new MalformedException(
          "unknown hypervisor \"" + hypervisor.get() + "\": auto, kvm or tcg are known");
    }
    Optional<String> kernel = filled(document, "kernel");
    if (kernel.isPresent()
        && !kernel.get().startsWith("/")
        && !kernel.get().equals("host")
        && !kernel.get().equals("package")) {
      throw new MalformedException("kernel must be an absolute path, \"host\" or \"package\"");
    }
    Optional<String> templates = filled(document, "templates");
    if (templates.isPresent()
        && !templates.get().equals("auto")
        && !templates.get().equals("off")) {
      throw new MalformedException(
          "unknown templates \"" + templates.get() + "\": auto or off are known");
    }
    layer.machine(hypervisor, kernel, templates);
  }

  private static void checkLocation(String location) {
    if (location.startsWith("/")) {
      return;
    }
    int colon = location.indexOf(':');
    if (colon <= 0 || location.indexOf('/') < colon) {
      throw new MalformedException(
          INVALID
              + "default stage1 image location is either a relative path or a URL without scheme");
    }
    String scheme = location.substring(0, colon);
    if (!scheme.equals("file")
        && !scheme.equals("docker")
        && !scheme.equals("http")
        && !scheme.equals("https")) {
      throw new MalformedException(
          INVALID
              + "default stage1 image location URL has invalid scheme \""
              + scheme
              + "\", allowed schemes are \"file\", \"docker\", \"http\", \"https\"");
    }
  }

  private static Optional<String> filled(JsonCursor document, String member) {
    Optional<String> text = document.optionalText(member);
    return text.isPresent() && text.get().isEmpty() ? Optional.empty() : text;
  }
}
