// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import java.util.ArrayList;
import java.util.List;

/** One public key out of a key file that somebody offers; {@link KeyStore#add} takes it. */
public final class OfferedKey {
  private final KeyRing ring;

  private OfferedKey(KeyRing ring) {
    this.ring = ring;
  }

  /**
   * Every key of an armoured or binary key file, at least one. A file with a private key or with
   * anything that cannot be understood is refused whole.
   */
  public static List<OfferedKey> parse(byte[] keyFile) {
    List<OfferedKey> keys = new ArrayList<>();
    for (KeyRing ring : KeyRing.parse(keyFile)) {
      keys.add(new OfferedKey(ring));
    }
    return keys;
  }

  /** What a human compares before he trusts it. */
  public TrustedKeyReview review() {
    return ring.review();
  }

  /** Of the primary key, lower-case hexadecimal. */
  public String fingerprint() {
    return ring.fingerprint();
  }

  byte[] armoured() {
    return ring.armoured();
  }
}
