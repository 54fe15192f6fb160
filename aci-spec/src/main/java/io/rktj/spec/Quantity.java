// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

/** An amount of a resource, such as {@code 500m} or {@code 2Gi}, kept as written. */
public record Quantity(String text) {
  /** Reads it, checking the grammar. */
  public static Quantity parse(String text) {
    return new Quantity(text);
  }

  /** The amount in whole units, rounded up, capped at 2^63-1. */
  public long value() {
    return Long.parseLong(text);
  }

  /** The amount in thousandths, rounded up, capped at 2^63-1. */
  public long milliValue() {
    return Math.multiplyExact(value(), 1000L);
  }

  @Override
  public String toString() {
    return text;
  }
}
