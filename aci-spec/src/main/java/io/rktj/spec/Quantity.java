// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

import java.math.BigInteger;

/**
 * An amount of a resource, such as {@code 500m} or {@code 2Gi}, kept as written (appc spec,
 * isolators; grammar in {@code spec/appc.md} section 4.3). Finer than a billionth is rounded away
 * from zero.
 */
public record Quantity(String text) {
  private static final BigInteger NANO = BigInteger.TEN.pow(9);
  private static final BigInteger LARGEST = BigInteger.valueOf(Long.MAX_VALUE);

  /** Checks the grammar. */
  public Quantity {
    QuantityGrammar.parse(text);
  }

  /** Reads it from a user's or a document's text. */
  public static Quantity parse(String text) {
    return new Quantity(text);
  }

  /** The amount in whole units, rounded up, capped at 2^63-1. */
  public long value() {
    return scaled(NANO);
  }

  /** The amount in thousandths, rounded up, capped at 2^63-1. */
  public long milliValue() {
    return scaled(BigInteger.valueOf(1_000_000));
  }

  /**
   * The shortest spelling with the same kind of suffix: no fraction, the largest suffix that fits.
   */
  public String canonical() {
    return QuantityGrammar.parse(text).canonical();
  }

  private long scaled(BigInteger divisor) {
    BigInteger ceiling = ceiling(QuantityGrammar.parse(text).nanos(), divisor);
    return ceiling.abs().min(LARGEST).longValue() * ceiling.signum();
  }

  static BigInteger ceiling(BigInteger amount, BigInteger divisor) {
    BigInteger[] parts = amount.divideAndRemainder(divisor);
    return parts[1].signum() > 0 ? parts[0].add(BigInteger.ONE) : parts[0];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Quantity that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
