// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import java.util.Optional;

/**
 * Where the bytes of an image came from, kept with the stored image.
 *
 * @param location the URL, or the absolute path of a file, as asked for
 * @param signature the URL or path of its signature, if one was asked for
 * @param freshness of the copy of a URL; absent for files
 */
public record Origin(
    Kind kind, String location, Optional<String> signature, Optional<Freshness> freshness) {
  /** How it came. */
  public enum Kind {
    /** From a file of this machine. */
    FILE,
    /** From a server. */
    REMOTE
  }

  /** The same with the place of the signature. */
  public Origin withSignature(String place) {
    return new Origin(kind, location, Optional.of(place), freshness);
  }
}
