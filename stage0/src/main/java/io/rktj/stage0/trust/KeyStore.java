// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import io.rktj.spec.AcIdentifier;
import java.nio.file.Path;

/**
 * The trusted public keys on disk (spec/rkt-cli.md section 9). Each is an armoured file named after
 * its fingerprint:
 *
 * <pre>
 * CONFIG/trustedkeys/root.d/FINGERPRINT
 * CONFIG/trustedkeys/prefix.d/example.com/app/FINGERPRINT
 * </pre>
 *
 * <p>The system directory is read before the local one; an empty file masks the key of its name
 * that was found so far. Only the local directory is written to.
 */
@SuppressWarnings("DoNotCallSuggester") // the bodies land next
public final class KeyStore {
  /** The store below the two configuration directories. */
  public KeyStore(Path systemConfig, Path localConfig) {}

  /** Whether some key, for {@code name} itself or above it, is trusted. */
  public boolean hasKeysFor(AcIdentifier name) {
    throw new UnsupportedOperationException();
  }

  /**
   * Trusts {@code key} from now on; the same key again changes nothing.
   *
   * @return the file it was written to
   */
  public Path add(KeyScope scope, OfferedKey key) {
    throw new UnsupportedOperationException();
  }
}
