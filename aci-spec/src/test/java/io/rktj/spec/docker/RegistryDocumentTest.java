// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.spec.MalformedException;
import io.rktj.spec.Platform;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistryDocumentTest {
  private static final String BLOB =
      "{'mediaType':'TYPE','digest':'sha256:" + "a".repeat(64) + "','size':7}";
  private static final String CONFIG =
      BLOB.replace("TYPE", "application/vnd.oci.image.config.v1+json");
  private static final String LAYER =
      BLOB.replace("TYPE", "application/vnd.oci.image.layer.v1.tar+zstd");
  private static final String MANIFEST =
      "{'schemaVersion':2,'config':" + CONFIG + ",'layers':[" + LAYER + "]}";

  private static RegistryDocument read(String text, String type) {
    return RegistryDocument.read(
        text.replace('\'', '"').getBytes(UTF_8), Optional.of(type), "document");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "no type | text/plain | MANIFEST | neither it nor the server says",
        "types differ | MT | {'mediaType':'IT'} | it says that it is",
        "both | MT | {'schemaVersion':2,'manifests':[]} | \"manifests\" does not belong into",
        "index with layers | IT | {'schemaVersion':2,'layers':[]} | \"layers\" does not belong",
        "index with config | IT | {'schemaVersion':2,'config':{}} | \"config\" does not belong",
        "twice | MT | {'schemaVersion':2,'schemaVersion':2} | member \"schemaVersion\" is repeated",
        "version | MT | {'schemaVersion':1} | expected an integer from 2 to 2",
        "schema 1 | application/vnd.docker.distribution.manifest.v1+json | {} | schema 1",
        "schema 1 untold | application/json | {'schemaVersion':1,'fsLayers':[]} | schema 1",
        "foreign type | application/xml | {} | documents of the type \"application/xml\"",
        "chart | MT | {'schemaVersion':2,'config':CHART} | it holds no container image",
        "foreign layer | MT | {'schemaVersion':2,'config':CONFIG,'layers':[FOREIGN]} | layers of",
        "no layers | MT | {'schemaVersion':2,'config':CONFIG,'layers':[]} | an image has 1 to 512",
        "large | MT | {'schemaVersion':2,'config':CONFIG,'layers':[HUGE,HUGE]} | its layers are larger",
        "digest | MT | {'schemaVersion':2,'config':SHORT} | $.config.digest: digest must have 64",
        "size | MT | {'schemaVersion':2,'config':MINUS} | expected an integer from 0",
      })
  void refuses(String rule, String type, String text, String reason) {
    String document =
        text.replace("MANIFEST", MANIFEST)
            .replace("IT", MediaTypes.OCI_INDEX)
            .replace("CONFIG", CONFIG)
            .replace("CHART", BLOB.replace("TYPE", "application/vnd.cncf.helm.config.v1+json"))
            .replace("FOREIGN", BLOB.replace("TYPE", "application/vnd.docker.image.rootfs.foreign"))
            .replace("SHORT", CONFIG.replace("aaaa", "aa"))
            .replace("HUGE", LAYER.replace(":7", ":" + (Descriptor.LARGEST - 1)))
            .replace("MINUS", CONFIG.replace(":7", ":-7"));
    String header = type.replace("MT", MediaTypes.OCI_MANIFEST).replace("IT", MediaTypes.OCI_INDEX);

    assertThatThrownBy(() -> read(document, header))
        .as(rule)
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith("document: ")
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @CsvSource({
    "amd64, linux/amd64, linux/amd64",
    "amd64, linux/arm64 linux/amd64/v3 linux/amd64, linux/amd64",
    "aarch64, linux/amd64 linux/arm64/v8, linux/arm64/v8",
    "armv7l, linux/arm/v6 linux/arm/v7, linux/arm/v7",
    "i386, linux/386, linux/386",
    "amd64, windows/amd64 linux/amd64/v3, ''",
    "amd64, unknown/unknown linux/arm64, ''",
  })
  void choosesWhatTheHostCanRun(String host, String offered, String wanted) {
    StringBuilder entries = new StringBuilder();
    for (String platform : offered.split(" ", -1)) {
      String[] parts = platform.split("/", -1);
      entries.append(entries.length() == 0 ? "" : ",");
      entries
          .append(BLOB.replace("TYPE", platform).replace("}", ""))
          .append(",'platform':{'os':'" + parts[0] + "','architecture':'" + parts[1] + "'")
          .append(parts.length > 2 ? ",'variant':'" + parts[2] + "'}}" : "}}");
    }
    String text = "{'schemaVersion':2,'manifests':[" + entries + "]}";
    RegistryDocument.Index index =
        (RegistryDocument.Index)
            read(text, MediaTypes.OCI_INDEX.toUpperCase(Locale.ROOT) + "; charset=utf-8");
    Platform platform = new Platform("linux", host);

    if (wanted.isEmpty()) {
      assertThatThrownBy(() -> index.choose(platform, "docker://x"))
          .hasMessageStartingWith("cannot use image \"docker://x\": it is not for linux/amd64")
          .hasMessageNotContaining("unknown");
    } else {
      assertThat(index.choose(platform, "docker://x").mediaType()).isEqualTo(wanted);
    }
  }
}
