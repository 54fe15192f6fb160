// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import java.time.Instant;
import java.util.Optional;

/**
 * What is known of the copy of a URL that we already have: which version it is, since when, and for
 * how many seconds nobody needs to ask again.
 */
public record Freshness(Optional<String> etag, long maxAgeSeconds, Instant downloaded) {
  /** Whether the server need not be asked at {@code now}. */
  public boolean isUnexpired(Instant now) {
    return maxAgeSeconds > 0 && now.isBefore(downloaded.plusSeconds(maxAgeSeconds));
  }
}
