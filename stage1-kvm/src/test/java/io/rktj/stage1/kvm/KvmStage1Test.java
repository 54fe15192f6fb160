// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.pod.PodLayout;
import io.rktj.spec.Uuid;
import io.rktj.stage1.Notices;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.Stage1Pod;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class KvmStage1Test {
  private final Stage1Pod pod =
      new Stage1Pod(
          Uuid.parse("6733c088-a507-4694-aabf-eac2d73b4a1c"),
          new PodLayout(Path.of("/pod")),
          "/etc/rkt",
          false,
          List.of());

  @Test
  void refusesEveryCall() {
    KvmStage1 stage1 = new KvmStage1();

    assertThatThrownBy(stage1::requireUsable)
        .isInstanceOf(Stage1Exception.class)
        .hasMessage("stage1: cannot run a pod of flavour \"kvm\": not supported yet");
    assertThatThrownBy(() -> stage1.enter(pod, "app", List.of("/bin/sh")))
        .isInstanceOf(Stage1Exception.class)
        .hasMessage("stage1: cannot enter a pod of flavour \"kvm\": not supported yet");
    assertThatThrownBy(() -> stage1.stop(pod, true)).hasMessageEndingWith("not supported yet");
    assertThatThrownBy(() -> stage1.gc(pod, Notices.NONE))
        .hasMessageEndingWith("not supported yet");
  }
}
