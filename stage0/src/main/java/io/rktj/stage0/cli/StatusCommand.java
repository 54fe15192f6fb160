// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.PodException;
import io.rktj.pod.HostException;
import io.rktj.pod.Pod;
import io.rktj.pod.PodState;
import io.rktj.pod.PodStateException;
import io.rktj.pod.PodStore;
import io.rktj.pod.StatusFiles;
import io.rktj.stage0.launch.AppReport;
import io.rktj.stage0.launch.PodReport;
import io.rktj.stage0.launch.PodReporter;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;

/** {@code rkt status} ({@code spec/rkt-cli.md} section 4.7). */
final class StatusCommand implements CommandBody {
  private static final long POLL_MILLIS = 100;
  private static final long FOREVER = Long.MAX_VALUE;

  @Override
  public int call(Invocation invocation) {
    JsonForm form = JsonForm.of(invocation.flags());
    long exitWait = waitMillis(invocation.flags().text("wait", "false"));
    long readyWait = waitMillis(invocation.flags().text("wait-ready", "false"));
    String file = invocation.flags().text("uuid-file", "");
    if (invocation.arguments().size() != (file.isEmpty() ? 1 : 0)) {
      return invocation.misused("must provide one pod, by UUID or --uuid-file");
    }
    Session session = Session.open(invocation);
    String uuid;
    try {
      uuid = file.isEmpty() ? invocation.arguments().get(0) : session.uuidFromFile(file);
    } catch (HostException e) {
      invocation.complain(e);
      return ExitCode.UNREADABLE_UUID_FILE.status();
    }
    PodStore pods = session.pods();
    Pod pod = find(pods, uuid);
    pod = await(session, pods, pod, readyWait, true);
    pod = await(session, pods, pod, exitWait, false);
    PodReport report = report(session, pods, pod);
    if (form == JsonForm.NONE) {
      invocation.output().answer(text(report, ZoneId.systemDefault()));
    } else {
      invocation.output().json(PodJson.one(report, form));
    }
    return ExitCode.DONE.status();
  }

  private static PodReport report(Session session, PodStore pods, Pod pod) {
    Optional<PodReport> report = pods.read(pod, new PodReporter(session.kernel())::report);
    if (report.isEmpty()) {
      throw new PodStateException("pod \"" + pod.uuid() + "\" was removed");
    }
    return report.get();
  }

  private static Pod find(PodStore pods, String uuid) {
    try {
      return pods.find(uuid);
    } catch (PodException e) {
      throw new UsageException("problem retrieving pod", e);
    }
  }

  /** A truth value, or how long at most; a negative span means for ever, as {@code true} does. */
  static long waitMillis(String word) {
    switch (word) {
      case "true", "t", "T", "TRUE", "True", "1" -> {
        return FOREVER;
      }
      case "false", "f", "F", "FALSE", "False", "0" -> {
        return 0;
      }
      default -> {
        long millis = GoDuration.parseMillis(word);
        return millis < 0 ? FOREVER : millis;
      }
    }
  }

  /** Waits until the pod is ready, or has ended; returns the pod as it then is. */
  private static Pod await(
      Session session, PodStore pods, Pod pod, long millis, boolean untilReady) {
    long start = System.nanoTime();
    Pod now = pod;
    while (millis > 0 && !hasHappened(session, now, untilReady)) {
      if (untilReady && isOver(now.state())) {
        throw new HostException("error waiting for pod to be ready: it is not running anymore");
      }
      if (millis != FOREVER && (System.nanoTime() - start) / 1_000_000 >= millis) {
        throw new HostException(
            "error waiting for pod to "
                + (untilReady ? "be ready" : "finish")
                + ": context deadline exceeded");
      }
      pause();
      Optional<Pod> later = pods.look(pod.uuid());
      if (later.isEmpty()) {
        throw new HostException("error waiting for pod to finish: the pod was removed");
      }
      now = later.get();
    }
    return now;
  }

  private static boolean hasHappened(Session session, Pod pod, boolean untilReady) {
    if (untilReady) {
      return new StatusFiles(session.kernel(), pod.layout()).isReady();
    }
    return isOver(pod.state());
  }

  private static boolean isOver(PodState state) {
    return state.hasExited() || state == PodState.GARBAGE || state == PodState.DELETING;
  }

  private static void pause() {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostException("error waiting for pod: interrupted", e);
    }
  }

  /** The lines of the answer. */
  static String text(PodReport report, ZoneId zone) {
    PodState state = report.pod().state();
    StringBuilder text = new StringBuilder("state=").append(state.text()).append('\n');
    line(text, "created=", report.created(), zone);
    line(text, "started=", report.started(), zone);
    if (state == PodState.RUNNING || state == PodState.EXITED) {
      text.append("networks=").append(Escaped.line(PodTable.networks(report))).append('\n');
    }
    if (!state.hasStarted() && state != PodState.DELETING) {
      return text.toString();
    }
    if (report.pid().isPresent()) {
      text.append("pid=").append(report.pid().getAsInt()).append('\n');
    }
    if (report.hypervisor().isPresent()) {
      text.append("hypervisor=").append(Escaped.line(report.hypervisor().get())).append('\n');
      text.append("isolation=").append(PodJson.isolation(report.hypervisor().get())).append('\n');
    }
    text.append("exited=").append(state != PodState.RUNNING).append('\n');
    for (AppReport app : report.apps()) {
      if (state != PodState.RUNNING && app.exitStatus().isPresent()) {
        text.append("app-").append(app.app().name().value()).append('=');
        text.append(app.exitStatus().getAsInt()).append('\n');
      }
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String name, Optional<Instant> time, ZoneId zone) {
    if (time.isPresent()) {
      long millis = time.get().toEpochMilli();
      text.append(name).append(HumanText.absolute(millis, zone)).append('\n');
    }
  }
}
