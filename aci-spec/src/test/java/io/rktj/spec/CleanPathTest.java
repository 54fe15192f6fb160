// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CleanPathTest {
  @ParameterizedTest
  @CsvSource({
    "/a/b, /a/b",
    "a, /a",
    "/a//b/./c/, /a/b/c",
    "/../../etc, /etc",
    "/a/../../b, /b",
    "/.., /",
    "/, /",
  })
  void takesOutWhatIsNoName(String path, String expected) {
    assertThat(CleanPath.of(path)).isEqualTo(expected);
  }
}
