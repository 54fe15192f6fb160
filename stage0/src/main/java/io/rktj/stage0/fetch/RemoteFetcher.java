// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import io.rktj.linux.Kernel;
import io.rktj.spec.AcIdentifier;
import io.rktj.spec.Labels;
import io.rktj.spec.discovery.DockerReference;
import io.rktj.stage0.Diagnostics;
import io.rktj.stage0.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import okhttp3.Response;

/**
 * Fetches images, signatures and keys from servers by the rules of spec/rkt-cli.md section 8 and
 * appc.md section 7. Every body has a limit in bytes and in time. Failures are {@link
 * FetchException}. Thread-safe.
 */
public final class RemoteFetcher implements AutoCloseable {
  private final FetchOptions options;
  private final Path downloads;
  private final Kernel kernel;
  private final Diagnostics diagnostics;
  private final HttpTransport images;
  private final HttpTransport keys;

  private RemoteFetcher(
      FetchOptions options, Path downloads, Kernel kernel, Diagnostics diagnostics) {
    this.options = options;
    this.downloads = downloads;
    this.kernel = kernel;
    this.diagnostics = diagnostics;
    this.images = new HttpTransport(options, options.images());
    this.keys = new HttpTransport(options, options.keys());
  }

  /**
   * Opens no connection yet.
   *
   * @param downloads the directory that keeps partial downloads, cas/tmp; it exists when the first
   *     image is fetched
   */
  public static RemoteFetcher open(
      FetchOptions options, Path downloads, Kernel kernel, Diagnostics diagnostics) {
    return new RemoteFetcher(options, downloads, kernel, diagnostics);
  }

  /** Where the image {@code name} with {@code labels} can be had; fails if nowhere. */
  public DiscoveredEndpoints discover(AcIdentifier name, Labels labels) {
    diagnostics.note("image", "searching for app image " + name);
    return new MetaDiscovery(images, options.images(), diagnostics).images(name, labels);
  }

  /** URLs of the public keys that are offered for {@code prefix}; fails if there is none. */
  public List<String> discoverKeys(AcIdentifier prefix) {
    return new MetaDiscovery(keys, options.keys(), diagnostics).keys(prefix);
  }

  /**
   * Begins to fetch an image, unless the copy that {@code known} describes is still good. Waits
   * while somebody else downloads the same URL.
   */
  public FetchOutcome fetchImage(String url, Optional<Freshness> known) {
    if (known.isPresent() && known.get().isUnexpired(options.clock().instant())) {
      diagnostics.note("image", "image for " + url + " isn't expired, not fetching.");
      return new FetchOutcome.Unexpired();
    }
    diagnostics.note("image", "fetching image from " + url);
    try {
      PartialDownload partial = PartialDownload.lock(downloads, url, kernel, diagnostics);
      boolean isBegun = false;
      try {
        FetchOutcome outcome =
            new ImageDownload(images, url, partial, diagnostics, options.clock())
                .begin(known.flatMap(Freshness::etag));
        isBegun = true;
        return outcome;
      } finally {
        if (!isBegun) {
          partial.close();
        }
      }
    } catch (IOException e) {
      throw new FetchException("cannot fetch \"" + url + "\"", e);
    }
  }

  /** A signature file; empty if the server asks to come back after the image (status 202). */
  public Optional<byte[]> fetchSignature(String url) {
    diagnostics.note("image", "downloading signature from " + url);
    try (Response response = images.get(url, Purpose.SIGNATURE, Map.of())) {
      if (response.code() == 202) {
        diagnostics.note("image", "server requested deferring the signature download");
        return Optional.empty();
      }
      HttpTransport.requireStatus(url, response, 200);
      try (Progress progress =
          diagnostics.progress("Downloading signature", response.body().contentLength())) {
        byte[] signature = HttpTransport.body(url, response, ByteLimits.SIGNATURE);
        progress.advance(signature.length);
        return Optional.of(signature);
      }
    }
  }

  /** A signature file that was put off before; a server that puts it off again is an error. */
  public byte[] fetchDeferredSignature(String url) {
    return fetchSignature(url)
        .orElseThrow(
            () ->
                new FetchException(
                    "cannot fetch \""
                        + url
                        + "\": server requested deferring the signature download"));
  }

  /** A public key file; http only if that is allowed for keys. */
  public byte[] fetchKey(String url) {
    if (!url.startsWith("https:") && !options.keys().plainHttp()) {
      throw new FetchException("cannot fetch the key \"" + url + "\": https is needed");
    }
    return keys.small(url, Purpose.KEY, ByteLimits.KEY);
  }

  /** The repository of a registry that {@code reference} means; nobody is asked yet. */
  public Registry registry(DockerReference reference) {
    RegistryLogin login = new RegistryLogin(images, reference, options.config().dockerAuth());
    return new Registry(images, login, options.images(), diagnostics);
  }

  @Override
  public void close() {
    images.close();
    keys.close();
  }
}
