// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import io.rktj.PodException;
import io.rktj.spec.AcIdentifier;
import io.rktj.stage0.Diagnostics;
import io.rktj.stage0.fetch.LocalFiles;
import io.rktj.stage0.fetch.RemoteFetcher;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds keys, has them reviewed and stores those that were accepted: {@code rkt trust}, and the
 * offer before the first image of a name is verified. Every key is shown before it is stored.
 */
public final class KeyTruster {
  private static final String HTTPS = "https://";
  private static final String HTTP = "http://";

  /** Which keys are accepted without asking. */
  public enum Review {
    /** None. */
    ASK,
    /** Those that came over https ({@code --trust-keys-from-https}). */
    ACCEPT_FROM_HTTPS,
    /** All ({@code --skip-fingerprint-review}). */
    ACCEPT
  }

  private final KeyStore store;
  private final RemoteFetcher fetcher;
  private final Prompt prompt;
  private final Diagnostics diagnostics;

  /** Works with these. */
  public KeyTruster(KeyStore store, RemoteFetcher fetcher, Prompt prompt, Diagnostics diagnostics) {
    this.store = store;
    this.fetcher = fetcher;
    this.prompt = prompt;
    this.diagnostics = diagnostics;
  }

  /** The places of the keys that are offered for {@code scope}; {@code empty prefix} for root. */
  public List<String> discover(KeyScope scope) {
    if (scope.isRoot()) {
      throw new UntrustedImageException("error determining key location: empty prefix");
    }
    return fetcher.discoverKeys(AcIdentifier.parse(scope.prefix()));
  }

  /**
   * Offers the keys at {@code locations}, local paths or http(s) URLs, and stores the accepted.
   *
   * @param plainHttp whether an http URL may be used
   */
  public void add(KeyScope scope, List<String> locations, Review review, boolean plainHttp) {
    for (String location : locations) {
      if (location.startsWith(HTTP) && !plainHttp) {
        throw new UntrustedImageException(
            "error accessing the key "
                + location
                + ": --insecure-allow-http required for http URLs");
      }
      offer(scope, location, OfferedKey.parse(read(location)), review);
    }
  }

  private byte[] read(String location) {
    if (location.startsWith(HTTPS) || location.startsWith(HTTP)) {
      return fetcher.fetchKey(location);
    }
    if (location.contains("://")) {
      throw new UntrustedImageException(
          "error accessing the key "
              + location
              + ": only http, https and local files are supported");
    }
    return LocalFiles.readKey(Path.of(location));
  }

  private void offer(KeyScope scope, String location, List<OfferedKey> keys, Review review) {
    List<TrustedKeyReview> reviews = new ArrayList<>();
    for (OfferedKey key : keys) {
      reviews.add(key.review());
    }
    prompt.show(scope, location, reviews);
    boolean isForced =
        review == Review.ACCEPT
            || (review == Review.ACCEPT_FROM_HTTPS && location.startsWith(HTTPS));
    if (!isForced && !isConfirmed(scope)) {
      diagnostics.warn("pubkey", "not trusting \"" + location + "\"");
      return;
    }
    prompt.report(
        "Trusting \""
            + location
            + "\" for prefix \""
            + scope.prefix()
            + (isForced ? "\" without" : "\" after")
            + " fingerprint review.");
    for (OfferedKey key : keys) {
      Path file = store.add(scope, key);
      prompt.report(
          scope.isRoot()
              ? "Added root key at \"" + file + "\""
              : "Added key for prefix \"" + scope.prefix() + "\" at \"" + file + "\"");
    }
  }

  private boolean isConfirmed(KeyScope scope) {
    if (prompt.canAsk()) {
      return prompt.confirms();
    }
    diagnostics.warn("pubkey", "a key for \"" + scope.prefix() + "\" can be trusted in two ways:");
    diagnostics.warn("pubkey", " - call rkt with --trust-keys-from-https");
    diagnostics.warn("pubkey", " - run: rkt trust --prefix \"" + scope.prefix() + "\"");
    throw new UntrustedImageException(
        "error reviewing key: unable to ask user to review fingerprint due to lack of tty");
  }

  /**
   * Before verification of an image: if no key is known for {@code name}, discovers and offers
   * keys. A failure to get any is only told. Whether they may come over http is the fetcher's
   * choice.
   */
  public void offerFor(AcIdentifier name, Review review) {
    if (store.hasKeysFor(name)) {
      diagnostics.note(
          "image", "keys already exist for prefix \"" + name + "\", not fetching again");
      return;
    }
    try {
      KeyScope scope = KeyScope.of(name);
      add(scope, discover(scope), review, true);
    } catch (PodException e) {
      // The verification that follows decides; this was only a chance to find a key for it.
      diagnostics.warn("image", "error determining key location: " + e.getMessage());
    }
  }
}
