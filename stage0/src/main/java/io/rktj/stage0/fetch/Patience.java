// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import okio.AsyncTimeout;
import org.jspecify.annotations.Nullable;

/**
 * How long one answer is waited for, however it trickles in: when the time is over the call is
 * cancelled, and who waits fails with a message that says so. A socket's own time limit begins anew
 * with every byte.
 */
final class Patience extends AsyncTimeout {
  static final Duration LIMIT = Duration.ofSeconds(60);

  private final Duration limit;
  private final Runnable cancel;

  Patience(Duration limit, Runnable cancel) {
    this.limit = limit;
    this.cancel = cancel;
    timeout(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Something that waits for bytes. */
  interface Wait<T> {
    T forBytes() throws IOException;
  }

  <T> T with(Wait<T> wait) throws IOException {
    enter();
    T answer;
    try {
      answer = wait.forBytes();
    } catch (IOException e) {
      throw exit() ? late(e) : e;
    }
    if (exit()) {
      throw late(null);
    }
    return answer;
  }

  private IOException late(@Nullable IOException cause) {
    InterruptedIOException late =
        new InterruptedIOException("server is too slow: no answer in " + limit.toSeconds() + " s");
    late.initCause(cause);
    return late;
  }

  @Override
  protected void timedOut() {
    cancel.run();
  }
}
