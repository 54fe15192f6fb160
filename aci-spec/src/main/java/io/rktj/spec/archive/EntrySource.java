// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import java.io.IOException;

/** A root file system that an image can be made of. */
public interface EntrySource {
  /**
   * Shows {@code visitor} everything in it, a directory before what is in it.
   *
   * @param ownerRoot whether everything is shown as belonging to root
   */
  void walk(boolean ownerRoot, AciVisitor visitor) throws IOException;
}
