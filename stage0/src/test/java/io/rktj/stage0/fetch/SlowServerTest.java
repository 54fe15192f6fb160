// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers that never end and never quite stop (security.md, endless data). */
class SlowServerTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  @Test
  void tricklingServerIsGivenUpAfterAMinute() throws IOException {
    RateFloor floor = new RateFloor();
    for (int second = 0; second < 59; second++) {
      floor.count(SECOND, 10);
    }

    assertThatThrownBy(() -> floor.count(SECOND, 10))
        .isInstanceOf(IOException.class)
        .hasMessage("server is too slow: 600 bytes in 60 s, at least 1024 a second are wanted");
  }

  @Test
  void aGoodBeginningDoesNotLastForEver() throws IOException {
    RateFloor floor = new RateFloor();
    floor.count(60 * SECOND, 1 << 30);

    assertThatThrownBy(() -> floor.count(60 * SECOND, 1000)).hasMessageContaining("1000 bytes");
  }

  @Test
  void slowButSteadyServerIsHeardOut() {
    RateFloor floor = new RateFloor();

    assertThatCode(
            () -> {
              for (int second = 0; second < 1_000; second++) {
                floor.count(SECOND, 1024);
              }
            })
        .doesNotThrowAnyException();
  }

  @Test
  @Timeout(20)
  void anAnswerThatDoesNotComeIsCancelled() {
    CountDownLatch cancelled = new CountDownLatch(1);
    Patience patience = new Patience(Duration.ofSeconds(1), cancelled::countDown);

    assertThatThrownBy(
            () ->
                patience.with(
                    () -> {
                      await(cancelled);
                      throw new IOException("Canceled");
                    }))
        .hasMessage("server is too slow: no answer in 1 s")
        .hasRootCauseMessage("Canceled");
  }

  @Test
  void patienceHandsOnWhatComesInTime() throws IOException {
    Patience patience = new Patience(Duration.ofSeconds(30), () -> {});

    assertThat(patience.<String>with(() -> "bytes")).isEqualTo("bytes");
    assertThatThrownBy(
            () ->
                patience.with(
                    () -> {
                      throw new IOException("reset");
                    }))
        .hasMessage("reset");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
