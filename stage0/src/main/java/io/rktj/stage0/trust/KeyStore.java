// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import io.rktj.spec.AcIdentifier;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
 * that was found so far. Only the local directory is written to. Differs from rkt: prefixes are
 * compared by whole path components, and a file or directory that somebody else than its owner may
 * write to, or a link, is an error.
 */
public final class KeyStore {
  private final Path system;
  private final Path local;

  /** The store below the two configuration directories. */
  public KeyStore(Path systemConfig, Path localConfig) {
    this.system = systemConfig;
    this.local = localConfig;
  }

  /** Whether some key, for {@code name} itself or above it, is trusted. */
  public boolean hasKeysFor(AcIdentifier name) {
    return !keysFor(name).isEmpty();
  }

  /** The keys trusted for {@code name}. */
  List<TrustedKey> keysFor(AcIdentifier name) {
    try {
      Map<String, TrustedKey> found = new LinkedHashMap<>();
      new KeyDirectory(system).readRoot(found);
      new KeyDirectory(local).readRoot(found);
      new KeyDirectory(system).readPrefixes(name, found);
      new KeyDirectory(local).readPrefixes(name, found);
      return List.copyOf(found.values());
    } catch (IOException e) {
      throw new UntrustedImageException("cannot read the trusted keys", e);
    }
  }

  /** The prefixes for which a key that may have made {@code signature} is trusted. */
  List<String> scopesOf(DetachedSignature signature) {
    try {
      List<String> scopes = new ArrayList<>();
      for (Path config : List.of(system, local)) {
        for (TrustedKey key : new KeyDirectory(config).everyPrefixKey()) {
          if (key.ring().maker(signature).isPresent()) {
            scopes.add(key.scope().prefix());
          }
        }
      }
      return scopes;
    } catch (IOException e) {
      throw new UntrustedImageException("cannot read the trusted keys", e);
    }
  }

  /**
   * Trusts {@code key} from now on; the same key again changes nothing.
   *
   * @return the file it was written to
   */
  public Path add(KeyScope scope, OfferedKey key) {
    try {
      return new KeyDirectory(local).write(scope, key);
    } catch (IOException e) {
      throw new UntrustedImageException(
          "cannot store the key \"" + key.fingerprint() + "\" below \"" + local + "\"", e);
    }
  }
}
