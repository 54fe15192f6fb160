// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nothing from outside moves the cursor ({@code security.md} 1d). */
class EscapedTest {
  @Test
  void leavesOrdinaryTextAlone() {
    assertThat(Escaped.line("example.com/app:1.0 (ä, 漢, 😀)"))
        .isEqualTo("example.com/app:1.0 (ä, 漢, 😀)");
  }

  @Test
  void escapesControlCharacters() {
    assertThat(Escaped.line("a\u001b[2Jb\rc\td\ne\u007f\u009bf"))
        .isEqualTo("a\\x1B[2Jb\\x0Dc\\x09d\\x0Ae\\x7F\\x9Bf");
  }

  @Test
  void escapesWhatTurnsTextAround() {
    assertThat(Escaped.line("a\u202eb\u2066c\u200ed"))
        .isEqualTo("a\\xE2\\x80\\xAEb\\xE2\\x81\\xA6c\\xE2\\x80\\x8Ed");
  }

  @Test
  void escapesHalfACharacter() {
    assertThat(Escaped.line("a\ud800b")).doesNotContain("\ud800");
  }

  @Test
  void keepsJsonJson() {
    assertThat(Escaped.json("{\"a\":\"\u202e\u009b\"}\n"))
        .isEqualTo("{\"a\":\"\\u202E\\u009B\"}\n");
  }

  @Test
  void cellsOfATableCannotForgeRows() {
    String table =
        new TabColumns().line("A\tB").row(List.of("x\ty\nforged", "\u001b]0;t\u0007")).render();

    assertThat(table.lines()).hasSize(2);
    assertThat(table).contains("x\\x09y\\x0Aforged").contains("\\x1B]0;t\\x07");
  }

  @Test
  void messagesOfSeveralLinesStayBehindTheirPrefix() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();

    new Output(new ByteArrayOutputStream(), err).message("run", "bad\nrun: forged\u001b[A");

    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("run: bad\n    run: forged\\x1B[A\n");
  }
}
