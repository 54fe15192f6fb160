// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1;

import io.rktj.PodException;
import org.jspecify.annotations.Nullable;

/**
 * The contract with a flavour is broken, the flavour lacks a feature, or the pod asks for something
 * that cannot be.
 */
public final class Stage1Exception extends PodException {
  private static final long serialVersionUID = 1L;

  /** A failure as {@code message} says. */
  public Stage1Exception(String message) {
    super(message, null, null);
  }

  /** A failure as {@code message} says, because of {@code cause}. */
  public Stage1Exception(String message, @Nullable Throwable cause) {
    super(message, null, cause);
  }

  /** A failure with its remedy. */
  public Stage1Exception(String message, String hint, @Nullable Throwable cause) {
    super(message, hint, cause);
  }
}
