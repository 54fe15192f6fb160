// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0;

/** How far one piece of work is; made by {@link Diagnostics#progress}. */
public interface Progress extends AutoCloseable {
  /** Counts {@code bytes} more as done. */
  void advance(long bytes);

  /** The work is over, well or not. */
  @Override
  void close();
}
