// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.spec.MalformedException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PackedJsonTest {
  private static final String DOCUMENT =
      "{\"a\":[1,-2.5e9,\"\\u0000\\ud83d\\ude00\",true,false,null,[],{}],\"\":{\"b\":\"\"}}";

  private final byte[] packed = PackedJson.pack(JsonReader.parse(DOCUMENT, "document"));

  @Test
  void aTreeComesBackAsItWas() {
    assertThat(PackedJson.unpack(packed, "record")).isEqualTo(JsonReader.parse(DOCUMENT, "x"));
  }

  @Test
  void aRecordThatIsCutAnywhereIsRefused() {
    for (int length = 0; length < packed.length; length++) {
      byte[] cut = Arrays.copyOf(packed, length);
      assertThatThrownBy(() -> PackedJson.unpack(cut, "record"))
          .isInstanceOf(MalformedException.class)
          .hasMessageStartingWith("record: ");
    }
  }

  @Test
  void bytesAfterTheEndAreRefused() {
    byte[] longer = Arrays.copyOf(packed, packed.length + 1);
    assertThatThrownBy(() -> PackedJson.unpack(longer, "record"))
        .isInstanceOf(MalformedException.class)
        .hasMessage("record: damaged at byte " + packed.length);
  }

  @Test
  void whatIsNoRecordIsNamedSo() {
    assertThatThrownBy(() -> PackedJson.unpack("{\"version\":1}".getBytes(UTF_8), "record"))
        .isInstanceOf(MalformedException.class)
        .hasMessage("record: not a record of this version of rkt");
  }

  @Test
  void anythingDeeperThanADocumentMayBeIsRefused() {
    StringBuilder deep = new StringBuilder("rktj-json-1\n");
    for (int i = 0; i < 10_000; i++) {
      deep.append("[\0\0\0\1");
    }
    byte[] bytes = deep.append('z').toString().getBytes(UTF_8);
    assertThatThrownBy(() -> PackedJson.unpack(bytes, "record"))
        .isInstanceOf(MalformedException.class);
  }

  @Test
  void damagedRecordsAreReadAsATreeOrRefused() {
    Random random = new Random(11);
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] damaged = packed.clone();
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      try {
        assertThat(PackedJson.unpack(damaged, "record")).isNotNull();
      } catch (MalformedException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(5_000);
  }
}
