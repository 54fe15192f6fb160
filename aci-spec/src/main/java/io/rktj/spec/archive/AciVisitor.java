// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import java.io.IOException;
import java.io.InputStream;

/** Is shown every entry of an image's root file system, in the order of the archive. */
@FunctionalInterface
public interface AciVisitor {
  /** Shows nothing to nobody. */
  AciVisitor NONE = (entry, content) -> {};

  /**
   * Takes one entry.
   *
   * @param entry the entry
   * @param content its {@link AciEntry#size} bytes; valid until this method returns, need not be
   *     read to the end, must not be kept
   */
  void visit(AciEntry entry, InputStream content) throws IOException;
}
