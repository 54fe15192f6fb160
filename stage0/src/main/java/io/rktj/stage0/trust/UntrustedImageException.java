// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import io.rktj.PodException;
import org.jspecify.annotations.Nullable;

/**
 * An image is not vouched for by a key that is trusted for its name: a missing, wrong, expired or
 * unknown key, or a signature that breaks a rule. Also a key that cannot be taken.
 */
public final class UntrustedImageException extends PodException {
  private static final long serialVersionUID = 1L;

  /** As {@code message} says. */
  public UntrustedImageException(String message) {
    super(message, null, null);
  }

  UntrustedImageException(String message, @Nullable Throwable cause) {
    super(message, null, cause);
  }

  /** As {@code message} says, because of {@code cause}, with a remedy. */
  public UntrustedImageException(String message, String hint, @Nullable Throwable cause) {
    super(message, hint, cause);
  }
}
