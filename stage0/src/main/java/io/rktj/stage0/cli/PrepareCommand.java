// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.PodException;
import io.rktj.pod.LockedPod;
import io.rktj.pod.PodStore;
import io.rktj.stage0.launch.Launcher;
import io.rktj.stage0.launch.Stage1Notices;
import io.rktj.stage0.prepare.PreparedPod;
import io.rktj.stage0.tree.ImageTree;
import io.rktj.stage1.Stage1;
import java.util.List;

/**
 * {@code rkt prepare} ({@code spec/rkt-cli.md} section 4.2): a pod that is on the disk, all of it,
 * before its UUID is printed.
 */
final class PrepareCommand implements CommandBody {
  private final RunArguments arguments = new RunArguments();

  @Override
  public void flag(Flag flag, String value) {
    arguments.flag(flag.name(), value);
  }

  @Override
  public int call(Invocation caller) {
    Invocation invocation = caller.flags().isOn("quiet") ? caller.quiet() : caller;
    RunRequest request = arguments.parse(invocation);
    if (invocation.parser().helpWanted()) {
      return caller.help();
    }
    Session session = Session.open(invocation);
    Effort.requireFull(session.kernel()); // everything that can be done before the start is
    try (PodWorkshop workshop = new PodWorkshop(invocation, session, request)) {
      Stage1 stage1 = workshop.stage1(request);
      stage1.requireUsable();
      RunCommand.requireUsers(request.pod(), stage1);
      stage1.requireVolumes(workshop.volumes(request));
      List<String> environment = request.options().caller().environment();
      if (!stage1.isReady(session.dataDirectory(), environment)) {
        Stage1Notices notices = new Stage1Notices(session.console());
        stage1.makeReady(session.dataDirectory(), environment, notices);
      }
      List<ImageTree> images = images(workshop, request, stage1);
      PodStore pods = session.pods();
      try (LockedPod pod = pods.create()) {
        PreparedPod prepared = workshop.prepare(pod, request, stage1, images);
        new Launcher(session.kernel(), pods, session.console()).remember(prepared, stage1);
        prepared.sync();
        pods.markPrepared(pod);
        caller.output().answer(pod.uuid().toString());
      }
    }
    return ExitCode.DONE.status();
  }

  private static List<ImageTree> images(PodWorkshop workshop, RunRequest request, Stage1 stage1) {
    try {
      return workshop.images(request, stage1);
    } catch (PodException e) {
      throw new UsageException("error finding images", e);
    }
  }
}
