// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import io.rktj.spec.AcIdentifier;
import io.rktj.stage0.Diagnostics;
import io.rktj.stage0.fetch.RemoteFetcher;
import java.util.List;

/**
 * Finds keys, has them reviewed and stores those that were accepted: {@code rkt trust}, and the
 * offer before the first image of a name is verified.
 */
@SuppressWarnings("DoNotCallSuggester") // the bodies land next
public final class KeyTruster {
  /** Which keys are accepted without asking. */
  public enum Review {
    /** None. */
    ASK,
    /** Those that came over https ({@code --trust-keys-from-https}). */
    ACCEPT_FROM_HTTPS,
    /** All ({@code --skip-fingerprint-review}). */
    ACCEPT
  }

  /** Works with these. */
  public KeyTruster(
      KeyStore store, RemoteFetcher fetcher, Prompt prompt, Diagnostics diagnostics) {}

  /** The places of the keys that are offered for {@code scope}; {@code empty prefix} for root. */
  public List<String> discover(KeyScope scope) {
    throw new UnsupportedOperationException();
  }

  /**
   * Offers the keys at {@code locations}, local paths or http(s) URLs, and stores the accepted.
   *
   * @param plainHttp whether an http URL may be used
   */
  public void add(KeyScope scope, List<String> locations, Review review, boolean plainHttp) {
    throw new UnsupportedOperationException();
  }

  /**
   * Before verification of an image: if no key is known for {@code name}, discovers and offers
   * keys. A failure to get any is only told.
   */
  public void offerFor(AcIdentifier name, Review review) {
    throw new UnsupportedOperationException();
  }
}
