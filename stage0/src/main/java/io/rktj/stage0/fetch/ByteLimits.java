// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

/** How many bytes of each kind of body are taken at most. */
final class ByteLimits {
  static final long PAGE = 1L << 20;
  static final long SIGNATURE = 1L << 20;
  static final long KEY = 1L << 20;
  static final long DOCUMENT = 4L << 20;
  static final long TOKEN = 1L << 20;
  static final long PROBLEM = 64L << 10;
  static final long IMAGE = 32L << 30;

  private ByteLimits() {}
}
