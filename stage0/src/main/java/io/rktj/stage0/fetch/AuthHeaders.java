// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import io.rktj.stage0.config.Credentials;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import okhttp3.HttpUrl;
import okhttp3.Request;

/**
 * Puts the configured credentials on a request if, and only if, it goes by https to the configured
 * host and port. Asked anew for every hop, so that no redirect takes them elsewhere.
 */
final class AuthHeaders {
  private final Map<String, Credentials> credentials = new HashMap<>();

  /** By {@code HOST} or {@code HOST:PORT}. */
  AuthHeaders(Map<String, Credentials> auth) {
    for (Map.Entry<String, Credentials> entry : auth.entrySet()) {
      String domain = entry.getKey().toLowerCase(Locale.ROOT);
      boolean hasPort = domain.lastIndexOf(':') > domain.lastIndexOf(']');
      credentials.put(hasPort ? domain : domain + ":443", entry.getValue());
    }
  }

  /**
   * Adds the header for {@code url}, if there is one.
   *
   * @param signs whether requests may be signed too, which discovery does not
   */
  void add(Request.Builder request, HttpUrl url, boolean signs, Instant now) {
    if (!url.isHttps()) {
      return;
    }
    String host = url.host().indexOf(':') >= 0 ? "[" + url.host() + "]" : url.host();
    Credentials found = credentials.get(host + ":" + url.port());
    if (found instanceof Credentials.Basic basic) {
      request.header(
          "Authorization",
          okhttp3.Credentials.basic(basic.user(), basic.password(), StandardCharsets.UTF_8));
    } else if (found instanceof Credentials.OAuth oauth) {
      request.header("Authorization", "Bearer " + oauth.token());
    } else if (found instanceof Credentials.Aws aws && signs) {
      new AwsSignature(aws, now).sign(request, url);
    }
  }
}
