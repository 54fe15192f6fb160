// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.PodException;
import io.rktj.spec.discovery.AppString;
import io.rktj.spec.discovery.DiscoveryTemplate;
import io.rktj.spec.discovery.MetaTag;
import io.rktj.spec.discovery.MetaTags;
import io.rktj.spec.json.ImageManifestJson;
import io.rktj.spec.json.PodManifestJson;
import io.rktj.spec.manifest.ImageManifest;
import io.rktj.spec.manifest.PodManifest;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Damaged manifests, pages and names are read or refused with a message of ours; nothing else comes
 * out, and what was read means the same once written and read again. Property {@code fuzz.seed}
 * says which damage, {@code fuzz.millis} how long each kind.
 */
class TextFuzzTest {
  private static final long SEED = Long.getLong("fuzz.seed", 20261123L);
  private static final long NANOS = Long.getLong("fuzz.millis", 400) * 1_000_000;
  private static final String HASH = "sha512-" + "0123456789abcdef".repeat(8);
  private static final AcIdentifier NAME = AcIdentifier.parse("example.com/app");
  private static final List<String> PIECES =
      List.of(
          "\"",
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "\\u0000",
          "\\ud800",
          "null",
          "1e999",
          "-",
          "<",
          ">",
          "<!--",
          "-->",
          "<meta ",
          "</head>",
          "&lt;",
          "{version}",
          "..",
          "/",
          "%2e",
          "\0",
          "\u00ff");

  private static final String IMAGE =
      """
      {"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/app",
       "labels":[{"name":"version","value":"1.0"},{"name":"os","value":"linux"},
        {"name":"arch","value":"amd64"}],
       "app":{"exec":["/bin/app","-v"],"user":"0","group":"0","supplementaryGIDs":[1],
        "workingDirectory":"/","environment":[{"name":"A","value":"b"}],
        "eventHandlers":[{"name":"pre-start","exec":["/bin/x"]}],
        "mountPoints":[{"name":"data","path":"/data","readOnly":true}],
        "ports":[{"name":"www","protocol":"tcp","port":80,"count":2}],
        "isolators":[{"name":"resource/memory","value":{"limit":"1G","request":"128M"}},
         {"name":"os/linux/capabilities-retain-set","value":{"set":["CAP_KILL"]}}]},
       "dependencies":[{"imageName":"example.com/base","labels":[{"name":"os","value":"linux"}]}],
       "pathWhitelist":["/bin/app"],"annotations":[{"name":"created","value":"2026-11-23T00:00:00Z"}]}
      """;

  private static final String POD =
      """
      {"acVersion":"0.8.11","acKind":"PodManifest","apps":[{"name":"app","image":{"id":"%s"},
       "mounts":[{"volume":"data","path":"/data"}],"readOnlyRootFS":true}],
       "volumes":[{"name":"data","kind":"host","source":"/srv","readOnly":true}],
       "ports":[{"name":"www","hostPort":8080}],"annotations":[{"name":"a","value":"b"}]}
      """
          .formatted(HASH);

  private static final String PAGE =
      """
      <!DOCTYPE html><html><head><title>x</title><script>if (a < b) { c(); }</script>
      <meta charset="utf-8"><!-- comment -->
      <meta name="ac-discovery" content="example.com https://example.com/{name}-{version}.{ext}">
      <meta content='example.com https://example.com/keys' name=ac-discovery-pubkeys />
      </head><body><p>text &amp; more</p></body></html>
      """;

  private static void fuzz(String good, Consumer<byte[]> reader) {
    reader.accept(good.getBytes(UTF_8));
    Random random = new Random(SEED);
    long end = System.nanoTime() + NANOS;
    int rounds = 0;
    while (System.nanoTime() - end < 0) {
      rounds++;
      byte[] bad = damage(good, random);
      try {
        reader.accept(bad);
      } catch (PodException refused) {
        assertThat(refused.getMessage()).isNotEmpty();
      } catch (RuntimeException | Error e) {
        throw new AssertionError(
            "seed " + SEED + ", round " + rounds + ": " + new String(bad, ISO_8859_1), e);
      }
    }
    assertThat(rounds).isGreaterThan(100);
  }

  private static byte[] damage(String good, Random random) {
    StringBuilder text = new StringBuilder(good);
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = random.nextInt(text.length());
      int to = Math.min(text.length(), at + random.nextInt(12));
      switch (random.nextInt(4)) {
        case 0 -> text.insert(at, PIECES.get(random.nextInt(PIECES.size())));
        case 1 -> text.delete(at, to);
        case 2 -> text.insert(random.nextInt(text.length()), text.substring(at, to));
        default -> text.setCharAt(at, (char) random.nextInt(256));
      }
      if (text.length() == 0) {
        break;
      }
    }
    byte[] bytes = text.toString().getBytes(random.nextBoolean() ? UTF_8 : ISO_8859_1);
    return random.nextInt(8) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes;
  }

  @Test
  void imageManifests() {
    fuzz(
        IMAGE,
        bytes -> {
          ImageManifest manifest = ImageManifestJson.read(bytes, "fuzz");
          byte[] written = ImageManifestJson.write(manifest).getBytes(UTF_8);
          assertThat(ImageManifestJson.write(ImageManifestJson.read(written, "again")))
              .isEqualTo(new String(written, UTF_8));
        });
  }

  @Test
  void podManifests() {
    fuzz(
        POD,
        bytes -> {
          PodManifest manifest = PodManifestJson.read(bytes, "fuzz");
          byte[] written = PodManifestJson.write(manifest).getBytes(UTF_8);
          assertThat(PodManifestJson.write(PodManifestJson.read(written, "again")))
              .isEqualTo(new String(written, UTF_8));
        });
  }

  @Test
  void discoveryPages() {
    Labels labels = AppString.parse("example.com/app:1.0,os=linux,arch=amd64").labels();
    fuzz(
        PAGE,
        bytes -> {
          for (MetaTag tag : MetaTags.parse(bytes)) {
            tag.matches(NAME);
            new DiscoveryTemplate(tag.uri())
                .endpoint(NAME, labels)
                .ifPresent(place -> assertThat(place.aciUrl()).doesNotContain("{version}"));
          }
        });
  }

  @Test
  void appStrings() {
    fuzz(
        "example.com/app:1.0-beta,os=linux,arch=amd64,channel=alpha",
        bytes -> {
          AppString read = AppString.parse(new String(bytes, UTF_8));
          assertThat(read.name().value().split("/", -1)).doesNotContain("", ".", "..");
        });
  }
}
