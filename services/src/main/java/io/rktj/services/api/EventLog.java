// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.api;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import rkt.v1alpha.Event;

/**
 * What has happened since the service was started, the last of it: events have numbers that count
 * up, and whoever reads remembers how far he is. Thread-safe.
 */
final class EventLog {
  private static final int MOST = 10_000;

  private final Deque<Event> events = new ArrayDeque<>();
  private final List<Runnable> listeners = new ArrayList<>();
  private long first;

  /** Adds what has happened at once, and wakes those who listen. */
  void add(List<Event> happened) {
    List<Runnable> woken;
    synchronized (this) {
      events.addAll(happened);
      while (events.size() > MOST) {
        events.removeFirst();
        first++;
      }
      woken = List.copyOf(listeners);
    }
    woken.forEach(Runnable::run);
  }

  /** The number that the next event will have. */
  synchronized long next() {
    return first + events.size();
  }

  /** The number of the oldest event that is still here. */
  synchronized long first() {
    return first;
  }

  /** The events from number {@code from} on; what is no longer here is left out. */
  synchronized List<Event> since(long from) {
    List<Event> found = new ArrayList<>();
    long number = first;
    for (Event event : events) {
      if (number >= from) {
        found.add(event);
      }
      number++;
    }
    return found;
  }

  synchronized void listen(Runnable listener) {
    listeners.add(listener);
  }

  synchronized void leave(Runnable listener) {
    listeners.remove(listener);
  }
}
