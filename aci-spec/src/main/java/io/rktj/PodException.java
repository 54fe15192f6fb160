// SPDX-License-Identifier: Apache-2.0
package io.rktj;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Base of every failure that is shown to a user: a message that names the thing and the reason, and
 * a remedy where there is one. Its direct kinds are listed in {@code docs/architecture.md};
 * whatever else escapes a command is a defect and reported as an internal error.
 */
public abstract class PodException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final @Nullable String hint;

  /**
   * Makes a failure.
   *
   * @param message lower case, no full stop, user text in double quotes, numbers with units
   * @param hint the remedy, printed on a line of its own, or null
   * @param cause what lies beneath, or null
   */
  protected PodException(String message, @Nullable String hint, @Nullable Throwable cause) {
    super(message, cause);
    this.hint = hint;
  }

  /** The remedy, if there is one. */
  public final Optional<String> hint() {
    return Optional.ofNullable(hint);
  }
}
