// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.pod.HostException;
import io.rktj.pod.Pod;
import io.rktj.pod.PodState;
import io.rktj.pod.PodStore;
import io.rktj.stage0.launch.PodLifecycle;
import java.util.List;

/** {@code rkt stop} ({@code spec/rkt-cli.md} section 4.9). */
final class StopCommand implements CommandBody {
  @Override
  public int call(Invocation invocation) {
    String file = invocation.flags().text("uuid-file", "");
    NamedPods named = new NamedPods(invocation);
    if (!named.areNamed(file)) {
      return invocation.misused("must provide pods, by UUID or --uuid-file");
    }
    Session session = Session.open(invocation);
    List<String> uuids;
    try {
      uuids = file.isEmpty() ? invocation.arguments() : List.of(session.uuidFromFile(file));
    } catch (HostException e) {
      invocation.complain(e);
      return ExitCode.UNREADABLE_UUID_FILE.status();
    }
    PodStore pods = session.pods();
    PodLifecycle lifecycle = session.lifecycle(pods);
    boolean force = invocation.flags().isOn("force");
    int failures = named.each(uuids, uuid -> stop(invocation, lifecycle, pods.find(uuid), force));
    if (failures == 0) {
      return ExitCode.DONE.status();
    }
    invocation.say("failed to stop " + failures + " pod(s)");
    return ExitCode.FAILED.status();
  }

  private static boolean stop(
      Invocation invocation, PodLifecycle lifecycle, Pod pod, boolean force) {
    String name = "\"" + pod.uuid() + "\"";
    if (pod.state() != PodState.RUNNING && !pod.state().hasExited()) {
      invocation.say("pod " + name + " is not running");
      return false;
    }
    boolean asked = pod.state() == PodState.RUNNING && lifecycle.stop(pod, force);
    invocation.output().answer(asked ? name : "pod " + name + " is already stopped");
    return true;
  }
}
