// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import java.io.IOException;

/** Takes bytes as they pass by. */
@FunctionalInterface
public interface ByteSink {
  /** Drops them. */
  ByteSink NONE = (bytes, offset, length) -> {};

  /** Takes {@code length} bytes, which are the caller's again as soon as this returns. */
  void accept(byte[] bytes, int offset, int length) throws IOException;
}
