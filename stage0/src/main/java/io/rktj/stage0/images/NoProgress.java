// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.images;

import io.rktj.stage0.Progress;

/** For bytes whose progress is told elsewhere. */
enum NoProgress implements Progress {
  /** The only one. */
  INSTANCE;

  @Override
  public void advance(long bytes) {}

  @Override
  public void close() {}
}
