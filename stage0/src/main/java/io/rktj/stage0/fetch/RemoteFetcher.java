// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import io.rktj.linux.Kernel;
import io.rktj.spec.AcIdentifier;
import io.rktj.spec.Labels;
import io.rktj.stage0.Diagnostics;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Fetches images, signatures and keys from servers by the rules of spec/rkt-cli.md section 8 and
 * appc.md section 7. Every body has a limit in bytes and in time. Failures are {@link
 * FetchException}. Thread-safe.
 */
@SuppressWarnings("DoNotCallSuggester") // the bodies land next
public final class RemoteFetcher implements AutoCloseable {
  /**
   * Opens no connection yet.
   *
   * @param downloads the directory that keeps partial downloads, cas/tmp
   */
  public static RemoteFetcher open(
      FetchOptions options, Path downloads, Kernel kernel, Diagnostics diagnostics) {
    return new RemoteFetcher();
  }

  private RemoteFetcher() {}

  /** Where the image {@code name} with {@code labels} can be had; fails if nowhere. */
  public DiscoveredEndpoints discover(AcIdentifier name, Labels labels) {
    throw new UnsupportedOperationException();
  }

  /** URLs of the public keys that are offered for {@code prefix}; fails if there is none. */
  public List<String> discoverKeys(AcIdentifier prefix) {
    throw new UnsupportedOperationException();
  }

  /** Begins to fetch an image, unless the copy that {@code known} describes is still good. */
  public FetchOutcome fetchImage(String url, Optional<Freshness> known) {
    throw new UnsupportedOperationException();
  }

  /** A signature file; empty if the server asks to come back after the image (status 202). */
  public Optional<byte[]> fetchSignature(String url) {
    throw new UnsupportedOperationException();
  }

  /** A signature file that was put off before; a server that puts it off again is an error. */
  public byte[] fetchDeferredSignature(String url) {
    throw new UnsupportedOperationException();
  }

  /** A public key file. */
  public byte[] fetchKey(String url) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
