// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import io.rktj.PodException;
import org.jspecify.annotations.Nullable;

/**
 * This host lacks or refuses something: a feature, a privilege, a file. The cause is the kernel's
 * own answer where there is one.
 */
public final class HostException extends PodException {
  private static final long serialVersionUID = 1L;

  /** As {@code message} says. */
  public HostException(String message) {
    super(message, null, null);
  }

  /** As {@code message} says, because of {@code cause}. */
  public HostException(String message, @Nullable Throwable cause) {
    super(message, null, cause);
  }

  /** As {@code message} says, because of {@code cause}, with a remedy. */
  public HostException(String message, String hint, @Nullable Throwable cause) {
    super(message, hint, cause);
  }
}
