// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import java.util.List;

/**
 * What a human compares before he trusts a key. Fingerprints are upper-case hexadecimal in groups
 * of four, with a wider gap in the middle; identities are text from the key file.
 */
public record TrustedKeyReview(
    String fingerprint, List<String> subkeyFingerprints, List<String> identities) {
  /** Copies its lists. */
  public TrustedKeyReview {
    subkeyFingerprints = List.copyOf(subkeyFingerprints);
    identities = List.copyOf(identities);
  }
}
