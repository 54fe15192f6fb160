// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import io.rktj.linux.ProcessImage;
import io.rktj.stage1.Notices;
import io.rktj.stage1.Stage1;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.Stage1Pod;
import java.util.ArrayList;
import java.util.List;

/** A flavour that only notes what it was asked for, and fails when told to. */
final class FakeStage1 implements Stage1 {
  final List<String> calls = new ArrayList<>();
  boolean failing;

  @Override
  public String flavour() {
    return "fake";
  }

  @Override
  public int interfaceVersion() {
    return 6;
  }

  @Override
  public void requireUsable() {}

  @Override
  public ProcessImage run(Stage1Call call, Notices notices) {
    throw new Stage1Exception("cannot run");
  }

  @Override
  public ProcessImage enter(Stage1Pod pod, String app, List<String> command) {
    calls.add("enter " + app + " " + String.join(" ", command));
    return new ProcessImage("/bin/true", List.of(), List.of(), "/", List.of());
  }

  @Override
  public void stop(Stage1Pod pod, boolean force) {
    calls.add(force ? "kill" : "stop");
  }

  @Override
  public void gc(Stage1Pod pod, Notices notices) {
    calls.add("gc");
    if (failing) {
      throw new Stage1Exception("network is down");
    }
  }
}
