// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The digest by which a registry names a blob: {@code sha256:} or {@code sha512:} and all of its
 * lower-case hexadecimal digits (OCI image specification, descriptors). Other algorithms and other
 * spellings are refused, so that one blob has one name.
 */
public record BlobDigest(Algorithm algorithm, String hex) {
  private static final int SHORT_DIGITS = 12;

  /** How a digest is computed. */
  public enum Algorithm {
    /** 64 digits. */
    SHA256("sha256", "SHA-256", 64),
    /** 128 digits. */
    SHA512("sha512", "SHA-512", 128);

    private final String prefix;
    private final String java;
    private final int digits;

    Algorithm(String prefix, String java, int digits) {
      this.prefix = prefix;
      this.java = java;
      this.digits = digits;
    }

    /** A new computation of such a digest. */
    public MessageDigest start() {
      try {
        return MessageDigest.getInstance(java);
      } catch (NoSuchAlgorithmException e) {
        throw new AssertionError("every Java platform has " + java, e);
      }
    }
  }

  /** Checks the digits. */
  public BlobDigest {
    if (hex.length() != algorithm.digits || !ImageId.isLowerHex(hex)) {
      throw new MalformedException(
          "digest must have " + algorithm.digits + " lower case hexadecimal digits");
    }
  }

  /** Reads {@code ALGORITHM:HEX}. */
  public static BlobDigest parse(String text) {
    for (Algorithm algorithm : Algorithm.values()) {
      String prefix = algorithm.prefix + ":";
      if (text.startsWith(prefix)) {
        return new BlobDigest(algorithm, text.substring(prefix.length()));
      }
    }
    throw new MalformedException("digest \"" + text + "\" is neither sha256 nor sha512");
  }

  /** The digest of {@code bytes}, by the algorithm that everybody uses. */
  public static BlobDigest of(byte[] bytes) {
    return of(Algorithm.SHA256, Algorithm.SHA256.start().digest(bytes));
  }

  /** The digest whose bytes a computation has answered. */
  public static BlobDigest of(Algorithm algorithm, byte[] digest) {
    return new BlobDigest(algorithm, HexFormat.of().formatHex(digest));
  }

  /** Whether these are the bytes that it names. */
  public boolean isOf(byte[] bytes) {
    return equals(of(algorithm, algorithm.start().digest(bytes)));
  }

  /** The beginning, for people. */
  public String shortText() {
    return algorithm.prefix + ":" + hex.substring(0, SHORT_DIGITS);
  }

  @Override
  public String toString() {
    return algorithm.prefix + ":" + hex;
  }
}
