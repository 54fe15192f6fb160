// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.PodException;
import io.rktj.pod.HostException;
import io.rktj.pod.Pod;
import io.rktj.pod.PodStore;
import io.rktj.stage0.launch.PodLifecycle;
import java.util.List;
import java.util.Optional;

/** {@code rkt rm} ({@code spec/rkt-cli.md} section 4.10). */
final class RmCommand implements CommandBody {
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
      return ExitCode.FAILED.status();
    }
    PodStore pods = session.pods();
    requireClient(session, pods, uuids);
    PodLifecycle lifecycle = session.lifecycle(pods);
    int failures = named.each(uuids, uuid -> remove(invocation, lifecycle, pods, find(pods, uuid)));
    if (failures == 0) {
      return ExitCode.DONE.status();
    }
    invocation.say("failed to remove one or more pods");
    return ExitCode.FAILED.status();
  }

  /**
   * What is registered with the metadata service is taken off by a client that starts do without.
   */
  private static void requireClient(Session session, PodStore pods, List<String> uuids) {
    for (String uuid : uuids) {
      if (isRegistered(pods, uuid)) {
        Effort.requireFull(session.kernel());
      }
    }
  }

  private static boolean isRegistered(PodStore pods, String uuid) {
    try {
      return PodLifecycle.isRegistered(pods.find(uuid));
    } catch (PodException e) {
      return false; // said when it is its turn
    }
  }

  private static Pod find(PodStore pods, String uuid) {
    try {
      return pods.find(uuid);
    } catch (PodException e) {
      throw new UsageException("cannot get pod", e);
    }
  }

  private static boolean remove(
      Invocation invocation, PodLifecycle lifecycle, PodStore pods, Pod pod) {
    String name = "\"" + pod.uuid() + "\"";
    Optional<Pod> garbage = Optional.of(pod);
    switch (pod.state()) {
      case RUNNING -> {
        return refused(invocation, name, "is currently running");
      }
      case EMBRYO, PREPARING -> {
        return refused(invocation, name, "is currently being prepared");
      }
      case DELETING, EXITED_DELETING -> {
        return refused(invocation, name, "is currently being deleted");
      }
      case ABORTED_PREPARE -> {
        invocation.say("moving failed prepare " + name + " to garbage");
        garbage = pods.markGarbage(pod);
      }
      case PREPARED -> {
        invocation.say("moving expired prepared pod " + name + " to garbage");
        garbage = pods.markGarbage(pod);
      }
      case EXITED -> garbage = pods.markGarbage(pod);
      case EXITED_GARBAGE, GARBAGE -> {}
    }
    if (garbage.isEmpty()) {
      Optional<Pod> now = pods.look(pod.uuid()); // somebody else has moved it on
      if (now.isPresent() && now.get().where() != pod.where()) {
        return remove(invocation, lifecycle, pods, now.get());
      }
    }
    if (garbage.isEmpty() || !lifecycle.remove(garbage.get())) {
      return refused(invocation, name, "is currently being deleted");
    }
    invocation.output().answer(name);
    return true;
  }

  private static boolean refused(Invocation invocation, String name, String reason) {
    invocation.say("pod " + name + " " + reason);
    return false;
  }
}
