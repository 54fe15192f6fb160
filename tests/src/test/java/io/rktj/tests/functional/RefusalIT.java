// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.TestImage;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is not there yet is refused before there is a pod, and leaves none. */
@Needs(Requirement.PODS)
class RefusalIT {
  @TempDir Path temp;
  private RktRunner rkt;
  private Path aci;

  @BeforeEach
  void makeImage() {
    rkt = RktRunner.in(temp);
    aci = TestImage.named("example.com/app").write(temp.resolve("images"));
  }

  private void leavesNoPod() {
    assertThat(rkt.run("list", "--no-legend").exits(0).stdout()).isEmpty();
    assertThat(Rkt.filesBelow(rkt.data().resolve("pods"))).isEmpty();
  }

  @Test
  void socketsFromSystemd() {
    rkt.inside("sh", "-c", "LISTEN_FDS=1 LISTEN_PID=$$ exec \"$@\"", "sh");
    rkt.run("--insecure-options=image", "run", "--net=none", aci.toString())
        .exits(254)
        .isTidy()
        .stderrHas("run: socket activation (LISTEN_FDS): not supported yet");
    leavesNoPod();
  }

  @Test
  void portThatWantsASocketFromUs() {
    Path activated =
        TestImage.named("example.com/socket")
            .app(
                "\"ports\":[{\"name\":\"www\",\"protocol\":\"tcp\",\"port\":80,"
                    + "\"socketActivated\":true}]")
            .write(temp.resolve("images"));
    rkt.run("--insecure-options=image", "run", "--net=none", activated.toString())
        .exits(254)
        .isTidy()
        .stderrHas("port \"www\" of app \"socket\": socket activation is not supported yet");
    leavesNoPod();
  }
}
