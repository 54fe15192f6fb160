// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import io.rktj.linux.ProcessImage;
import io.rktj.stage1.Notices;
import io.rktj.stage1.Stage1;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.Stage1Pod;
import java.util.List;

/** The flavour of virtual machines, whose place this is; until it comes it refuses every call. */
public final class KvmStage1 implements Stage1 {
  @Override
  public String flavour() {
    return "kvm";
  }

  @Override
  public int interfaceVersion() {
    return 6;
  }

  @Override
  public void requireUsable() {
    throw refusal("run");
  }

  @Override
  public ProcessImage run(Stage1Call call, Notices notices) {
    throw refusal("run");
  }

  @Override
  public ProcessImage enter(Stage1Pod pod, String app, List<String> command) {
    throw refusal("enter");
  }

  @Override
  public void stop(Stage1Pod pod, boolean force) {
    throw refusal("stop");
  }

  @Override
  public void gc(Stage1Pod pod, Notices notices) {
    throw refusal("gc");
  }

  private static Stage1Exception refusal(String entryPoint) {
    return new Stage1Exception(
        "stage1: cannot " + entryPoint + " a pod of flavour \"kvm\": not supported yet",
        "choose the flavour nspawn, which is the default",
        null);
  }
}
