// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnerCheckTest {
  private static final int ADMINISTRATORS = 12345;

  @TempDir Path temp;
  private OwnerCheck check;

  @BeforeEach
  void knowsGroups() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root gives files away");
    Path groups = temp.resolve("group");
    Files.writeString(groups, "root:x:0:\nrkt:x:12344:\nrkt-admin:x:" + ADMINISTRATORS + ":bob\n");
    check = new OwnerCheck(groups);
  }

  private Path directory(int mode, int uid, int gid) throws IOException {
    Path directory = Files.createDirectory(temp.resolve("directory"));
    Files.setAttribute(directory, "unix:uid", uid);
    Files.setAttribute(directory, "unix:gid", gid);
    Files.setAttribute(directory, "unix:mode", mode);
    return directory;
  }

  @ParameterizedTest
  @CsvSource({
    "root's, 755, 0, 0, true",
    "root's that its group may write to, 775, 0, 0, false",
    "the administrators' to write to, 2775, 0, 12345, true",
    "an administrator's own, 2755, 1000, 12345, true",
    "somebody's, 755, 1000, 1000, false",
    "somebody's of another group of ours, 755, 1000, 12344, false",
    "another group's to write to, 775, 0, 12344, false",
    "everybody's, 777, 0, 12345, false",
  })
  void directoryIs(String whose, String mode, int uid, int gid, boolean safe) throws IOException {
    Path directory = directory(Integer.parseInt(mode, 8), uid, gid);

    if (safe) {
      assertThat(check.isDirectory(directory)).as(whose).isTrue();
    } else {
      assertThatThrownBy(() -> check.isDirectory(directory))
          .as(whose)
          .isInstanceOf(UntrustedImageException.class);
    }
  }

  @Test
  void withoutTheGroupNobodyIsItsMember() throws IOException {
    Path directory = directory(0775, 0, ADMINISTRATORS);

    assertThatThrownBy(() -> new OwnerCheck(temp.resolve("none")).isDirectory(directory))
        .hasMessageContaining("is writable by its group or by others");
  }
}
