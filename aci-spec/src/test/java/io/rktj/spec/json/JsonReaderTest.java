// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.spec.MalformedException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonReaderTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "empty | `` | empty document",
        "blank | `  ` | empty document",
        "trailing | {} x | line 1, column",
        "trailing-value | {} {} | text after the end of the document",
        "duplicate | {\"a\":1,\"a\":2} | member \"a\" is repeated",
        "duplicate-escaped | {\"a\":1,\"\\u0061\":2} | member \"a\" is repeated",
        "nan | [NaN] | line 1, column",
        "infinity | [-Infinity] | line 1, column",
        "leading-zero | [01] | line 1, column",
        "plus | [+1] | line 1, column",
        "comment | /* */ {} | line 1, column",
        "single-quotes | {'a':1} | line 1, column",
        "no-quotes | {a:1} | line 1, column",
        "trailing-comma | [1,] | line 1, column",
        "open | {\"a\": | line 1, column",
        "open-array | [1 | line 1, column",
        "half-surrogate | [\"\\ud800\"] | half a surrogate pair",
        "half-surrogate-name | {\"\\udc00\":1} | surrogate",
      })
  void refuses(String rule, String document, String reason) {
    assertThatThrownBy(() -> JsonReader.parse(document.getBytes(UTF_8), "file"))
        .as(rule)
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith("file: ")
        .hasMessageContaining(reason)
        .hasMessageNotContaining("Source");
  }

  @Test
  void refusesByteOrderMark() {
    assertThatThrownBy(() -> JsonReader.parse("\uFEFF{}".getBytes(UTF_8), "file"))
        .hasMessage("file: begins with a byte order mark");
  }

  @Test
  void refusesBadUtf8() {
    assertThatThrownBy(() -> JsonReader.parse("[\"\u00c3\"]".getBytes(ISO_8859_1), "file"))
        .hasMessage("file: not valid UTF-8");
  }

  @Test
  void acceptsTheReplacementCharacterItself() {
    assertThat(JsonReader.parse("[\"\uFFFD\"]".getBytes(UTF_8), "file"))
        .isEqualTo(JsonReader.parse("[\"\uFFFD\"]", "file"));
  }

  @Test
  void keepsOrderAndNumbersAsWritten() {
    String text = "{\"b\":1.50,\"a\":[1e400,-0,true,null],\"\":\"\u00e9\ud83d\ude00\"}";

    assertThat(JsonWriter.compact(JsonReader.parse(text, "file"))).isEqualTo(text);
  }

  @Test
  void boundsDepth() {
    assertThat(JsonReader.parse("[".repeat(200) + "]".repeat(200), "file")).isNotNull();
    assertThatThrownBy(() -> JsonReader.parse("[".repeat(201) + "]".repeat(201), "file"))
        .isInstanceOf(MalformedException.class);
    assertThatThrownBy(() -> JsonReader.parse("[".repeat(1_000_000), "file"))
        .isInstanceOf(MalformedException.class);
  }

  @Test
  void boundsNumbers() {
    assertThat(JsonReader.parse("1".repeat(64), "file")).isNotNull();
    assertThatThrownBy(() -> JsonReader.parse("1".repeat(65), "file"))
        .isInstanceOf(MalformedException.class);
    assertThatThrownBy(() -> JsonReader.parse("0." + "1".repeat(65), "file"))
        .isInstanceOf(MalformedException.class);
  }

  @Test
  void boundsStringsAndDocuments() {
    String longest = "\"" + "x".repeat(1 << 20) + "\"";

    assertThat(JsonReader.parse(longest, "file")).isNotNull();
    assertThatThrownBy(() -> JsonReader.parse("\"" + "x".repeat((1 << 20) + 1) + "\"", "file"))
        .isInstanceOf(MalformedException.class);
    assertThatThrownBy(() -> JsonReader.parse(new byte[(4 << 20) + 1], "file"))
        .hasMessage("file: longer than 4194304 bytes");
  }

  @Test
  void readsManyMembersInLinearTime() {
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < 200_000; i++) {
      text.append(i == 0 ? "" : ",").append('"').append(i).append("\":0");
    }

    assertThat(((Json.Obj) JsonReader.parse(text.append('}').toString(), "file")).members())
        .hasSize(200_000);
  }

  @Test
  void writesWhatCouldForgeATerminalAsEscapes() {
    String text = JsonWriter.compact(new Json.Str("a\u001b\u007f\u0085\u202e\n\u00e9<"));

    assertThat(text).isEqualTo("\"a\\u001B\\u007F\\u0085\\u202e\\n\u00e9<\"");
  }

  @Test
  void indents() {
    Json document = JsonReader.parse("{\"a\":[1,{\"b\":null}],\"c\":{},\"d\":[]}", "file");

    assertThat(JsonWriter.pretty(document, "\t"))
        .isEqualTo(
            "{\n\t\"a\": [\n\t\t1,\n\t\t{\n\t\t\t\"b\": null\n\t\t}\n\t],\n"
                + "\t\"c\": {},\n\t\"d\": []\n}");
  }

  @Test
  void pointsAtMistakes() {
    JsonCursor at =
        JsonCursor.of(JsonReader.parse("{\"a\":{\"b\":[1,\"x\"]},\"n\":null}", "file"), "file");

    assertThat(at.member("a").list("b").get(1).text()).isEqualTo("x");
    assertThat(at.optionalText("n")).isEmpty();
    assertThat(at.member("a").unknownMembers("c")).containsExactly("b");
    assertThatThrownBy(() -> at.member("a").texts("b"))
        .hasMessage("file: $.a.b[0]: expected a string, found a number");
    assertThatThrownBy(() -> at.text("n")).hasMessage("file: $: \"n\" is missing");
    assertThatThrownBy(() -> at.member("a").list("b").get(0).integer(2, 9))
        .hasMessage("file: $.a.b[0]: expected an integer from 2 to 9, found 1");
    assertThatThrownBy(() -> at.requireOnly("a")).hasMessage("file: $: unknown member \"n\"");
  }

  @Test
  void survivesDamagedDocuments() {
    Random random = new Random(20261123);
    byte[] seed =
        ("{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",\"name\":\"a\",\"app\":{"
                + "\"exec\":[\"/a\"],\"user\":\"0\",\"group\":\"0\",\"isolators\":[{\"name\":"
                + "\"resource/memory\",\"value\":{\"limit\":\"1.5Gi\"}}],\"ports\":[{\"name\":\"p\","
                + "\"protocol\":\"tcp\",\"port\":1e2}]},\"labels\":[{\"name\":\"os\","
                + "\"value\":\"\\u00e9\u20ac\"}]}")
            .getBytes(UTF_8);
    long deadline = System.nanoTime() + 1_000_000_000L;
    while (System.nanoTime() < deadline) {
      byte[] damaged = seed.clone();
      for (int i = random.nextInt(6); i >= 0; i--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      readBoth(damaged);
    }
  }

  /** Anything but a manifest or a {@link MalformedException} fails the test. */
  private static void readBoth(byte[] document) {
    try {
      ImageManifestJson.read(document, "file");
    } catch (MalformedException e) {
      assertThat(e).hasMessageStartingWith("file: ");
    }
    try {
      PodManifestJson.read(document, "file");
    } catch (MalformedException e) {
      assertThat(e).hasMessageStartingWith("file: ");
    }
  }
}
