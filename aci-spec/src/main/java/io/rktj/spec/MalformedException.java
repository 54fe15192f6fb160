// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

import io.rktj.PodException;
import org.jspecify.annotations.Nullable;

/** A document or a text breaks the specification; the message says where and which rule. */
public final class MalformedException extends PodException {
  private static final long serialVersionUID = 1L;

  private final boolean located;

  /** Breaks a rule, as {@code message} says. */
  public MalformedException(String message) {
    this(message, null);
  }

  /** Breaks a rule, as {@code message} says, because of {@code cause}. */
  public MalformedException(String message, @Nullable Throwable cause) {
    super(message, null, cause);
    this.located = false;
  }

  private MalformedException(String place, String message, @Nullable Throwable cause) {
    super(place + ": " + message, null, cause);
    this.located = true;
  }

  /** Breaks a rule, as {@code message} says, at {@code place}: a file with a path inside it. */
  public static MalformedException at(String place, String message) {
    return new MalformedException(place, message, null);
  }

  /** The same mistake, found at {@code place}; one that says its place already stays as it is. */
  public MalformedException located(String place) {
    return located ? this : new MalformedException(place, String.valueOf(getMessage()), getCause());
  }
}
