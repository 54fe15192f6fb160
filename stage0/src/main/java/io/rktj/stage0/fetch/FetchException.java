// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import io.rktj.PodException;
import org.jspecify.annotations.Nullable;

/**
 * Something could not be brought here: the message names the URL or file, and the HTTP status or
 * the cause and how many bytes had come.
 */
public final class FetchException extends PodException {
  private static final long serialVersionUID = 1L;

  FetchException(String message) {
    super(message, null, null);
  }

  FetchException(String message, @Nullable Throwable cause) {
    super(message, null, cause);
  }

  FetchException(String message, String hint, @Nullable Throwable cause) {
    super(message, hint, cause);
  }
}
