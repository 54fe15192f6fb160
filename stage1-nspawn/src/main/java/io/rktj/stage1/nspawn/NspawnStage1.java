// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.nspawn;

import io.rktj.linux.ProcessImage;
import io.rktj.stage1.Notices;
import io.rktj.stage1.Stage1;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.Stage1Pod;
import java.util.List;

/** The flavour of name spaces: a pod is a set of them, with pod-init as its first process. */
public final class NspawnStage1 implements Stage1 {
  @Override
  public String flavour() {
    return "nspawn";
  }

  @Override
  public int interfaceVersion() {
    return 6;
  }

  @Override
  public ProcessImage run(Stage1Call call, Notices notices) {
    throw new Stage1Exception("not supported yet");
  }

  @Override
  public ProcessImage enter(Stage1Pod pod, String app, List<String> command) {
    throw new Stage1Exception("not supported yet");
  }

  @Override
  public void stop(Stage1Pod pod, boolean force) {
    throw new Stage1Exception("not supported yet");
  }

  @Override
  public void gc(Stage1Pod pod, Notices notices) {
    throw new Stage1Exception("not supported yet");
  }
}
