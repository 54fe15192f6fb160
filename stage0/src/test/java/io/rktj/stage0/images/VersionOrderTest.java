// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.images;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VersionOrderTest {
  @ParameterizedTest
  @CsvSource({
    "1.0, 2.0, true",
    "1.9.9, 1.10.0, true",
    "v3.4.5, 3.4.6, true",
    "2.0.0-rc1, 2.0.0, true",
    "1, 1.0.1, true",
    "2.0, 1.0, false",
    "1.0, 1.0, false",
    "1.0.0, 1.0, false",
    "2.0.0, 2.0.0-rc1, false",
    "2.0.0-rc1, 2.0.0-rc2, false",
    "edge, 1.0, false",
    "1.0, edge, false",
    "1.x, 2.x, true",
    "1..0, 2, true",
    "'', 1, false",
    "99999999999999999999, 1, false",
  })
  void tellsWhatIsOlder(String version, String other, boolean older) {
    assertThat(VersionOrder.isOlder(version, other)).isEqualTo(older);
  }
}
