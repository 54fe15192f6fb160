// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.images;

import io.rktj.PodException;
import org.jspecify.annotations.Nullable;

/** No image answers a reference; the message says where was looked and what each place said. */
public final class ImageNotFoundException extends PodException {
  private static final long serialVersionUID = 1L;

  /** Nothing was found, as {@code message} says. */
  public ImageNotFoundException(String message) {
    super(message, null, null);
  }

  /** Nothing was found, and {@code hint} says what to do. */
  public ImageNotFoundException(String message, @Nullable String hint, @Nullable Throwable cause) {
    super(message, hint, cause);
  }
}
