// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

import java.math.BigInteger;

/** The parts of a quantity's text: an exact amount in billionths and the family of its suffix. */
record QuantityGrammar(BigInteger nanos, Family family) {
  private static final String FORM = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$";
  private static final String SUFFIX_LETTERS = "eEinumkKMGTP";
  private static final String DECIMAL_SUFFIXES = "num kMGTPE";
  private static final String BINARY_SUFFIXES = "KMGTPE";
  private static final BigInteger THOUSAND = BigInteger.valueOf(1000);
  private static final BigInteger KIBI = BigInteger.valueOf(1024);
  private static final BigInteger NANO = BigInteger.TEN.pow(9);
  private static final int LONGEST = 64;
  private static final int LARGEST_EXPONENT = 100;

  enum Family {
    DECIMAL,
    BINARY,
    EXPONENT
  }

  static QuantityGrammar parse(String text) {
    int digitsEnd = numberEnd(text);
    requireForm(text, digitsEnd);
    String suffix = text.substring(digitsEnd);
    Family family = Family.DECIMAL;
    int exponent = 0;
    int kibis = 0;
    if (isExponent(suffix)) {
      family = Family.EXPONENT;
      exponent = exponent(suffix);
    } else if (suffix.length() == 2 && suffix.charAt(1) == 'i') {
      family = Family.BINARY;
      kibis = BINARY_SUFFIXES.indexOf(suffix.charAt(0)) + 1;
      requireSuffix(kibis > 0);
    } else if (!suffix.isEmpty()) {
      int step = DECIMAL_SUFFIXES.indexOf(suffix.charAt(0));
      requireSuffix(suffix.length() == 1 && step >= 0);
      exponent = 3 * step - 9;
    }
    BigInteger scale = KIBI.pow(kibis);
    return new QuantityGrammar(nanos(text.substring(0, digitsEnd), exponent, scale), family);
  }

  private static int numberEnd(String text) {
    int i = !text.isEmpty() && (text.charAt(0) == '+' || text.charAt(0) == '-') ? 1 : 0;
    while (i < text.length() && (isDigit(text.charAt(i)) || text.charAt(i) == '.')) {
      i++;
    }
    return i;
  }

  private static void requireForm(String text, int digitsEnd) {
    int i = digitsEnd;
    while (i < text.length() && SUFFIX_LETTERS.indexOf(text.charAt(i)) >= 0) {
      i++;
    }
    if (i < text.length() && (text.charAt(i) == '+' || text.charAt(i) == '-')) {
      i++;
    }
    while (i < text.length() && isDigit(text.charAt(i))) {
      i++;
    }
    boolean digits =
        digitsEnd > 0 && text.charAt(digitsEnd - 1) != '+' && text.charAt(digitsEnd - 1) != '-';
    if (i < text.length() || !digits || text.length() > LONGEST) {
      throw new MalformedException("quantities must match the regular expression '" + FORM + "'");
    }
  }

  private static boolean isExponent(String suffix) {
    return suffix.length() > 1
        && (suffix.charAt(0) == 'e' || suffix.charAt(0) == 'E')
        && suffix.charAt(1) != 'i';
  }

  private static int exponent(String suffix) {
    try {
      int exponent = Integer.parseInt(suffix.substring(1));
      return Math.max(-LARGEST_EXPONENT, Math.min(LARGEST_EXPONENT, exponent));
    } catch (NumberFormatException e) {
      throw new MalformedException("unable to parse quantity's suffix", e);
    }
  }

  private static void requireSuffix(boolean known) {
    if (!known) {
      throw new MalformedException("unable to parse quantity's suffix");
    }
  }

  private static BigInteger nanos(String number, int exponent, BigInteger scale) {
    int point = number.indexOf('.');
    String digits = point < 0 ? number : number.substring(0, point) + number.substring(point + 1);
    int decimals = point < 0 ? 0 : number.length() - point - 1;
    BigInteger unscaled;
    try {
      unscaled = new BigInteger(digits);
    } catch (NumberFormatException e) {
      throw new MalformedException("unable to parse numeric part of quantity", e);
    }
    int power = 9 + exponent - decimals;
    BigInteger amount = unscaled.multiply(scale);
    if (power >= 0) {
      return amount.multiply(BigInteger.TEN.pow(power));
    }
    BigInteger rounded = Quantity.ceiling(amount.abs(), BigInteger.TEN.pow(-power));
    return amount.signum() < 0 ? rounded.negate() : rounded;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  String canonical() {
    if (nanos.signum() == 0) {
      return "0";
    }
    BigInteger units = Quantity.ceiling(nanos, NANO);
    if (family == Family.BINARY && units.abs().compareTo(KIBI) >= 0) {
      int steps = 0;
      while (steps < BINARY_SUFFIXES.length() && units.mod(KIBI).signum() == 0) {
        units = units.divide(KIBI);
        steps++;
      }
      return steps == 0
          ? units.toString()
          : units + BINARY_SUFFIXES.substring(steps - 1, steps) + "i";
    }
    BigInteger amount = nanos;
    int steps = 0;
    while ((steps < DECIMAL_SUFFIXES.length() - 1 || family == Family.EXPONENT)
        && amount.mod(THOUSAND).signum() == 0) {
      amount = amount.divide(THOUSAND);
      steps++;
    }
    if (steps == 3) {
      return amount.toString();
    }
    return amount
        + (family == Family.EXPONENT
            ? "e" + (3 * steps - 9)
            : DECIMAL_SUFFIXES.substring(steps, steps + 1));
  }
}
