// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import io.rktj.stage0.Diagnostics;
import io.rktj.stage1.Notices;

/** What a flavour says, behind its prefix. */
public record Stage1Notices(Diagnostics diagnostics) implements Notices {
  private static final String PREFIX = "stage1";

  @Override
  public void warn(String text) {
    diagnostics.warn(PREFIX, text);
  }

  @Override
  public void note(String text) {
    diagnostics.note(PREFIX, text);
  }
}
