// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValueTypesTest {
  private static final String HEX = "0123456789abcdef".repeat(8);

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "0", "example.com/reduce-worker", "a--b", "a~b_c.d", "a/b/c", "a..b", "a-/b"})
  void acceptsIdentifier(String text) {
    assertThat(AcIdentifier.parse(text)).hasToString(text);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "empty, '', ACIdentifier cannot be empty",
    "upper, aB, ACIdentifier must contain only lower case alphanumeric characters",
    "space, a b, ACIdentifier must contain only lower case alphanumeric characters",
    "start, /a, ACIdentifier must start and end with only lower case alphanumeric",
    "end, a., ACIdentifier must start and end with only lower case alphanumeric",
    "empty-component, a//b, ACIdentifier must not have an empty component",
    "dot, a/./b, ACIdentifier must not have an empty component",
    "climb, a/../b, ACIdentifier must not have an empty component",
  })
  void refusesIdentifier(String rule, String text, String reason) {
    assertThatThrownBy(() -> AcIdentifier.parse(text))
        .as(rule)
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith(reason);
  }

  @Test
  void comparesPrefixesByComponent() {
    AcIdentifier name = AcIdentifier.parse("example.com/foo");

    assertThat(name.isWithin("example.com")).isTrue();
    assertThat(name.isWithin("example.com/foo")).isTrue();
    assertThat(name.isWithin("example.com/fo")).isFalse();
    assertThat(name.isWithin("example.com/foo/bar")).isFalse();
    assertThat(name.components()).containsExactly("example.com", "foo");
    assertThat(name.lastComponent()).isEqualTo("foo");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "empty, '', ACName cannot be empty",
    "dot, a.b, ACName must contain only lower case alphanumeric characters plus \"-\"",
    "start, -a, ACName must start and end with only lower case alphanumeric characters",
    "end, a-, ACName must start and end with only lower case alphanumeric characters",
  })
  void refusesName(String rule, String text, String reason) {
    assertThatThrownBy(() -> AcName.parse(text)).as(rule).hasMessage(reason);
  }

  @ParameterizedTest
  @CsvSource({"Reduce_Worker, reduce-worker", "--a.b--, a-b", "x, x", "1.2\u00e9, 1-2"})
  void sanitizesNames(String text, String name) {
    assertThat(AcName.sanitize(text)).hasToString(name);
  }

  @Test
  void refusesToMakeANameOfNothing() {
    assertThatThrownBy(() -> AcName.sanitize("_._"))
        .hasMessage("must contain at least one valid character");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.8.11", "1.30.0+git", "1.0.0-rc.1+a.b", "0.0.0-a", "10.20.30"})
  void acceptsVersion(String text) {
    assertThat(SemVer.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.3-01", "1.2.3+", "a.b.c"})
  void refusesVersion(String text) {
    assertThatThrownBy(() -> SemVer.parse(text)).hasMessage("SemVer is bad");
  }

  @Test
  void comparesMajorVersions() {
    assertThat(SemVer.parse("9.0.0").hasLowerMajorThan(SemVer.parse("10.0.0"))).isTrue();
    assertThat(SemVer.parse("0.7.0").hasLowerMajorThan(SemVer.APPC)).isFalse();
    assertThatThrownBy(() -> SemVer.parse("0.0.0")).hasMessage("SemVer cannot be zero");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "no-dash, sha512, badly formatted hash string",
    "two-dashes, sha512-a-b, badly formatted hash string",
    "no-type, -ab, unexpected empty hash type",
    "other-type, sha256-ab, unrecognized hash type: sha256",
    "no-value, sha512-, unexpected empty hash value",
    "short, sha512-abcdef, image ID must be \"sha512-\" and 128 lower case hexadecimal digits",
  })
  void refusesImageId(String rule, String text, String reason) {
    assertThatThrownBy(() -> ImageId.parse(text)).as(rule).hasMessage(reason);
  }

  @Test
  void showsImageIdsInThreeLengths() {
    ImageId id = ImageId.parse("sha512-" + HEX);

    assertThat(id.toString()).hasSize(135);
    assertThat(id.shortText()).isEqualTo("sha512-0123456789abcdef0123456789abcdef");
    assertThat(id.columnText()).isEqualTo("sha512-0123456789ab");
    assertThat(ImageId.ofDigest(new byte[64]).hex()).isEqualTo("0".repeat(128));
    assertThatThrownBy(() -> new ImageId(HEX.replace('a', 'A')))
        .isInstanceOf(MalformedException.class);
  }

  @Test
  void matchesPrefixOfImageId() {
    ImageIdPrefix prefix = ImageIdPrefix.parse("sha512-0123456789ab");

    assertThat(prefix.matches(new ImageId(HEX))).isTrue();
    assertThat(prefix.isComplete()).isFalse();
    assertThat(ImageIdPrefix.looksLike("sha512-x")).isTrue();
    assertThat(ImageIdPrefix.looksLike("sha512-x-y")).isFalse();
    assertThat(ImageIdPrefix.looksLike("sha512-")).isFalse();
    assertThatThrownBy(() -> ImageIdPrefix.parse("sha512-0123456789a"))
        .hasMessageStartingWith("image ID too short");
    assertThatThrownBy(() -> ImageIdPrefix.parse("sha512-" + HEX + "0"))
        .hasMessageStartingWith("image ID longer");
    assertThatThrownBy(() -> ImageIdPrefix.parse("sha512-xyz")).hasMessageContaining("hexadecimal");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "6733C088-A507-4694-AABF-EDBE4FC5266F",
        "6733c088a5074694aabfedbe4fc5266f",
        "6-733c088a5074694aabfedbe4fc5266f-",
      })
  void readsUuidInAnySpelling(String text) {
    assertThat(Uuid.parse(text)).hasToString("6733c088-a507-4694-aabf-edbe4fc5266f");
  }

  @Test
  void makesRandomUuids() {
    byte[] random = new byte[16];
    java.util.Arrays.fill(random, (byte) 0xff);

    Uuid uuid = Uuid.ofRandom(random);

    assertThat(uuid).hasToString("ffffffff-ffff-4fff-bfff-ffffffffffff");
    assertThat(Uuid.ofRandom(new byte[16])).hasToString("00000000-0000-4000-8000-000000000000");
    assertThat(uuid.bytes()).hasSize(16).startsWith(0xff, 0xff).contains(0x4f, 0xbf);
    assertThatThrownBy(() -> Uuid.parse("6733c088")).hasMessage("bad UUID length != 32");
    assertThatThrownBy(() -> Uuid.parse("g" + "0".repeat(31))).hasMessageStartingWith("bad UUID");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0",
    "100, 100, 100000",
    "500m, 1, 500",
    "1.5, 2, 1500",
    "2G, 2000000000, 2000000000000",
    "2Gi, 2147483648, 2147483648000",
    "1.5Ki, 1536, 1536000",
    "1e3, 1000, 1000000",
    "1E3, 1000, 1000000",
    "1E, 1000000000000000000, 9223372036854775807",
    "16E, 9223372036854775807, 9223372036854775807",
    "9Ei, 9223372036854775807, 9223372036854775807",
    "1n, 1, 1",
    "0.0000000001, 1, 1",
    "-1.5, -1, -1500",
    "+3k, 3000, 3000000",
    ".5, 1, 500",
    "1e1000000000, 9223372036854775807, 9223372036854775807",
    "1e-1000000000, 1, 1",
  })
  void readsQuantity(String text, long value, long milliValue) {
    Quantity quantity = Quantity.parse(text);

    assertThat(quantity.value()).isEqualTo(value);
    assertThat(quantity.milliValue()).isEqualTo(milliValue);
    assertThat(quantity).hasToString(text);
  }

  @ParameterizedTest
  @CsvSource({
    "1024Mi, 1Gi",
    "0.5, 500m",
    "1000, 1k",
    "1500, 1500",
    "1000000e3, 1e9",
    "500Ki, 500Ki",
    "0.5Ki, 512",
    "0.00, 0",
    "1e0, 1",
    "-2000k, -2M",
  })
  void spellsQuantityCanonically(String text, String canonical) {
    assertThat(Quantity.parse(text).canonical()).isEqualTo(canonical);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "upper-k, 1K, unable to parse quantity's suffix",
    "bytes, 1B, quantities must match the regular expression",
    "twice, 1GG, unable to parse quantity's suffix",
    "points, 1.2.3, unable to parse numeric part of quantity",
    "point, ., unable to parse numeric part of quantity",
    "empty, '', quantities must match the regular expression",
    "sign, +, quantities must match the regular expression",
    "suffix, G, quantities must match the regular expression",
    "space, ' 1', quantities must match the regular expression",
    "exponent, 1e+, unable to parse quantity's suffix",
  })
  void refusesQuantity(String rule, String text, String reason) {
    assertThatThrownBy(() -> Quantity.parse(text)).as(rule).hasMessageStartingWith(reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2014-10-27T19:32:27.67021798Z",
        "2016-02-29T00:00:00+01:00",
        "1999-12-31T23:59:59-23:59",
      })
  void acceptsTime(String text) {
    assertThat(Timestamp.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2014-10-27",
        "2014-10-27 19:32:27Z",
        "2014-02-29T00:00:00Z",
        "2014-13-01T00:00:00Z",
        "2014-01-00T00:00:00Z",
        "2014-01-01T24:00:00Z",
        "2014-01-01T00:00:60Z",
        "2014-01-01T00:00:00",
        "2014-01-01T00:00:00.Z",
        "2014-01-01T00:00:00Zx",
        "2014-01-01T00:00:00+0100",
      })
  void refusesTime(String text) {
    assertThatThrownBy(() -> Timestamp.parse(text)).hasMessageStartingWith("bad Date: ");
  }

  @Test
  void knowsGoNamesOfPlatforms() {
    assertThat(Platform.ofGo("linux", "amd64", "")).hasToString("Optional[linux/amd64]");
    assertThat(Platform.ofGo("linux", "386", "")).hasToString("Optional[linux/i386]");
    assertThat(Platform.ofGo("linux", "arm64", "")).hasToString("Optional[linux/aarch64]");
    assertThat(Platform.ofGo("linux", "arm", "")).hasToString("Optional[linux/armv6l]");
    assertThat(Platform.ofGo("linux", "arm", "7")).hasToString("Optional[linux/armv7l]");
    assertThat(Platform.ofGo("linux", "s390x", "")).hasToString("Optional[linux/s390x]");
    assertThat(Platform.ofGo("darwin", "amd64", "")).hasToString("Optional[darwin/x86_64]");
    assertThat(Platform.ofGo("freebsd", "arm", "6")).hasToString("Optional[freebsd/arm]");
    assertThat(Platform.ofGo("windows", "amd64", "")).isEmpty();
    assertThat(Platform.ofLinuxMachine("x86_64")).hasToString("Optional[linux/amd64]");
    assertThat(Platform.ofLinuxMachine("i686")).hasToString("Optional[linux/i386]");
    assertThat(Platform.ofLinuxMachine("mips")).isEmpty();
  }

  @Test
  void runsOnlySupportedPlatforms() {
    Labels labels = Labels.NONE.with("os", "linux").with("arch", "amd64");

    assertThat(Platform.requireRunnable(labels)).hasToString("linux/amd64");
    assertThatThrownBy(() -> Platform.requireRunnable(labels.with("arch", "s390x")))
        .hasMessageStartingWith("bad arch \"s390x\" for OS");
    assertThatThrownBy(() -> Platform.requireRunnable(labels.with("os", "darwin")))
        .hasMessage("bad os \"darwin\" (must be one of: [linux])");
  }

  @Test
  void matchesLabels() {
    Labels labels = Labels.NONE.with("version", "1").with("os", "linux");

    assertThat(labels.satisfy(Labels.NONE)).isTrue();
    assertThat(labels.satisfy(Labels.NONE.with("os", "linux"))).isTrue();
    assertThat(labels.satisfy(Labels.NONE.with("os", "darwin"))).isFalse();
    assertThat(labels.satisfy(Labels.NONE.with("arch", "amd64"))).isFalse();
    assertThat(labels.with("os", "darwin").entries()).hasSize(2);
    assertThat(labels.without("os")).isEqualTo(Labels.NONE.with("version", "1"));
    assertThat(labels).hasToString("version:\"1\",os:\"linux\"");
  }

  @Test
  void readsParameters() {
    Parameters parameters = Parameters.parse("work,kind=host,source=/a+b=c");

    assertThat(parameters.name()).isEqualTo("work");
    assertThat(parameters.values()).containsEntry("source", "/a+b=c");
    assertThatThrownBy(() -> Parameters.parse("work,kind"))
        .hasMessage("malformed string \"kind\" - has a label without a value: kind");
    assertThatThrownBy(() -> Parameters.pairs(List.of("a=1", "a=2")))
        .hasMessage("label a with multiple values [\"1\" \"2\"]");
    assertThatThrownBy(() -> Parameters.bool("yes"))
        .hasMessage("strconv.ParseBool: parsing \"yes\": invalid syntax");
    assertThatThrownBy(() -> Parameters.integer("port", "99999999999", 5))
        .hasMessage("port must be a number from 0 to 5, not \"99999999999\"");
  }

  @Test
  void takesUrlsApart() {
    HttpUrl url = HttpUrl.parse("https://example.com:8443/a/b.aci?x#y");

    assertThat(url.isSecure()).isTrue();
    assertThat(url.authority()).isEqualTo("example.com:8443");
    assertThat(url.path()).isEqualTo("/a/b.aci");
    assertThatThrownBy(() -> HttpUrl.parse("https:///a")).hasMessage("bad URL: no host");
    assertThatThrownBy(() -> HttpUrl.parse("https://a/\n")).hasMessageStartingWith("bad URL: ");
  }
}
