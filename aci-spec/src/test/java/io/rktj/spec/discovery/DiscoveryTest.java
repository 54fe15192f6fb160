// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.Labels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiscoveryTest {
  private static final AcIdentifier NAME = AcIdentifier.parse("example.com/a/app");
  private static final Labels LABELS =
      Labels.NONE.with("version", "1.0+b/../{os}?#@%").with("os", "linux");

  @Test
  void fillsInNameExtensionAndLabelsOnce() {
    DiscoveryTemplate template =
        new DiscoveryTemplate("https://h/{os}/{name}-{version}.{ext}?v={version}");

    assertThat(template.endpoint(NAME, LABELS))
        .contains(
            new Endpoint(
                "https://h/linux/example.com/a/app-1.0%2Bb%2F..%2F%7Bos%7D%3F%23%40%25.aci"
                    + "?v=1.0%2Bb%2F..%2F%7Bos%7D%3F%23%40%25",
                "https://h/linux/example.com/a/app-1.0%2Bb%2F..%2F%7Bos%7D%3F%23%40%25.aci.asc"
                    + "?v=1.0%2Bb%2F..%2F%7Bos%7D%3F%23%40%25"));
  }

  @Test
  void asksForTheLatestVersionByDefault() {
    assertThat(new DiscoveryTemplate("https://h/{version}").endpoint(NAME, Labels.NONE))
        .contains(new Endpoint("https://h/latest", "https://h/latest"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "unknown-label, https://h/{flavour}.{ext}",
    "open-place, https://h/{os.{ext",
    "host-place, https://{os}.example.com/{name}.{ext}",
    "host-name, https://{name}/x.{ext}",
    "scheme-file, file:///{name}.{ext}",
    "scheme-none, h/{name}.{ext}",
    "scheme-place, {os}://h/{name}.{ext}",
    "space, https://h/ {name}.{ext}",
    "no-host, https:///{name}.{ext}",
  })
  void skipsTemplate(String rule, String template) {
    assertThat(new DiscoveryTemplate(template).endpoint(NAME, LABELS)).as(rule).isEmpty();
  }

  @Test
  void knowsSimpleDiscovery() {
    Labels labels = Labels.NONE.with("os", "linux").with("arch", "amd64");

    assertThat(DiscoveryTemplate.simple(NAME, labels))
        .contains(
            new Endpoint(
                "https://example.com/a/app-latest-linux-amd64.aci",
                "https://example.com/a/app-latest-linux-amd64.aci.asc"));
    assertThat(DiscoveryTemplate.simple(AcIdentifier.parse("app"), labels)).isEmpty();
    assertThat(DiscoveryTemplate.simple(NAME, Labels.NONE)).isEmpty();
  }

  @Test
  void walksUpToTheHost() {
    assertThat(DiscoveryWalk.prefixes(NAME))
        .containsExactly("example.com/a/app", "example.com/a", "example.com");
    assertThat(DiscoveryWalk.page("https", "example.com/a", 8443))
        .isEqualTo("https://example.com:8443/a?ac-discovery=1");
    assertThat(DiscoveryWalk.page("http", "example.com", 0))
        .isEqualTo("http://example.com?ac-discovery=1");
  }

  @Test
  void comparesPrefixesByComponent() {
    MetaTag.Kind kind = MetaTag.Kind.IMAGE;

    assertThat(new MetaTag(kind, "example.com", "u").matches(NAME)).isTrue();
    assertThat(new MetaTag(kind, "example.com/a/", "u").matches(NAME)).isTrue();
    assertThat(new MetaTag(kind, "example.com/a/app", "u").matches(NAME)).isTrue();
    assertThat(new MetaTag(kind, "example.com/a/ap", "u").matches(NAME)).isFalse();
    assertThat(new MetaTag(kind, "", "u").matches(NAME)).isFalse();
  }
}
