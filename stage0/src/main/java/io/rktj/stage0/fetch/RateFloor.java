// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * The least that a server must send: 1 KiB a second, over any minute that we spend waiting for it.
 * Time in which nobody asks for bytes does not count, so a slow disk is no fault of the server.
 */
final class RateFloor {
  static final long BYTES_A_SECOND = 1024;
  private static final long WINDOW_SECONDS = 60;
  private static final long WINDOW = TimeUnit.SECONDS.toNanos(WINDOW_SECONDS);

  private long waited;
  private long received;

  /**
   * Counts one answer.
   *
   * @param nanos how long it was waited for
   * @param bytes what came
   */
  void count(long nanos, int bytes) throws IOException {
    waited += nanos;
    received += bytes;
    if (waited < WINDOW) {
      return;
    }
    if (received < BYTES_A_SECOND * TimeUnit.NANOSECONDS.toSeconds(waited)) {
      throw new IOException(
          "server is too slow: "
              + received
              + " bytes in "
              + TimeUnit.NANOSECONDS.toSeconds(waited)
              + " s, at least "
              + BYTES_A_SECOND
              + " a second are wanted");
    }
    waited = 0;
    received = 0;
  }
}
