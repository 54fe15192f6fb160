// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

/** An AC Identifier: lower-case letters, digits and {@code -._~/} (appc specification, types). */
public record AcIdentifier(String value) {
  /** Reads it from a user's or a document's text. */
  public static AcIdentifier parse(String text) {
    return new AcIdentifier(text);
  }

  @Override
  public String toString() {
    return value;
  }
}
