// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.discovery;

import io.rktj.spec.AcIdentifier;

/** One {@code <meta name="ac-..." content="PREFIX URI">} of a discovery page. */
public record MetaTag(Kind kind, String prefix, String uri) {
  /**
   * Whether it speaks of {@code name}: its prefix is the name or whole components of it (rkt
   * compares characters, so that {@code example.com/fo} speaks of {@code example.com/foo}).
   */
  public boolean matches(AcIdentifier name) {
    return name.isWithin(prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix);
  }

  /** What the tag leads to. */
  public enum Kind {
    /** {@code ac-discovery}: a template of image URLs. */
    IMAGE,
    /** {@code ac-discovery-pubkeys}: the URL of public keys. */
    KEYS
  }
}
