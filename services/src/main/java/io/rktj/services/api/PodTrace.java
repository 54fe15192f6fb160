// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.api;

import io.rktj.pod.PodState;
import io.rktj.stage0.launch.AppReport;
import io.rktj.stage0.launch.PodReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import rkt.v1alpha.Event;
import rkt.v1alpha.EventType;

/**
 * What was last seen of one pod, and what must have happened between then and now. A pod may have
 * gone through several states since; it only goes forward, so each of them is told once.
 */
final class PodTrace {
  private static final int UNBORN = 0;
  private static final int PREPARED = 1;
  private static final int STARTED = 2;
  private static final int EXITED = 3;
  private static final int GONE = 4;

  private final String id;
  private final Map<String, String> apps = new LinkedHashMap<>(); // how far each is
  private int stage = UNBORN;
  private boolean aborted;

  PodTrace(String id) {
    this.id = id;
  }

  /** Whether only a look at its lock and its apps tells what happens to it next. */
  boolean isRunning() {
    return stage == STARTED;
  }

  /** What has happened, now that the pod is as {@code report} says. */
  List<Event> advance(PodReport report, long seconds) {
    List<Event> events = new ArrayList<>();
    PodState state = report.pod().state();
    if (state == PodState.ABORTED_PREPARE && !aborted) {
      aborted = true;
      events.add(pod(EventType.EVENT_TYPE_POD_PREPARE_ABORTED, seconds));
    }
    int now = stage(state);
    if (now == PREPARED && stage < PREPARED) {
      stage = PREPARED;
      events.add(pod(EventType.EVENT_TYPE_POD_PREPARED, seconds));
    }
    if (now >= STARTED && stage < STARTED) {
      stage = STARTED;
      events.add(pod(EventType.EVENT_TYPE_POD_STARTED, seconds));
    }
    if (stage == STARTED) {
      advanceApps(report, now >= EXITED, events, seconds);
    }
    if (now >= EXITED && stage < EXITED) {
      stage = EXITED;
      events.add(pod(EventType.EVENT_TYPE_POD_EXITED, seconds));
    }
    return events;
  }

  /** What has happened, now that the pod is not there any more. */
  List<Event> vanish(long seconds) {
    List<Event> events = new ArrayList<>();
    if (stage == STARTED) {
      events.add(pod(EventType.EVENT_TYPE_POD_EXITED, seconds));
    }
    if (stage != UNBORN || aborted) {
      events.add(pod(EventType.EVENT_TYPE_POD_GARBAGE_COLLECTED, seconds));
    }
    stage = GONE;
    return events;
  }

  private static int stage(PodState state) {
    return switch (state) {
      case PREPARED -> PREPARED;
      case RUNNING -> STARTED;
      case EXITED, EXITED_GARBAGE, EXITED_DELETING -> EXITED;
      case EMBRYO, PREPARING, ABORTED_PREPARE, GARBAGE, DELETING -> UNBORN;
    };
  }

  private void advanceApps(PodReport report, boolean over, List<Event> events, long seconds) {
    for (AppReport app : report.apps()) {
      if (app.started().isEmpty() && !over) {
        continue;
      }
      String name = app.app().name().value();
      String start = "since " + app.started();
      boolean ended = over || app.exitStatus().isPresent();
      String before = apps.getOrDefault(name, "");
      if (!before.startsWith(start)) {
        events.add(app(EventType.EVENT_TYPE_APP_STARTED, name, seconds).build());
      }
      if (ended && !before.equals(start + " ended")) {
        Event.Builder event = app(EventType.EVENT_TYPE_APP_EXITED, name, seconds);
        app.exitStatus()
            .ifPresent(
                status -> event.addData(KeyValues.pair("exit_code", Integer.toString(status))));
        events.add(event.build());
      }
      apps.put(name, ended ? start + " ended" : start);
    }
  }

  private Event pod(EventType type, long seconds) {
    return Event.newBuilder().setType(type).setId(id).setFrom(id).setTime(seconds).build();
  }

  private Event.Builder app(EventType type, String name, long seconds) {
    return Event.newBuilder().setType(type).setId(id).setFrom(name).setTime(seconds);
  }
}
