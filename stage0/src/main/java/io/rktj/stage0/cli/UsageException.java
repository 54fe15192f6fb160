// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.PodException;
import org.jspecify.annotations.Nullable;

/** The command line is wrong: what, and the accepted form. */
public final class UsageException extends PodException {
  private static final long serialVersionUID = 1L;

  /** Wrong, as {@code message} says. */
  public UsageException(String message) {
    super(message, null, null);
  }

  /** Wrong, as {@code message} says, because of {@code cause}. */
  public UsageException(String message, @Nullable Throwable cause) {
    super(message, null, cause);
  }

  private UsageException(String message, String hint, @Nullable Throwable cause) {
    super(message, hint, cause);
  }

  /** Wrong, with the way to say it right. */
  static UsageException withHint(String message, String hint) {
    return new UsageException(message, hint, null);
  }

  /** A feature of rkt that this version does not have: refused, never ignored. */
  static UsageException notSupportedYet(String feature) {
    return new UsageException(feature + ": not supported yet");
  }
}
