// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DriverSetTest {
  private static final String SIGNED = "~Module signature appended~\n";

  @TempDir Path modules;

  @Test
  void signatureBehindDriverIsLeftOut() throws IOException {
    assertThat(driver("the driver" + "signature" + "\0\0\0\0\0\0\0\0\0\0\0\11" + SIGNED))
        .isEqualTo("the driver");
  }

  @Test
  void driverWithoutSignatureIsTakenAsItIs() throws IOException {
    assertThat(driver("the driver")).isEqualTo("the driver");
  }

  @Test
  void trailerThatLiesAboutItsLengthIsLeftAlone() throws IOException {
    String large = "the driver" + "\0\0\0\0\0\0\0\0\177\0\0\0" + SIGNED;
    String negative = "the driver" + "\0\0\0\0\0\0\0\0\377\377\377\0" + SIGNED;

    assertThat(driver(large)).isEqualTo(large);
    assertThat(driver(negative)).isEqualTo(negative);
    assertThat(driver(SIGNED)).isEqualTo(SIGNED);
  }

  private String driver(String content) throws IOException {
    Files.writeString(modules.resolve("virtio_blk.ko"), content, ISO_8859_1);
    return new String(
        requireNonNull(DriverSet.from(modules).get(DriverSet.Group.BASE)).get(0), ISO_8859_1);
  }
}
