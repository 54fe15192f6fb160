// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.net.Proxy;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.ConnectionSpec;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * GET requests by our rules: at most 10 redirects, none from https to http unless the user allowed
 * http, credentials only where they belong, a time limit over all hops. Thread-safe.
 */
final class HttpTransport implements AutoCloseable {
  static final String AUTHORIZATION = "Authorization";

  private static final int MAXIMUM_REDIRECTS = 10;
  private static final Duration CONNECT = Duration.ofSeconds(20);
  private static final Duration IDLE = Duration.ofSeconds(30);

  private final FetchOptions options;
  private final Leniency leniency;
  private final AuthHeaders auth;
  private final NameOverrides overrides;
  private final ProxyChoice proxies;
  private final OkHttpClient client;

  HttpTransport(FetchOptions options, Leniency leniency) {
    this.options = options;
    this.leniency = leniency;
    this.auth = new AuthHeaders(options.config().auth());
    this.overrides = new NameOverrides(options.config().fetch().resolve());
    this.proxies = new ProxyChoice(options.environment(), overrides);
    OkHttpClient.Builder builder =
        new OkHttpClient.Builder()
            .followRedirects(false)
            .followSslRedirects(false)
            .connectTimeout(CONNECT)
            .readTimeout(IDLE)
            .writeTimeout(IDLE)
            // TLS 1.2 and 1.3 only.
            .connectionSpecs(List.of(ConnectionSpec.MODERN_TLS, ConnectionSpec.CLEARTEXT))
            .dns(overrides.dns())
            .socketFactory(overrides.sockets())
            .proxySelector(proxies)
            .proxyAuthenticator(proxies.authenticator());
    TlsSetup.apply(builder, leniency, options.config().fetch().certificateAuthorities());
    this.client = builder.build();
  }

  /**
   * Follows redirects to the first other answer, whatever its status; the caller closes it. An
   * {@code Authorization} among the headers is for the host of {@code url} alone, and not sent to
   * where a redirect leads.
   */
  Response get(String url, Purpose purpose, Map<String, String> headers) {
    HttpUrl place = parse(url);
    HttpUrl first = place;
    long deadline = System.nanoTime() + purpose.total().toNanos();
    int redirects = 0;
    while (true) {
      Response response =
          exchange(place, purpose, isSame(first, place) ? headers : anonymous(headers), deadline);
      Optional<HttpUrl> next = next(place, response);
      if (next.isEmpty()) {
        return response;
      }
      response.close();
      redirects++;
      if (redirects > MAXIMUM_REDIRECTS) {
        throw new FetchException(
            "cannot fetch \"" + url + "\": stopped after " + MAXIMUM_REDIRECTS + " redirects");
      }
      place = next.get();
    }
  }

  private static boolean isSame(HttpUrl one, HttpUrl other) {
    return one.scheme().equals(other.scheme())
        && one.host().equals(other.host())
        && one.port() == other.port();
  }

  private static Map<String, String> anonymous(Map<String, String> headers) {
    Map<String, String> kept = new HashMap<>(headers);
    kept.remove(AUTHORIZATION);
    return kept;
  }

  /** The whole body, if its status is 200 and it is not larger than {@code limit}. */
  byte[] small(String url, Purpose purpose, long limit) {
    try (Response response = get(url, purpose, Map.of())) {
      requireStatus(url, response, 200);
      return body(url, response, limit);
    }
  }

  /** The whole body of an open response. */
  static byte[] body(String url, Response response, long limit) {
    try (InputStream stream = new NamedStream(response.body().byteStream(), url, limit)) {
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new FetchException("cannot fetch \"" + url + "\"", e);
    }
  }

  static void requireStatus(String url, Response response, int status) {
    if (response.code() != status) {
      throw new FetchException(
          "cannot fetch \"" + url + "\": bad HTTP status code: " + response.code());
    }
  }

  private static HttpUrl parse(String url) {
    HttpUrl place = HttpUrl.parse(url);
    if (place == null) {
      throw new FetchException(
          "cannot fetch \"" + url + "\": only http and https URLs are supported");
    }
    return withoutUser(place);
  }

  private static HttpUrl withoutUser(HttpUrl url) {
    if (!url.username().isEmpty() || !url.password().isEmpty()) {
      throw new FetchException(
          "cannot fetch from \""
              + url.host()
              + "\": user names and passwords in URLs are not supported",
          "put them into a file of the kind \"auth\" in auth.d",
          null);
    }
    return url;
  }

  private Response exchange(
      HttpUrl url, Purpose purpose, Map<String, String> headers, long deadline) {
    Request.Builder request =
        new Request.Builder()
            .url(url)
            .header("User-Agent", "rkt/" + options.version())
            // Bodies are taken as they are; what expands on the way could not be limited.
            .header("Accept-Encoding", "identity");
    for (Map.Entry<String, String> header : headers.entrySet()) {
      request.header(header.getKey(), header.getValue());
    }
    if (purpose.carriesCredentials()) {
      auth.add(request, url, purpose.isSigned(), options.clock().instant());
    }
    Running running = new Running();
    Call call = client(url).newCall(request.tag(Running.class, running).build());
    running.call = call;
    if (!purpose.total().isZero()) {
      long left = Math.max(1, deadline - System.nanoTime());
      call.timeout().timeout(left, TimeUnit.NANOSECONDS);
    }
    try {
      return new Patience(Patience.LIMIT, call::cancel).with(call::execute);
    } catch (IOException e) {
      throw new FetchException("cannot fetch \"" + url + "\"", e);
    }
  }

  /** How {@code url} is reached; a proxy looks names up itself, and an override is ours. */
  private OkHttpClient client(HttpUrl url) {
    if (!options.config().fetch().refusesPrivate()
        || overrides.concern(url.host(), url.port())
        || proxies.select(url.uri()).get(0).type() != Proxy.Type.DIRECT) {
      return client;
    }
    PublicAddresses.requirePublic(url.host());
    return client.newBuilder().dns(PublicAddresses.SYSTEM).build();
  }

  /** What a response belongs to. */
  private static final class Running {
    private volatile @Nullable Call call;
  }

  /** Ends the transfer of a body, from any thread; who is reading it fails at once. */
  static void cancel(Response response) {
    Running running = response.request().tag(Running.class);
    Call call = running == null ? null : running.call;
    if (call != null) {
      call.cancel();
    }
  }

  /** Where a redirect leads, if it is one and may be followed. */
  private Optional<HttpUrl> next(HttpUrl place, Response response) {
    int code = response.code();
    if (code != 301 && code != 302 && code != 303 && code != 307 && code != 308) {
      return Optional.empty();
    }
    String location = response.header("Location", "");
    HttpUrl target = location == null || location.isEmpty() ? null : place.resolve(location);
    if (target == null) {
      response.close();
      throw new FetchException(
          "cannot fetch \"" + place + "\": redirect to the unsupported place \"" + location + "\"");
    }
    if (place.isHttps() && !target.isHttps() && !leniency.plainHttp()) {
      response.close();
      throw new FetchException(
          "cannot fetch \"" + place + "\": redirect from https to http, \"" + target + "\"",
          "--insecure-options=http allows it",
          null);
    }
    try {
      return Optional.of(withoutUser(target));
    } catch (FetchException e) {
      response.close();
      throw e;
    }
  }

  @Override
  public void close() {
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
  }
}
