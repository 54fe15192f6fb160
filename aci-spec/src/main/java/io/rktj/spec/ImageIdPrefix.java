// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

/**
 * The beginning of an image's identity, as a user may type it: {@code sha512-} and 12 to 128 digits
 * (rkt accepts 2, which anyone can collide with). Never accepted inside a document.
 */
public record ImageIdPrefix(String hex) {
  /** Fewest digits. */
  public static final int LEAST_DIGITS = 12;

  /** Checks the digits. */
  public ImageIdPrefix {
    if (!ImageId.isLowerHex(hex)) {
      throw new MalformedException("image ID must contain only lower case hexadecimal digits");
    }
    if (hex.length() < LEAST_DIGITS) {
      throw new MalformedException(
          "image ID too short: at least " + LEAST_DIGITS + " hexadecimal digits are needed");
    }
    if (hex.length() > ImageId.DIGITS) {
      throw new MalformedException("image ID longer than " + ImageId.DIGITS + " digits");
    }
  }

  /** Reads {@code sha512-HEX}. */
  public static ImageIdPrefix parse(String text) {
    return new ImageIdPrefix(ImageId.digits(text));
  }

  /** Whether rkt would take {@code text} for an image's identity and not for a name. */
  public static boolean looksLike(String text) {
    String start = ImageId.ALGORITHM + "-";
    return text.startsWith(start)
        && text.length() > start.length()
        && text.indexOf('-', start.length()) < 0;
  }

  /** Whether {@code id} begins so. */
  public boolean matches(ImageId id) {
    return id.hex().startsWith(hex);
  }

  /** Whether it is a whole identity. */
  public boolean isComplete() {
    return hex.length() == ImageId.DIGITS;
  }

  @Override
  public String toString() {
    return ImageId.ALGORITHM + "-" + hex;
  }
}
