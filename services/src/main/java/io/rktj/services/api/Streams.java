// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.api;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Answers that go on: each is asked for more when its client can take more, and several times a
 * second because there may be more. No thread waits for a slow client. Thread-safe.
 */
final class Streams {
  private static final int MOST = 128;
  private static final long TICK_MILLIS = 200;

  private final ScheduledExecutorService clock =
      Executors.newScheduledThreadPool(
          2,
          work -> {
            Thread thread = new Thread(work, "streams");
            thread.setDaemon(true);
            return thread;
          });
  private final AtomicInteger open = new AtomicInteger();

  /** One answer that goes on. */
  interface Source<T> {
    /** Sends what there is, as long as {@code observer} is ready; true once nothing will follow. */
    boolean pump(ServerCallStreamObserver<T> observer);

    /** Gives back what it holds. */
    default void close() {}
  }

  /** Serves {@code source} until it ends, or the client leaves. */
  <T> void serve(ServerCallStreamObserver<T> observer, Source<T> source) {
    if (open.incrementAndGet() > MOST) {
      open.decrementAndGet();
      source.close();
      observer.onError(
          Status.RESOURCE_EXHAUSTED.withDescription("too many streams").asRuntimeException());
      return;
    }
    new Stream<>(observer, source).start();
  }

  private final class Stream<T> {
    private final ServerCallStreamObserver<T> observer;
    private final Source<T> source;
    private boolean over;
    private ScheduledFuture<?> ticks;

    Stream(ServerCallStreamObserver<T> observer, Source<T> source) {
      this.observer = observer;
      this.source = source;
      observer.setOnReadyHandler(this::pump);
      observer.setOnCancelHandler(this::end);
      ticks = clock.schedule(() -> {}, 0, TimeUnit.MILLISECONDS);
    }

    synchronized void start() {
      ticks = clock.scheduleWithFixedDelay(this::pump, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private synchronized void pump() {
      if (over) {
        return;
      }
      try {
        if (observer.isCancelled()) {
          end();
        } else if (source.pump(observer)) {
          observer.onCompleted();
          end();
        }
      } catch (RuntimeException e) {
        end();
        observer.onError(Status.INTERNAL.withDescription(e.getMessage()).asRuntimeException());
      }
    }

    private synchronized void end() {
      if (!over) {
        over = true;
        ticks.cancel(false);
        source.close();
        open.decrementAndGet();
      }
    }
  }
}
