// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.api;

import static io.rktj.services.api.PodFilters.oneOf;

import io.grpc.stub.ServerCallStreamObserver;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import rkt.v1alpha.Event;
import rkt.v1alpha.EventFilter;
import rkt.v1alpha.ListenEventsResponse;

/**
 * {@code ListenEvents}: what happens from now on, or since a time of the past as far as this
 * service was there; until the client leaves, or a time that he has named.
 */
final class EventStreams {
  private final EventLog log;
  private final Streams streams;

  EventStreams(EventLog log, Streams streams) {
    this.log = log;
    this.streams = streams;
  }

  void open(EventFilter filter, ServerCallStreamObserver<ListenEventsResponse> observer) {
    streams.serve(observer, new Reader(filter));
  }

  private final class Reader implements Streams.Source<ListenEventsResponse> {
    private final EventFilter filter;
    private long next;

    Reader(EventFilter filter) {
      this.filter = filter;
      next = filter.getSinceTime() > 0 ? log.first() : log.next();
    }

    @Override
    public boolean pump(ServerCallStreamObserver<ListenEventsResponse> observer) {
      if (observer.isReady()) {
        if (next < log.first()) {
          throw new IllegalStateException("events were lost: the client is too slow");
        }
        List<Event> happened = log.since(next);
        next += happened.size();
        List<Event> wanted = new ArrayList<>();
        for (Event event : happened) {
          if (accepts(event)) {
            wanted.add(event);
          }
        }
        if (!wanted.isEmpty()) {
          observer.onNext(ListenEventsResponse.newBuilder().addAllEvents(wanted).build());
        }
      }
      return filter.getUntilTime() > 0 && Instant.now().getEpochSecond() > filter.getUntilTime();
    }

    private boolean accepts(Event event) {
      return oneOf(filter.getTypesList(), event.getType())
          && oneOf(filter.getIdsList(), event.getId())
          && oneOf(filter.getNamesList(), event.getFrom())
          && event.getTime() >= filter.getSinceTime()
          && (filter.getUntilTime() <= 0 || event.getTime() <= filter.getUntilTime());
    }
  }
}
