// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import io.rktj.spec.MalformedException;
import io.rktj.stage0.config.HostAndPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import okhttp3.Authenticator;
import okhttp3.Credentials;
import okhttp3.HttpUrl;

/**
 * Chooses proxies by the environment: {@code http_proxy}, {@code https_proxy} and {@code no_proxy},
 * in lower case or else in upper case. The machine itself and names with an override are always
 * reached directly.
 */
final class ProxyChoice extends ProxySelector {
  private final Optional<HttpUrl> http;
  private final Optional<HttpUrl> https;
  private final List<String> exceptions;
  private final NameOverrides overrides;

  ProxyChoice(Map<String, String> environment, NameOverrides overrides) {
    this.http = proxy(environment, "http_proxy");
    this.https = proxy(environment, "https_proxy");
    this.exceptions = List.of(variable(environment, "no_proxy").split(",", -1));
    this.overrides = overrides;
  }

  private static Optional<HttpUrl> proxy(Map<String, String> environment, String name) {
    String text = variable(environment, name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    HttpUrl url = HttpUrl.parse(text.contains("://") ? text : "http://" + text);
    if (url == null || url.isHttps()) {
      throw new FetchException(
          "cannot use the proxy in " + name + ": only http proxies are supported");
    }
    return Optional.of(url);
  }

  private static String variable(Map<String, String> environment, String name) {
    String lower = environment.getOrDefault(name, "");
    return lower.isEmpty() ? environment.getOrDefault(name.toUpperCase(Locale.ROOT), "") : lower;
  }

  @Override
  public List<Proxy> select(URI uri) {
    boolean isHttps = uri.getScheme().equalsIgnoreCase("https");
    Optional<HttpUrl> proxy = isHttps ? https : http;
    String host = uri.getHost().toLowerCase(Locale.ROOT);
    int port = uri.getPort() >= 0 ? uri.getPort() : isHttps ? 443 : 80;
    if (proxy.isEmpty() || isDirect(unbracketed(host), port)) {
      return List.of(Proxy.NO_PROXY);
    }
    return List.of(
        new Proxy(
            Proxy.Type.HTTP,
            InetSocketAddress.createUnresolved(proxy.get().host(), proxy.get().port())));
  }

  private static String unbracketed(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private boolean isDirect(String host, int port) {
    if (host.equals("localhost")
        || host.equals("::1")
        || host.startsWith("127.")
        || overrides.concern(host, port)) {
      return true;
    }
    for (String exception : exceptions) {
      if (matches(exception.strip().toLowerCase(Locale.ROOT), host, port)) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(String exception, String host, int port) {
    if (exception.isEmpty()) {
      return false;
    }
    if (exception.equals("*")) {
      return true;
    }
    if (exception.indexOf('/') >= 0) {
      return AddressRange.parse(exception).map(range -> range.contains(host)).orElse(false);
    }
    String pattern = exception.startsWith("*.") ? exception.substring(1) : exception;
    try {
      HostAndPort wanted = HostAndPort.parse(pattern);
      if (wanted.port().isPresent() && wanted.port().getAsInt() != port) {
        return false;
      }
      return wanted.host().startsWith(".")
          ? host.endsWith(wanted.host())
          : host.equals(wanted.host()) || host.endsWith("." + wanted.host());
    } catch (MalformedException e) {
      // An exception that names nothing excepts nothing, as elsewhere.
      return false;
    }
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException failure) {
    // The request fails too and says why.
  }

  /** Answers a proxy that asks who we are with the user and password of its URL. */
  Authenticator authenticator() {
    return (route, response) -> {
      boolean isHttps = response.request().url().isHttps();
      Optional<HttpUrl> proxy = isHttps ? https : http;
      // Within a tunnel it is the server that asks, and the user is none of its business.
      boolean isServer = isHttps && !response.request().method().equals("CONNECT");
      if (isServer
          || proxy.isEmpty()
          || proxy.get().username().isEmpty()
          || response.request().header("Proxy-Authorization") != null) {
        return null;
      }
      return response
          .request()
          .newBuilder()
          .header(
              "Proxy-Authorization",
              Credentials.basic(proxy.get().username(), proxy.get().password()))
          .build();
    };
  }
}
