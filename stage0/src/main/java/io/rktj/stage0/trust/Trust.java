// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

/** Why we believe in an image; kept with the stored image. */
public sealed interface Trust {
  /**
   * A key vouches for it.
   *
   * @param fingerprint of the primary key, lower-case hexadecimal
   * @param prefix for which the key is trusted; empty for a root key
   * @param identity of the key's owner
   */
  record SignedBy(String fingerprint, String prefix, String identity) implements Trust {}

  /** Nobody vouches for it, and that was accepted. */
  record Waived(WaivedOption option) implements Trust {}
}
