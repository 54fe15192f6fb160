// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.actool;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.Labels;
import io.rktj.spec.discovery.DiscoveryTemplate;
import io.rktj.spec.discovery.DiscoveryWalk;
import io.rktj.spec.discovery.Endpoint;
import io.rktj.spec.discovery.MetaTag;
import io.rktj.spec.discovery.MetaTags;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Meta discovery (appc spec, section 7.2): asks page after page until one answers. */
final class MetaWalk {
  private final Pages pages;
  private final int port;

  MetaWalk(Pages pages, int port) {
    this.pages = pages;
    this.port = port;
  }

  /** A page that did not help. */
  record Attempt(String prefix, String reason) {}

  /** What was found, and what failed before. */
  record Found<T>(List<T> items, List<Attempt> failed) {
    Found {
      items = List.copyOf(items);
      failed = List.copyOf(failed);
    }
  }

  /** Where the image is. */
  Found<Endpoint> endpoints(AcIdentifier name, Labels labels) {
    return walk(
        name,
        tag ->
            tag.kind() == MetaTag.Kind.IMAGE
                ? new DiscoveryTemplate(tag.uri()).endpoint(name, labels)
                : Optional.empty());
  }

  /** Where the keys are. */
  Found<String> keys(AcIdentifier name) {
    return walk(
        name, tag -> tag.kind() == MetaTag.Kind.KEYS ? Optional.of(tag.uri()) : Optional.empty());
  }

  private <T> Found<T> walk(AcIdentifier name, Function<MetaTag, Optional<T>> pick) {
    List<Attempt> failed = new ArrayList<>();
    for (String prefix : DiscoveryWalk.prefixes(name)) {
      List<T> items = new ArrayList<>();
      try {
        for (MetaTag tag : MetaTags.parse(pages.read(prefix, port))) {
          if (tag.matches(name)) {
            pick.apply(tag).ifPresent(items::add);
          }
        }
      } catch (IOException e) {
        failed.add(new Attempt(prefix, String.valueOf(e.getMessage())));
        continue;
      }
      if (!items.isEmpty()) {
        return new Found<>(items, failed);
      }
      failed.add(new Attempt(prefix, "no matching meta tags"));
    }
    return new Found<>(List.of(), failed);
  }
}
