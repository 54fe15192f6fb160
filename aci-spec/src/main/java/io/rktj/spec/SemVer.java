// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

/** A semantic version (appc specification, types). */
public record SemVer(String value) {
  /** Reads it from a user's or a document's text. */
  public static SemVer parse(String text) {
    return new SemVer(text);
  }

  @Override
  public String toString() {
    return value;
  }
}
