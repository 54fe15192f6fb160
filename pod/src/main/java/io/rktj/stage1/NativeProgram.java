// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1;

/** Where pod-init lies in the distribution. */
public final class NativeProgram {
  private NativeProgram() {}

  /** Its absolute path. */
  public static String path() {
    String home = System.getProperty("rkt.home");
    if (home == null) {
      throw new Stage1Exception("stage1: cannot find pod-init: the property rkt.home is not set");
    }
    return home + "/lib/native/pod-init";
  }
}
