// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.bcpg.HashAlgorithmTags;

/** Running digests of one content, one for each of the hash algorithms that signatures need. */
final class ContentDigests {
  /** The accepted hash algorithms, all at least as strong as SHA-256, by their OpenPGP number. */
  private static final Map<Integer, String> NAMES =
      Map.of(
          HashAlgorithmTags.SHA256, "SHA-256",
          HashAlgorithmTags.SHA384, "SHA-384",
          HashAlgorithmTags.SHA512, "SHA-512",
          HashAlgorithmTags.SHA3_256, "SHA3-256",
          HashAlgorithmTags.SHA3_512, "SHA3-512");

  private final Map<Integer, MessageDigest> running = new LinkedHashMap<>();

  ContentDigests(Set<Integer> algorithms) {
    for (int algorithm : algorithms) {
      running.put(algorithm, digest(algorithm));
    }
  }

  static boolean accepts(int algorithm) {
    return NAMES.containsKey(algorithm);
  }

  static Set<Integer> accepted() {
    return NAMES.keySet();
  }

  void update(byte[] buffer, int offset, int length) {
    for (MessageDigest digest : running.values()) {
      digest.update(buffer, offset, length);
    }
  }

  /** The state so far, for one signature to finish. */
  MessageDigest fork(int algorithm) {
    MessageDigest digest = running.get(algorithm);
    if (digest == null) {
      throw new IllegalStateException("no digest runs for hash algorithm " + algorithm);
    }
    try {
      return (MessageDigest) digest.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static MessageDigest digest(int algorithm) {
    String name = NAMES.get(algorithm);
    if (name == null) {
      throw new IllegalArgumentException("hash algorithm " + algorithm);
    }
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
