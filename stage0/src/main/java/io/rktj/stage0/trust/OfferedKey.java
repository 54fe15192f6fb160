// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import java.util.List;

/** One public key out of a key file that somebody offers; {@link KeyStore#add} takes it. */
@SuppressWarnings("DoNotCallSuggester") // the bodies land next
public final class OfferedKey {
  private final TrustedKeyReview review;

  OfferedKey(TrustedKeyReview review) {
    this.review = review;
  }

  /** Every key of an armoured (or binary) key file, at least one. */
  public static List<OfferedKey> parse(byte[] keyFile) {
    if (keyFile.length == 0) {
      throw new UntrustedImageException("the key file is empty");
    }
    throw new UnsupportedOperationException();
  }

  /** What a human compares before he trusts it. */
  public TrustedKeyReview review() {
    return review;
  }
}
