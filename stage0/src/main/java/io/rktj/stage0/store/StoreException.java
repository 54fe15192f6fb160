// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.store;

import io.rktj.PodException;
import org.jspecify.annotations.Nullable;

/**
 * State on disk is corrupt, taken by somebody else, or could not be written; the message names the
 * path.
 */
public final class StoreException extends PodException {
  private static final long serialVersionUID = 1L;

  /** Something is wrong with the store, as {@code message} says. */
  public StoreException(String message) {
    super(message, null, null);
  }

  /** Something is wrong with the store, as {@code message} says, because of {@code cause}. */
  public StoreException(String message, @Nullable Throwable cause) {
    super(message, null, cause);
  }

  /** Something is wrong with the store, and {@code hint} says what to do. */
  public StoreException(String message, @Nullable String hint, @Nullable Throwable cause) {
    super(message, hint, cause);
  }
}
