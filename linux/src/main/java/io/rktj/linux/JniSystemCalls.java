// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import java.nio.ByteBuffer;

/**
 * System calls through our own library {@code librktj.so} ({@code src/main/c/rktj.c}): the cheap
 * way, well under a millisecond in a fresh JVM.
 */
final class JniSystemCalls implements SystemCalls {
  private JniSystemCalls() {}

  /** Loads the library; a second load of the same file does nothing. */
  static JniSystemCalls load(String library) {
    System.load(library);
    return new JniSystemCalls();
  }

  /** For a JVM whose maker has already registered the methods ({@code stage0/src/main/c/rkt.c}). */
  static JniSystemCalls registered() {
    return new JniSystemCalls();
  }

  @Override
  public native long call(int number, long a, long b, long c, long d, long e);

  @Override
  public native long addressOf(ByteBuffer direct);
}
