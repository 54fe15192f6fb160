// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import io.rktj.stage0.Diagnostics;
import io.rktj.stage0.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import okhttp3.CacheControl;
import okhttp3.Response;

/**
 * Begins the download of one image: asks only for a newer version than the one that is known, only
 * for the rest of what an earlier attempt left, and starts again if that rest is no longer to be
 * had (spec/rkt-cli.md section 8).
 */
final class ImageDownload {
  private static final int OK = 200;
  private static final int PARTIAL = 206;
  private static final int NOT_MODIFIED = 304;
  private static final int LONGEST_HEADER = 1024;
  private static final int RANGE_NOT_SATISFIABLE = 416;

  private final HttpTransport transport;
  private final String url;
  private final PartialDownload partial;
  private final Diagnostics diagnostics;
  private final Clock clock;

  ImageDownload(
      HttpTransport transport,
      String url,
      PartialDownload partial,
      Diagnostics diagnostics,
      Clock clock) {
    this.transport = transport;
    this.url = url;
    this.partial = partial;
    this.diagnostics = diagnostics;
    this.clock = clock;
  }

  FetchOutcome begin(Optional<String> knownEtag) throws IOException {
    long have = partial.size();
    Response response = request(have, knownEtag);
    if (have > 0 && !resumes(response, have)) {
      diagnostics.note("image", "cannot use cached partial download, resource updated.");
      partial.discard();
      have = 0;
      if (response.code() == PARTIAL || response.code() == RANGE_NOT_SATISFIABLE) {
        response.close();
        response = request(0, knownEtag);
      }
    }
    try {
      return outcome(response, have, knownEtag.isPresent());
    } catch (IOException | RuntimeException e) {
      response.close();
      throw e;
    }
  }

  private Response request(long have, Optional<String> knownEtag) throws IOException {
    Map<String, String> headers = new HashMap<>();
    if (have > 0) {
      headers.put("Range", "bytes=" + have + "-");
      headers.put("If-Range", partial.validator().orElseThrow());
    } else {
      knownEtag.ifPresent(etag -> headers.put("If-None-Match", etag));
    }
    return transport.get(url, Purpose.IMAGE, headers);
  }

  /** Whether this is the rest of the very body we have {@code have} bytes of. */
  private boolean resumes(Response response, long have) throws IOException {
    if (response.code() != PARTIAL) {
      return false;
    }
    // A server that does not know If-Range answers with a part of whatever it has now.
    return header(response, "Content-Range").orElse("").startsWith("bytes " + have + "-")
        && partial.validator().equals(validator(response));
  }

  private FetchOutcome outcome(Response response, long have, boolean isConditional)
      throws IOException {
    int code = response.code();
    if (code == NOT_MODIFIED && isConditional) {
      response.close();
      partial.close();
      return new FetchOutcome.NotModified();
    }
    if (have == 0) {
      HttpTransport.requireStatus(url, response, OK);
    }
    InputStream old = have == 0 ? InputStream.nullInputStream() : partial.read();
    OutputStream copy = have == 0 ? partial.start(resumable(response)) : partial.append();
    long length = response.body().contentLength();
    long total = length < 0 ? -1 : have + length;
    if (total > ByteLimits.IMAGE) {
      throw new FetchException("\"" + url + "\" is larger than " + ByteLimits.IMAGE + " bytes");
    }
    Progress progress = diagnostics.progress("Downloading ACI", total);
    InputStream stream = new DownloadStream(old, response, copy, partial, progress);
    return new FetchOutcome.Fetched(
        new FetchedAci(new NamedStream(stream, url, ByteLimits.IMAGE), origin(response), total));
  }

  private Origin origin(Response response) {
    return new Origin(
        Origin.Kind.REMOTE,
        url,
        Optional.empty(),
        Optional.of(new Freshness(header(response, "ETag"), maxAge(response), clock.instant())));
  }

  private static long maxAge(Response response) {
    CacheControl control = response.cacheControl();
    return control.noStore() || control.noCache() ? 0 : Math.max(0, control.maxAgeSeconds());
  }

  /** The validator of a body that can be asked for in parts. */
  private static Optional<String> resumable(Response response) {
    return header(response, "Accept-Ranges").filter("bytes"::equals).isPresent()
        ? validator(response)
        : Optional.empty();
  }

  /** A weak ETag says nothing about single bytes, so it cannot be used. */
  private static Optional<String> validator(Response response) {
    return header(response, "ETag")
        .filter(etag -> etag.startsWith("\""))
        .or(() -> header(response, "Last-Modified"));
  }

  /** A header that can be sent back as it is: others are as good as none. */
  private static Optional<String> header(Response response, String name) {
    return Optional.ofNullable(response.header(name)).filter(ImageDownload::isPlain);
  }

  private static boolean isPlain(String value) {
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) < ' ' || value.charAt(i) > '~') {
        return false;
      }
    }
    return value.length() <= LONGEST_HEADER;
  }
}
