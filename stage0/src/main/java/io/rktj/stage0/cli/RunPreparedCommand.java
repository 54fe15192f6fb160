// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.PodException;
import io.rktj.pod.LockedPod;
import io.rktj.pod.Pod;
import io.rktj.pod.PodState;
import io.rktj.pod.PodStateException;
import io.rktj.pod.PodStore;
import io.rktj.stage0.launch.Launcher;
import io.rktj.stage0.launch.RunOptions;
import io.rktj.stage0.launch.Stage1Notices;
import io.rktj.stage0.prepare.OverlaySupport;
import io.rktj.stage0.prepare.PreparedPod;
import io.rktj.stage0.prepare.PreparedPodReader;
import io.rktj.stage1.Stage1;
import io.rktj.stage1.Stage1Exception;
import java.util.List;
import java.util.Optional;

/**
 * {@code rkt run-prepared} ({@code spec/rkt-cli.md} section 4.3). Until the pod is moved to run, a
 * refusal leaves it prepared.
 */
final class RunPreparedCommand implements CommandBody {
  private final RunArguments arguments = new RunArguments();

  @Override
  public void flag(Flag flag, String value) {
    arguments.flag(flag.name(), value);
  }

  @Override
  public int call(Invocation invocation) {
    if (invocation.arguments().size() != 1) {
      return invocation.misused("must provide one pod");
    }
    RunOptions options = arguments.runOptions(invocation);
    Session session = Session.open(invocation);
    RunCommand.requirePrivileges(session.kernel());
    RunCommand.requireMetadata(session, options);
    options = RunCommand.configured(options, session.config().stage1());
    PodStore pods = session.pods();
    Pod pod = find(pods, invocation.arguments().get(0));
    if (pod.state() != PodState.PREPARED) {
      throw new PodStateException("pod \"" + pod.uuid() + "\" is not prepared");
    }
    try (LockedPod locked = pods.lockPrepared(pod)) { // before a file of it is read: it may move
      Stage1 stage1 = stage1(session, locked);
      stage1.requireUsable();
      RunCommand.requireMachine(invocation.flags(), stage1);
      stage1.requirePossible(options.networks(), options.ipc());
      RunCommand.requireSockets(session.kernel(), options.caller(), stage1, true);
      makeReady(session, stage1, options);
      PreparedPod prepared =
          new PreparedPodReader(session.kernel(), session.trees(session.images())).read(locked);
      requireRunnable(session, prepared, options);
      Launcher launcher = new Launcher(session.kernel(), pods, session.console());
      throw launcher.run(prepared, stage1, options);
    }
  }

  private static void makeReady(Session session, Stage1 stage1, RunOptions options) {
    List<String> environment = options.caller().environment();
    if (!stage1.isReady(session.dataDirectory(), environment)) {
      Effort.requireFull(session.kernel());
      Stage1Notices notices = new Stage1Notices(session.console());
      stage1.makeReady(session.dataDirectory(), environment, notices);
    }
  }

  private static Pod find(PodStore pods, String uuid) {
    try {
      return pods.find(uuid);
    } catch (PodException e) {
      throw new UsageException("problem retrieving pod", e);
    }
  }

  private static void requireRunnable(Session session, PreparedPod pod, RunOptions options) {
    if (options.interactive() && pod.manifest().apps().size() > 1) {
      throw new UsageException("interactive option only supports pods with one app");
    }
    if (pod.usesOverlay()
        && OverlaySupport.reasonAgainst(session.kernel(), session.dataDirectory().toString())
            .isPresent()) {
      throw new PodStateException(
          "unable to run prepared overlay-enabled pod: overlay not supported");
    }
  }

  private static Stage1 stage1(Session session, LockedPod pod) {
    Optional<Stage1> stage1 = session.stage1s().find(pod.layout());
    if (stage1.isEmpty()) {
      throw new Stage1Exception("pod \"" + pod.uuid() + "\" has no stage1");
    }
    return stage1.get();
  }
}
