// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.docker;

import io.rktj.spec.MalformedException;
import io.rktj.spec.json.JsonCursor;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What documents and blobs of registries call themselves. */
final class MediaTypes {
  static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
  static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  static final String DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json";
  static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
  static final String SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+prettyjws";

  private static final String SCHEMA_1_PREFIX = "application/vnd.docker.distribution.manifest.v1+";
  private static final List<String> CONFIGS =
      List.of(
          "application/vnd.oci.image.config.v1+json",
          "application/vnd.docker.container.image.v1+json");
  private static final List<String> LAYERS =
      List.of(
          "application/vnd.oci.image.layer.v1.tar",
          "application/vnd.oci.image.layer.v1.tar+gzip",
          "application/vnd.oci.image.layer.v1.tar+zstd",
          "application/vnd.docker.image.rootfs.diff.tar",
          "application/vnd.docker.image.rootfs.diff.tar.gzip");

  /** Says nothing about what it is. */
  private static final List<String> VAGUE =
      List.of("application/json", "application/octet-stream", "text/plain");

  private MediaTypes() {}

  static boolean isIndex(String type) {
    return type.equals(OCI_INDEX) || type.equals(DOCKER_INDEX);
  }

  static boolean isConfig(String type) {
    return CONFIGS.contains(type);
  }

  static boolean isLayer(String type) {
    return LAYERS.contains(type);
  }

  /** The type on which a header and the document agree. */
  static String of(JsonCursor document, Optional<String> header) {
    Optional<String> outer = header.map(MediaTypes::bare).filter(type -> !VAGUE.contains(type));
    Optional<String> inner = document.optionalText("mediaType");
    boolean old =
        outer.filter(type -> type.startsWith(SCHEMA_1_PREFIX)).isPresent()
            || document.optionalMember("fsLayers").isPresent();
    if (old) {
      throw document.mistake(
          "manifests of Docker's schema 1 are not supported; push the image anew with a tool of"
              + " today");
    }
    if (outer.isPresent() && inner.isPresent() && !outer.equals(inner)) {
      throw document.mistake(
          "it says that it is \"" + inner.get() + "\", the server \"" + outer.get() + "\"");
    }
    String type = outer.or(() -> inner).orElseThrow(() -> untold(document));
    if (!isIndex(type) && !type.equals(OCI_MANIFEST) && !type.equals(DOCKER_MANIFEST)) {
      throw document.mistake("documents of the type \"" + type + "\" are not supported");
    }
    return type;
  }

  private static MalformedException untold(JsonCursor document) {
    return document.mistake("neither it nor the server says of which type it is");
  }

  private static String bare(String header) {
    int semicolon = header.indexOf(';');
    return (semicolon < 0 ? header : header.substring(0, semicolon))
        .strip()
        .toLowerCase(Locale.ROOT);
  }
}
