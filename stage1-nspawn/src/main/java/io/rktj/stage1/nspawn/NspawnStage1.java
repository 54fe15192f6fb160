// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.nspawn;

import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.linux.ProcessImage;
import io.rktj.pod.HostException;
import io.rktj.spec.manifest.Annotation;
import io.rktj.stage1.Notices;
import io.rktj.stage1.PreparedApp;
import io.rktj.stage1.Stage1;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.Stage1Pod;
import io.rktj.stage1.net.PodNetwork;
import io.rktj.stage1.plan.HostFacts;
import io.rktj.stage1.plan.Planner;
import io.rktj.stage1.plan.PodPlan;
import io.rktj.stage1.plan.PodVolumes;
import io.rktj.stage1.plan.Surroundings;
import io.rktj.stage1.plan.VolumeResolver;
import io.rktj.stage2.AppCompiler;
import io.rktj.stage2.AppFacts;
import io.rktj.stage2.AppPlan;
import io.rktj.stage2.PodInitPlan;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The flavour of name spaces: a pod is a set of them, with pod-init as its first process. Plans in
 * Java, then becomes pod-init, which carries the plan out and looks after the pod.
 */
public final class NspawnStage1 implements Stage1 {
  private static final String FLAVOUR = "nspawn";
  private static final int INTERFACE_VERSION = 6;
  private static final int UMASK = 022;

  private final Kernel kernel;

  /** The flavour on this host. */
  public NspawnStage1() {
    this(Kernel.host());
  }

  NspawnStage1(Kernel kernel) {
    this.kernel = kernel;
  }

  @Override
  public String flavour() {
    return FLAVOUR;
  }

  @Override
  public int interfaceVersion() {
    return INTERFACE_VERSION;
  }

  @Override
  public ProcessImage run(Stage1Call call, Notices notices) {
    int umask = kernel.umask(UMASK);
    try {
      PodVolumes volumes = VolumeResolver.resolve(call);
      List<Surroundings.SourceDevice> devices = VolumeSources.check(kernel, volumes);
      List<AppPlan> apps = compile(call, notices);
      HostFacts host = HostFactsReader.read();
      PodNetwork network = PodNetwork.attach(kernel, call, notices);
      try {
        PodPlan plan =
            Planner.plan(
                call,
                new Surroundings(
                    host,
                    volumes,
                    devices,
                    network.plan(),
                    network.writesResolv(),
                    new CompiledDevicePolicy()));
        for (String warning : plan.warnings()) {
          notices.warn(warning);
        }
        new PodFiles(kernel, call).make(plan, apps, volumes, FLAVOUR);
        vacate(host, plan);
        return podInit(call, PodInitPlan.write(plan.sandbox(), apps));
      } catch (RuntimeException e) {
        network.rollBack(e);
        throw e;
      }
    } finally {
      kernel.umask(umask);
    }
  }

  @Override
  public ProcessImage enter(Stage1Pod pod, String app, List<String> command) {
    List<byte[]> argv = new ArrayList<>();
    argv.add(bytes("pod-init"));
    argv.add(bytes("enter"));
    argv.add(bytes(pod.layout().directory().toString()));
    argv.add(bytes(app));
    argv.add(bytes("--"));
    for (String word : command) {
      argv.add(bytes(word));
    }
    List<byte[]> environment = new ArrayList<>();
    String terminal = variable(pod.environment(), "TERM=");
    environment.add(bytes(terminal.isEmpty() ? "TERM=vt100" : terminal));
    return new ProcessImage(
        podInitPath(), argv, environment, pod.layout().directory().toString(), List.of());
  }

  @Override
  public void stop(Stage1Pod pod, boolean force) {
    PodProcess process = new PodProcess(kernel, pod);
    if (force) {
      process.kill();
    } else {
      process.terminate();
    }
  }

  @Override
  public void gc(Stage1Pod pod, Notices notices) {
    new ControlGroupRemover(kernel, notices).remove(pod);
    PodNetwork.detach(kernel, pod, notices);
  }

