// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

/** A pod's identity (RFC 4122). */
public record Uuid(long high, long low) {
  /** Reads any accepted spelling. */
  public static Uuid parse(String text) {
    java.util.UUID uuid = java.util.UUID.fromString(text);
    return new Uuid(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
  }

  @Override
  public String toString() {
    return new java.util.UUID(high, low).toString();
  }
}
