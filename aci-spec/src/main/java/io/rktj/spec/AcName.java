// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

/** An AC Name: lower-case letters, digits and {@code -} (appc specification, types). */
public record AcName(String value) {
  /** Reads it from a user's or a document's text. */
  public static AcName parse(String text) {
    return new AcName(text);
  }

  @Override
  public String toString() {
    return value;
  }
}
