// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import io.rktj.PodException;
import org.jspecify.annotations.Nullable;

/**
 * A pod is not in a state that allows what was asked, or there is no such pod: the message names
 * the operation, the state found and the states that allow it, or says it in rkt's words.
 */
public final class PodStateException extends PodException {
  private static final long serialVersionUID = 1L;

  /** As {@code message} says. */
  public PodStateException(String message) {
    super(message, null, null);
  }

  /** As {@code message} says, because of {@code cause}. */
  public PodStateException(String message, @Nullable Throwable cause) {
    super(message, null, cause);
  }

  /** A refusal with its remedy. */
  public PodStateException(String message, String hint) {
    super(message, hint, null);
  }
}
