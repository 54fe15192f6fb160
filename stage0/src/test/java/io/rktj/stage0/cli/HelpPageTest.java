// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Help pages against golden files; {@code -Dgolden.update} writes them anew. */
class HelpPageTest {
  private static final Path GOLDEN = Path.of("src/test/resources/io/rktj/stage0/cli/help");

  static List<String> paths() {
    List<String> paths = new ArrayList<>(CommandTable.paths());
    paths.add("");
    return paths;
  }

  @ParameterizedTest
  @MethodSource("paths")
  void isAsInItsGoldenFile(String path) throws IOException {
    String page = HelpPage.of(CommandTable.command(path));
    Path golden = GOLDEN.resolve(path.isEmpty() ? "rkt.txt" : path.replace(' ', '-') + ".txt");

    if (System.getProperty("golden.update") != null) {
      Files.createDirectories(GOLDEN);
      Files.writeString(golden, page);
    }

    assertThat(golden).hasContent(page);
  }
}
