// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import io.rktj.spec.discovery.Endpoint;
import java.util.List;

/**
 * What discovery of a name found.
 *
 * @param endpoints in the order of the page, never empty
 * @param failures prefixes that were tried before, with reasons
 */
public record DiscoveredEndpoints(List<Endpoint> endpoints, List<Attempt> failures) {
  /** Copies its lists. */
  public DiscoveredEndpoints {
    endpoints = List.copyOf(endpoints);
    failures = List.copyOf(failures);
  }

  /** A prefix that led nowhere, and why. */
  public record Attempt(String prefix, String reason) {}
}
