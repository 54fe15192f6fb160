// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

/** An image's identity: {@code sha512-} and 128 hexadecimal digits of its uncompressed tar. */
public record ImageId(String hex) {
  /** Reads the canonical text {@code sha512-HEX}. */
  public static ImageId parse(String text) {
    return new ImageId(text.substring(text.indexOf('-') + 1));
  }

  @Override
  public String toString() {
    return "sha512-" + hex;
  }
}
