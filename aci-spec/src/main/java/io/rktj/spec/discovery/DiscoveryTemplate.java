// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.discovery;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.HttpUrl;
import io.rktj.spec.Labels;
import io.rktj.spec.MalformedException;
import java.util.Optional;

/**
 * The URL of an image with places for {@code {name}}, {@code {ext}} and labels (appc spec, meta
 * discovery). Values are put in once, percent-encoded, so none can change the structure of the URL
 * or ask for another round; a place in the host is never filled in.
 */
public record DiscoveryTemplate(String text) {
  private static final String SIMPLE = "{name}-{version}-{os}-{arch}.{ext}";

  /**
   * The image's places by this template; nothing if it asks for a label that is not there, is no
   * http or https URL, or has a place in its host. A missing version is {@code latest}.
   */
  public Optional<Endpoint> endpoint(AcIdentifier name, Labels labels) {
    Optional<String> image = expand(name, labels, "aci");
    Optional<String> signature = expand(name, labels, "aci.asc");
    return image.isPresent() && signature.isPresent()
        ? Optional.of(new Endpoint(image.get(), signature.get()))
        : Optional.empty();
  }

  /**
   * The places by simple discovery (appc spec before 0.8): on the host that the name begins with.
   */
  public static Optional<Endpoint> simple(AcIdentifier name, Labels labels) {
    int host = name.value().indexOf('/');
    if (host < 0) {
      return Optional.empty();
    }
    String rest = SIMPLE.substring("{name}".length());
    return new DiscoveryTemplate("https://" + name + rest).endpoint(name, labels);
  }

  /** The URL for one extension, by the rules of {@link #endpoint}. */
  public Optional<String> expand(AcIdentifier name, Labels labels, String extension) {
    if (!isUsable()) {
      return Optional.empty();
    }
    StringBuilder url = new StringBuilder(text.length() + 64);
    int position = 0;
    int open = text.indexOf('{');
    while (open >= 0) {
      int close = text.indexOf('}', open);
      Optional<String> value =
          close < 0
              ? Optional.empty()
              : value(text.substring(open + 1, close), name, labels, extension);
      if (value.isEmpty()) {
        return Optional.empty();
      }
      url.append(text, position, open).append(value.get());
      position = close + 1;
      open = text.indexOf('{', position);
    }
    url.append(text, position, text.length());
    return Optional.of(url.toString());
  }

  private boolean isUsable() {
    try {
      String authority = new HttpUrl(text).authority();
      return authority.indexOf('{') < 0 && authority.indexOf('}') < 0;
    } catch (MalformedException e) {
      return false;
    }
  }

  private static Optional<String> value(
      String place, AcIdentifier name, Labels labels, String extension) {
    if (place.equals("name")) {
      return Optional.of(name.value());
    }
    if (place.equals("ext")) {
      return Optional.of(extension);
    }
    Optional<String> label = labels.value(place);
    if (label.isPresent() && !label.get().isEmpty()) {
      return Optional.of(UrlText.encode(label.get()));
    }
    return place.equals("version") ? Optional.of("latest") : Optional.empty();
  }
}
