// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Kernel;
import io.rktj.pod.HostException;
import io.rktj.pod.LockedPod;
import io.rktj.pod.PodStore;
import io.rktj.stage0.config.ConfiguredStage1;
import io.rktj.stage0.launch.Caller;
import io.rktj.stage0.launch.Launcher;
import io.rktj.stage0.launch.PassedSockets;
import io.rktj.stage0.launch.RunOptions;
import io.rktj.stage0.launch.Stage1Notices;
import io.rktj.stage0.metadata.MetadataRegistration;
import io.rktj.stage0.prepare.PodOptions;
import io.rktj.stage0.prepare.PreparedPod;
import io.rktj.stage0.tree.ImageTree;
import io.rktj.stage1.Stage1;
import io.rktj.stage1.Stage1Exception;
import java.nio.file.Path;
import java.util.List;

/** {@code rkt run}: from a command line to the process that is the pod. */
final class RunCommand implements CommandBody {
  private static final int PR_CAPBSET_READ = 23;
  private static final int CAP_SYS_ADMIN = 21;

  private final RunArguments arguments = new RunArguments();

  @Override
  public void flag(Flag flag, String value) {
    arguments.flag(flag.name(), value);
  }

  @Override
  public int call(Invocation invocation) {
    RunRequest request = arguments.parse(invocation);
    if (invocation.parser().helpWanted()) {
      return invocation.help();
    }
    throw start(invocation, request);
  }

  /** Makes the pod and becomes it; the failure to do so is thrown. */
  static AssertionError start(Invocation invocation, RunRequest request) {
    Session session = Session.open(invocation);
    requirePrivileges(session.kernel());
    requireMetadata(session, request.options());
    try (PodWorkshop workshop = new PodWorkshop(invocation, session, request)) {
      Stage1 stage1 = workshop.stage1(request);
      stage1.requireUsable();
      requireUsers(request.pod(), stage1);
      requireMachine(invocation.flags(), stage1);
      stage1.requireVolumes(workshop.volumes(request));
      if (request.pod().mutable() && !stage1.takesApps()) {
        throw new Stage1Exception("stage1 does not support mutable pods");
      }
      RunOptions options = configured(request.options(), session.config().stage1());
      stage1.requirePossible(options.networks(), options.ipc());
      List<String> environment = options.caller().environment();
      requireSockets(session.kernel(), options.caller(), stage1, !request.pod().mutable());
      if (!stage1.isReady(session.dataDirectory(), environment)) {
        Effort.requireFull(session.kernel());
        Stage1Notices notices = new Stage1Notices(session.console());
        stage1.makeReady(session.dataDirectory(), environment, notices);
      }
      List<ImageTree> images = workshop.images(request, stage1);
      PodStore pods = session.pods();
      LockedPod pod = pods.create();
      PreparedPod prepared = workshop.prepare(pod, request, stage1, images);
      Launcher launcher = new Launcher(session.kernel(), pods, session.console());
      return launcher.run(prepared, stage1, options);
    }
  }

  /** What the configuration says of machines goes where flags and variables say nothing. */
  static RunOptions configured(RunOptions options, ConfiguredStage1 stage1) {
    if (!stage1.describesMachines()) {
      return options;
    }
    return options.by(
        options
            .caller()
            .orElse("RKT_HYPERVISOR", stage1.hypervisor().orElse(""))
            .orElse("RKT_HYPERVISOR_KERNEL", stage1.kernel().orElse(""))
            .orElse("RKT_HYPERVISOR_TEMPLATES", stage1.templates().orElse("")));
  }

  /** Refuses to begin what no flavour can do: root of a container may not make name spaces. */
  static void requirePrivileges(Kernel kernel) {
    try {
      if (kernel.prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN) != 0) {
        return;
      }
    } catch (ErrnoException e) {
      throw new HostException("cannot read the capabilities of this process", e);
    }
    throw new HostException(
        "cannot make a pod: root has not the capability CAP_SYS_ADMIN here",
        "in a container or in a pod there are no pods: run rkt on the host itself",
        null);
  }

  /** Refuses a pod that is to be registered where no metadata service listens. */
  static void requireMetadata(Session session, RunOptions options) {
    if (!options.metadataSocket().isEmpty()) {
      Effort.requireFull(session.kernel());
      MetadataRegistration.requireService(Path.of(options.metadataSocket()));
    }
  }

  /** Refuses users of its own to a pod of a flavour that cannot give it any. */
  static void requireUsers(PodOptions pod, Stage1 stage1) {
    if (!pod.privateUsers() || stage1.takesPrivateUsers()) {
      return;
    }
    if (stage1.flavour().equals("kvm")) {
      throw new Stage1Exception("flag --private-users cannot be used with an lkvm stage1");
    }
    throw new Stage1Exception(
        "flag --private-users cannot be used with stage1 \"stage1-" + stage1.flavour() + "\"");
  }

  /** Refuses flags that are about a machine for a pod that will have none. */
  static void requireMachine(FlagValues flags, Stage1 stage1) {
    boolean said = !flags.text("hypervisor", "").isEmpty() || !flags.text("kernel", "").isEmpty();
    if (said && !stage1.takesMachineFlags()) {
      throw new Stage1Exception(
          "flags --hypervisor and --kernel cannot be used with stage1 \"stage1-"
              + stage1.flavour()
              + "\"",
          "--stage1-name=rktj.io/stage1-kvm runs the pod in a virtual machine",
          null);
    }
  }

  /** Refuses sockets of systemd's for a pod that cannot have them. */
  static void requireSockets(Kernel kernel, Caller caller, Stage1 stage1, boolean apps) {
    if (!caller.isActivated(kernel.pid())) {
      return;
    }
    if (!stage1.takesSockets()) {
      throw new Stage1Exception(
          "stage1 \"stage1-" + stage1.flavour() + "\" does not support socket activation");
    }
    if (!apps) {
      throw new Stage1Exception("stage1 does not support socket activation of mutable pods");
    }
    PassedSockets.require(kernel, caller.environment());
  }
}
