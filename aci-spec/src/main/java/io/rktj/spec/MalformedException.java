// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

import io.rktj.PodException;
import org.jspecify.annotations.Nullable;

/** A document or a text breaks the specification; the message says where and which rule. */
public final class MalformedException extends PodException {
  private static final long serialVersionUID = 1L;

  /** Breaks a rule, as {@code message} says. */
  public MalformedException(String message) {
    super(message, null, null);
  }

  /** Breaks a rule, as {@code message} says, because of {@code cause}. */
  public MalformedException(String message, @Nullable Throwable cause) {
    super(message, null, cause);
  }
}
