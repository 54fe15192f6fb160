// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The local store through the command line. */
class ImagesIT {
  @TempDir Path temp;
  private RktRunner rkt;

  @BeforeEach
  void fetchOne() {
    rkt = RktRunner.in(temp);
    Path aci =
        TestImage.named("example.com/app").file("etc/value", "kept").write(temp.resolve("images"));
    rkt.run("--insecure-options=image", "fetch", aci.toString()).exits(0);
  }

  private Path rendered(String file) throws IOException {
    try (Stream<Path> trees = Files.list(rkt.data().resolve("cas/tree"))) {
      return trees.findFirst().orElseThrow().resolve("rootfs").resolve(file);
    }
  }

  @Test
  void verifyAsksForNoWaiverBecauseNothingIsRun() {
    rkt.run("image", "verify", "example.com/app")
        .exits(0)
        .stdoutHas("successfully verified checksum for image: \"example.com/app\"");
  }

  @Test
  @Covers("cli-4.17-verify-tree")
  void changedTreeIsNoticedAndMadeAgain() throws IOException {
    Path value = rendered("etc/value");
    Files.writeString(value, "evil");
    rkt.run("image", "verify", "example.com/app")
        .exits(0)
        .stderrHas("tree cache verification failed for image")
        .stderrHas(";  rebuilding...");
    assertThat(rendered("etc/value")).hasContent("kept");
  }

  @Test
  void oneTornRowDoesNotStopTheCollection() throws IOException {
    Path torn = rkt.data().resolve("cas/remote/torn");
    Files.writeString(torn, "{");
    rkt.run("gc").exits(0).isTidy();
    assertThat(torn).doesNotExist();
    rkt.run("image", "verify", "example.com/app").exits(0);
  }

  @Test
  @Covers("sec-1a-store")
  void storeThatEverybodyMayEnterIsRefused() throws IOException {
    Files.setPosixFilePermissions(
        rkt.data().resolve("cas"), PosixFilePermissions.fromString("rwxr-xr-x"));
    rkt.run("image", "list").exits(254).isTidy().stderrHas("can be entered by everybody");
  }
}
