// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.PodException;
import io.rktj.pod.Pod;
import io.rktj.pod.PodDirectory;
import io.rktj.pod.PodState;
import io.rktj.pod.PodStore;
import io.rktj.stage0.launch.PodLifecycle;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * {@code rkt gc} ({@code spec/rkt-cli.md} section 4.11). What goes wrong with one pod is told and
 * does not keep the others.
 */
final class GcCommand implements CommandBody {
  @Override
  public int call(Invocation invocation) {
    FlagValues flags = invocation.flags();
    long grace = GoDuration.parseMillis(flags.text("grace-period", "30m"));
    long expiry = GoDuration.parseMillis(flags.text("expire-prepared", "24h"));
    if (!invocation.arguments().isEmpty()) {
      return invocation.misused("no arguments are wanted");
    }
    Session session = Session.open(invocation);
    PodStore pods = session.pods();
    PodLifecycle lifecycle = session.lifecycle(pods);
    told(invocation, "moving pod \"", lifecycle.markExited());
    told(invocation, "moving failed prepare \"", lifecycle.markAborted());
    if (flags.isOn("mark-only")) {
      return ExitCode.DONE.status();
    }
    Instant now = Instant.now();
    told(
        invocation,
        "moving expired prepared pod \"",
        lifecycle.markExpired(Duration.ofMillis(expiry), now));
    for (Pod pod : pods.list(PodDirectory.EXITED_GARBAGE)) {
      collect(invocation, lifecycle, pod, grace, now);
    }
    lifecycle.sweep();
    if (Files.isDirectory(session.dataDirectory().resolve("cas"))) {
      session.images().sweep();
    }
    return ExitCode.DONE.status();
  }

  private static void collect(
      Invocation invocation, PodLifecycle lifecycle, Pod pod, long graceMillis, Instant now) {
    try {
      if (!lifecycle.isOlder(pod, Duration.ofMillis(graceMillis), now)) {
        invocation.say(
            "pod \""
                + pod.uuid()
                + "\" not removed: still within grace period ("
                + GoDuration.format(graceMillis)
                + ")");
      } else if (pod.state() == PodState.EXITED_GARBAGE) {
        invocation.output().answer("Garbage collecting pod \"" + pod.uuid() + "\"");
        lifecycle.remove(pod);
      }
    } catch (PodException e) {
      invocation.complain(e);
    }
  }

  private static void told(Invocation invocation, String text, List<Pod> pods) {
    for (Pod pod : pods) {
      invocation.say(text + pod.uuid() + "\" to garbage");
    }
  }
}
