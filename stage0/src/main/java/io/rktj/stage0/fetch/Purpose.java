// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import java.time.Duration;

/** What a request is for, and so which limits it has and whether credentials go with it. */
enum Purpose {
  /** A discovery page; signed credentials are not for it. */
  PAGE(true, false, Duration.ofSeconds(30)),
  /** An image; it may take as long as bytes keep coming ({@link RateFloor}). */
  IMAGE(true, true, Duration.ZERO),
  /** A signature. */
  SIGNATURE(true, true, Duration.ofSeconds(30)),
  /** A public key; nobody's credentials are needed for it. */
  KEY(false, false, Duration.ofSeconds(30)),
  /** A document of a registry; the registry's own credentials come with the request. */
  DOCUMENT(false, false, Duration.ofSeconds(30)),
  /** A blob of a registry, likewise; as with an image, bytes must keep coming. */
  BLOB(false, false, Duration.ZERO);

  private final boolean carriesCredentials;
  private final boolean isSigned;
  private final Duration total;

  Purpose(boolean carriesCredentials, boolean isSigned, Duration total) {
    this.carriesCredentials = carriesCredentials;
    this.isSigned = isSigned;
    this.total = total;
  }

  boolean carriesCredentials() {
    return carriesCredentials;
  }

  /** Whether credentials may be a signature of the request. */
  boolean isSigned() {
    return isSigned;
  }

  /** How long everything may take, redirects and body included; zero for no limit on the body. */
  Duration total() {
    return total;
  }
}
