// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made of the command table beside the help pages. */
class ManualPageTest {
  private static final Set<String> REQUESTS =
      Set.of(".\\\"", ".TH", ".SH", ".TP", ".B", ".BR", ".PP");

  @Test
  void pagesHoldNoRequestButTheirOwn() {
    for (Command command : ShellText.everything()) {
      List<String> lines = ManualPage.of(command).lines().toList();

      assertThat(lines.get(1)).startsWith(".TH \"RKT");
      assertThat(lines)
          .as(command.path())
          .allMatch(line -> !line.startsWith("'") && !line.isEmpty())
          .filteredOn(line -> line.startsWith("."))
          .allMatch(line -> REQUESTS.contains(line.replaceFirst("(?s) .*", "")));
    }
  }

  @Test
  void everyVisibleFlagIsOnItsPageAndNoHiddenOne() {
    for (Command command : Suggestions.commands()) {
      String page = ManualPage.of(command);
      for (Flag flag : command.flags()) {
        String shown = "\n.B \\-\\-" + flag.name().replace("-", "\\-");
        boolean there = page.contains(shown + "=") || page.contains(shown + "[=");
        assertThat(there).as(command.path() + " --" + flag.name()).isEqualTo(!flag.hidden());
      }
    }
  }

  @Test
  void whatIsAbsentOrHiddenIsNotOffered() {
    assertThat(Suggestions.commands())
        .allMatch(command -> !command.hidden())
        .extracting(Command::path)
        .contains("run", "image", "image list")
        .doesNotContain("image fetch");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh", "fish"})
  void scriptsNameEveryVisibleFlagAndNoPlaceholder(String shell) {
    String script = CompletionCommand.script(shell);

    for (Flag flag : ShellText.allFlags()) {
      assertThat(script).contains(shell.equals("fish") ? "-l " + flag.name() : "--" + flag.name());
    }
    assertThat(script).doesNotContainPattern("@[A-Z]+@").doesNotContain("--store-only");
  }
}
