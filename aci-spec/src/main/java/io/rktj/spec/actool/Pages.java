// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.actool;

import io.rktj.spec.discovery.DiscoveryWalk;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** Reads discovery pages: over https, and over http only for those who do not mind. */
final class Pages {
  private static final Duration CONNECT = Duration.ofSeconds(20);
  private static final Duration WHOLE = Duration.ofSeconds(30);
  private static final int MAX_PAGE = 1024 * 1024;

  private final boolean insecure;
  private final HttpClient client;

  Pages(boolean insecure) {
    this.insecure = insecure;
    HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(CONNECT);
    // NORMAL never leads from https to http.
    builder.followRedirects(insecure ? HttpClient.Redirect.ALWAYS : HttpClient.Redirect.NORMAL);
    if (insecure) {
      builder.sslContext(trustingAnybody());
    }
    this.client = builder.build();
  }

  /** The page of {@code prefix}, at most 1 MiB. */
  byte[] read(String prefix, int port) throws IOException {
    try {
      return read(DiscoveryWalk.page("https", prefix, port));
    } catch (IOException e) {
      if (!insecure) {
        throw e;
      }
      return read(DiscoveryWalk.page("http", prefix, port));
    }
  }

  private byte[] read(String url) throws IOException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).timeout(WHOLE).GET().build();
    try {
      HttpResponse<InputStream> response =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        if (response.statusCode() != 200) {
          throw new IOException("expected a 200 OK got " + response.statusCode());
        }
        return readPage(body);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } catch (java.net.ConnectException e) {
      throw new IOException("cannot connect to \"" + url + "\"", e);
    }
  }

  private static byte[] readPage(InputStream body) throws IOException {
    // A server that falls silent would hold us for ever: the page is closed under the read.
    Executor late = CompletableFuture.delayedExecutor(WHOLE.toSeconds(), TimeUnit.SECONDS);
    late.execute(() -> closeQuietly(body));
    byte[] page = body.readNBytes(MAX_PAGE + 1);
    if (page.length > MAX_PAGE) {
      throw new IOException("page is longer than " + MAX_PAGE + " bytes");
    }
    return page;
  }

  private static void closeQuietly(InputStream body) {
    try {
      body.close();
    } catch (IOException e) {
      // nobody reads it any more
    }
  }

  private static SSLContext trustingAnybody() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new AnyCertificate()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has TLS", e);
    }
  }
}
