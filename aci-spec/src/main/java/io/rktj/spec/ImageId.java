// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

/**
 * An image's identity: {@code sha512-} and the 128 lower-case hexadecimal digits of the hash of its
 * uncompressed archive (appc spec, image id). Always whole, unlike rkt's; see {@link
 * ImageIdPrefix}.
 */
public record ImageId(String hex) {
  /** What stands before the digits. */
  public static final String ALGORITHM = "sha512";

  /** Number of digits. */
  public static final int DIGITS = 128;

  private static final int SHORT_DIGITS = 32;
  private static final int COLUMN_DIGITS = 12;

  /** Checks the digits. */
  public ImageId {
    if (hex.length() != DIGITS || !isLowerHex(hex)) {
      throw new MalformedException(
          "image ID must be \"sha512-\" and 128 lower case hexadecimal digits");
    }
  }

  /** Reads the canonical text {@code sha512-HEX}. */
  public static ImageId parse(String text) {
    return new ImageId(digits(text));
  }

  /** The identity that a digest of 64 bytes stands for. */
  public static ImageId ofDigest(byte[] digest) {
    StringBuilder hex = new StringBuilder(DIGITS);
    for (byte b : digest) {
      hex.append(Character.forDigit(b >> 4 & 15, 16)).append(Character.forDigit(b & 15, 16));
    }
    return new ImageId(hex.toString());
  }

  /** The short form that {@code fetch} prints: 39 characters. */
  public String shortText() {
    return shortened(SHORT_DIGITS);
  }

  /** The form in a column of {@code image list}: 19 characters. */
  public String columnText() {
    return shortened(COLUMN_DIGITS);
  }

  /** The text with only the first {@code digits} digits. */
  public String shortened(int digits) {
    return ALGORITHM + "-" + hex.substring(0, digits);
  }

  /** Splits an identity's text by rkt's rules and gives what follows the dash. */
  static String digits(String text) {
    int dash = text.indexOf('-');
    if (dash < 0 || text.indexOf('-', dash + 1) >= 0) {
      throw new MalformedException("badly formatted hash string");
    }
    String algorithm = text.substring(0, dash);
    if (algorithm.isEmpty()) {
      throw new MalformedException("unexpected empty hash type");
    }
    if (!algorithm.equals(ALGORITHM)) {
      throw new MalformedException("unrecognized hash type: " + algorithm);
    }
    if (dash + 1 == text.length()) {
      throw new MalformedException("unexpected empty hash value");
    }
    return text.substring(dash + 1);
  }

  static boolean isLowerHex(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (!HostText.isLowerHex(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ImageId that && hex.equals(that.hex);
  }

  @Override
  public int hashCode() {
    return hex.hashCode();
  }

  @Override
  public String toString() {
    return ALGORITHM + "-" + hex;
  }
}
