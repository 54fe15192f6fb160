// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.Labels;
import io.rktj.spec.discovery.DiscoveryTemplate;
import io.rktj.spec.discovery.DiscoveryWalk;
import io.rktj.spec.discovery.Endpoint;
import io.rktj.spec.discovery.MetaTag;
import io.rktj.spec.discovery.MetaTags;
import io.rktj.stage0.Diagnostics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import okhttp3.HttpUrl;
import okhttp3.Response;

/**
 * Meta discovery (appc.md section 7.2): asks the page of a name, then of each of its parents, and
 * takes the first that says anything about the name. Whatever goes wrong with a page is recorded,
 * and the walk goes on.
 */
final class MetaDiscovery {
  private final HttpTransport transport;
  private final Leniency leniency;
  private final Diagnostics diagnostics;

  MetaDiscovery(HttpTransport transport, Leniency leniency, Diagnostics diagnostics) {
    this.transport = transport;
    this.leniency = leniency;
    this.diagnostics = diagnostics;
  }

  /** The places of an image; fails if no page names one. */
  DiscoveredEndpoints images(AcIdentifier name, Labels labels) {
    List<DiscoveredEndpoints.Attempt> failures = new ArrayList<>();
    List<Endpoint> found =
        walk(
            name,
            MetaTag.Kind.IMAGE,
            uri ->
                new DiscoveryTemplate(uri)
                    .endpoint(name, labels)
                    .filter(place -> isAllowed(place.aciUrl()) && isAllowed(place.ascUrl())),
            failures);
    return new DiscoveredEndpoints(found, failures);
  }

  /** The places of public keys; fails if no page names one. */
  List<String> keys(AcIdentifier prefix) {
    return walk(
        prefix,
        MetaTag.Kind.KEYS,
        uri -> isAllowed(uri) ? Optional.of(uri) : Optional.empty(),
        new ArrayList<>());
  }

  private <T> List<T> walk(
      AcIdentifier name,
      MetaTag.Kind kind,
      Function<String, Optional<T>> reader,
      List<DiscoveredEndpoints.Attempt> failures) {
    for (String prefix : DiscoveryWalk.prefixes(name)) {
      try {
        byte[] page = page(prefix);
        List<T> found = read(page, name, kind, reader);
        if (!found.isEmpty()) {
          return found;
        }
        failures.add(new DiscoveredEndpoints.Attempt(prefix, nothingUsable(page, name, kind)));
      } catch (FetchException e) {
        failures.add(new DiscoveredEndpoints.Attempt(prefix, reason(e)));
      }
    }
    throw failure(name, failures);
  }

  private String nothingUsable(byte[] page, AcIdentifier name, MetaTag.Kind kind) {
    for (MetaTag tag : MetaTags.parse(page)) {
      if (tag.kind() == kind
          && tag.matches(name)
          && tag.uri().startsWith("http://")
          && !leniency.plainHttp()) {
        return "the meta tag for this name leads to plain http (\"" + tag.uri() + "\")";
      }
    }
    return "no usable meta tag for this name";
  }

  private static <T> List<T> read(
      byte[] page, AcIdentifier name, MetaTag.Kind kind, Function<String, Optional<T>> reader) {
    List<T> found = new ArrayList<>();
    for (MetaTag tag : MetaTags.parse(page)) {
      if (tag.kind() == kind && tag.matches(name)) {
        reader.apply(tag.uri()).ifPresent(found::add);
      }
    }
    return found;
  }

  private byte[] page(String prefix) {
    try {
      return page("https", prefix);
    } catch (FetchException e) {
      if (!leniency.plainHttp()) {
        throw e;
      }
      diagnostics.note("image", "discovery falls back to http: " + reason(e));
      return page("http", prefix);
    }
  }

  private byte[] page(String scheme, String prefix) {
    String url = DiscoveryWalk.page(scheme, prefix, 0);
    try (Response response = transport.get(url, Purpose.PAGE, Map.of())) {
      if (response.code() != 200) {
        throw new FetchException("expected a 200 OK got " + response.code());
      }
      return HttpTransport.body(url, response, ByteLimits.PAGE);
    }
  }

  /** Whether a page may send us to {@code url}: a page came by https, so must what it names. */
  private boolean isAllowed(String url) {
    HttpUrl place = HttpUrl.parse(url);
    return place != null && (place.isHttps() || leniency.plainHttp());
  }

  private static String reason(FetchException e) {
    String message = String.valueOf(e.getMessage());
    Throwable cause = e.getCause();
    return cause == null
        ? message
        : message + ": " + withoutTypes(String.valueOf(cause.getMessage()));
  }

  /**
   * The runtime's own messages name its classes; a reader wants what stands behind the last one.
   */
  private static String withoutTypes(String text) {
    int named = text.lastIndexOf("Exception: ");
    return named < 0 ? text : text.substring(named + "Exception: ".length());
  }

  private static FetchException failure(
      AcIdentifier name, List<DiscoveredEndpoints.Attempt> failures) {
    StringBuilder message = new StringBuilder("discovery failed for \"").append(name).append('"');
    String separator = ": ";
    for (DiscoveredEndpoints.Attempt attempt : failures) {
      message
          .append(separator)
          .append('"')
          .append(attempt.prefix())
          .append("\": ")
          .append(attempt.reason());
      separator = "; ";
    }
    return new FetchException(message.toString());
  }
}
