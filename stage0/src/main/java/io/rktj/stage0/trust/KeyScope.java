// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import io.rktj.spec.AcIdentifier;

/**
 * For which image names a key is trusted: all names (the root scope, empty prefix), or those that
 * equal the prefix or lie below it, by whole path components.
 */
public record KeyScope(String prefix) {
  /** Every name. */
  public static final KeyScope ROOT = new KeyScope("");

  /** The names at and below {@code prefix}. */
  public static KeyScope of(AcIdentifier prefix) {
    return new KeyScope(prefix.value());
  }

  /** Whether it is the scope of every name. */
  public boolean isRoot() {
    return prefix.isEmpty();
  }

  /** Whether {@code name} lies in it. */
  public boolean covers(AcIdentifier name) {
    return isRoot() || name.value().equals(prefix) || name.value().startsWith(prefix + "/");
  }
}