  private List<AppPlan> compile(Stage1Call call, Notices notices) {
    AppCompiler compiler = new AppCompiler(kernel);
    List<AppPlan> apps = new ArrayList<>();
    for (PreparedApp app : call.apps()) {
      apps.add(compiler.compile(app, facts(call, app)));
    }
    for (String warning : compiler.warnings()) {
      notices.warn(warning);
    }
    return apps;
  }

  private static AppFacts facts(Stage1Call call, PreparedApp app) {
    String terminal = call.interactive() ? variable(call.environment(), "TERM=") : "";
    return new AppFacts(
        call.restrictCapabilities(),
        call.filterSystemCalls(),
        "",
        terminal.isEmpty() ? "" : terminal.substring("TERM=".length()),
        isTrue(annotation(app, "appc.io/executor/supports-systemd-notify")),
        !annotation(app, "appc.io/docker/repository").isEmpty());
  }

  private static String annotation(PreparedApp app, String name) {
    for (Annotation annotation : app.imageAnnotations()) {
      if (annotation.name().value().equals(name)) {
        return annotation.value();
      }
    }
    return "";
  }

  /** The spellings that rkt takes for true. */
  private static boolean isTrue(String text) {
    return text.equals("1")
        || text.equals("t")
        || text.equals("T")
        || text.equals("true")
        || text.equals("TRUE")
        || text.equals("True");
  }

  /**
   * A version 2 group that has processes cannot give controllers to its children. Where we are the
   * only one in it, we move to a leaf of the pod's; pod-init, which we are about to become, stays
   * there.
   */
  private void vacate(HostFacts host, PodPlan plan) {
    if (host.unified().isEmpty() || !host.unified().get().vacate()) {
      return;
    }
    String scope = host.unified().get().mountPoint() + "/" + plan.subcgroup();
    try {
      make(scope);
      make(scope + "/supervisor");
      byte[] pid = bytes(Integer.toString(kernel.pid()));
      try (Fd members = kernel.open(scope + "/supervisor/cgroup.procs", Open.O_WRONLY, 0)) {
        kernel.writeFully(members.number(), pid, 0, pid.length);
      }
    } catch (ErrnoException e) {
      throw new HostException("stage1: cannot enter control group \"" + scope + "\"", e);
    }
  }

  private void make(String group) throws ErrnoException {
    try {
      kernel.mkdirAt(Fd.AT_FDCWD, Kernel.path(group), 0755);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
    }
  }

  /** The plan travels in memory; the descriptor is never closed here, for exec hands it on. */
  private ProcessImage podInit(Stage1Call call, byte[] plan) {
    int memory;
    try {
      Fd file = kernel.memoryFile("pod-plan");
      memory = file.number();
      kernel.writeFully(memory, plan, 0, plan.length);
      kernel.seek(memory, 0);
    } catch (ErrnoException e) {
      throw new HostException(
          "stage1: cannot hand over the plan of pod \"" + call.uuid() + "\"", e);
    }
    List<byte[]> environment = new ArrayList<>();
    for (String name : List.of("NOTIFY_SOCKET=", "TERM=")) {
      String variable = variable(call.environment(), name);
      if (!variable.isEmpty()) {
        environment.add(bytes(variable));
      }
    }
    return new ProcessImage(
        podInitPath(),
        List.of(
            bytes("pod-init"),
            bytes("run"),
            bytes(Integer.toString(memory)),
            bytes(Integer.toString(call.lockFd()))),
        environment,
        call.layout().directory().toString(),
        List.of(memory, call.lockFd()));
  }

  private static String podInitPath() {
    String home = System.getProperty("rkt.home");
    if (home == null) {
      throw new Stage1Exception("stage1: cannot find pod-init: the property rkt.home is not set");
    }
    return home + "/lib/native/pod-init";
  }

  private static String variable(List<String> environment, String start) {
    for (String entry : environment) {
      if (entry.startsWith(start)) {
        return entry;
      }
    }
    return "";
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
