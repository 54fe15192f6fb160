// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.nspawn;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.linux.ProcessImage;
import io.rktj.linux.SmallFiles;
import io.rktj.pod.HostException;
import io.rktj.stage1.Notices;
import io.rktj.stage1.PreparedApp;
import io.rktj.stage1.Stage1;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.Stage1Pod;
import io.rktj.stage1.host.PodFiles;
import io.rktj.stage1.host.VolumeSources;
import io.rktj.stage1.plan.PodPlan;
import io.rktj.stage1.plan.PodVolumes;
import io.rktj.stage2.AppPlan;
import io.rktj.stage2.PodApps;
import io.rktj.stage2.PodInit;
import io.rktj.stage2.PodInitPlan;
import java.util.List;

/**
 * The flavour without name spaces: one app in a root of its own, with everything else the host's
 * ({@code spec/rkt-runtime.md} section 19). The app becomes the process that {@code rkt} was, so
 * nobody records its status or its output.
 *
 * <p>Differs from rkt: the mounts are made in a mount name space that ends with the app.
 */
public final class FlyStage1 implements Stage1 {
  private static final String FLAVOUR = "fly";
  private static final int INTERFACE_VERSION = 5;
  private static final int UMASK = 022;
  private static final int SIGKILL = 9;
  private static final int SIGTERM = 15;
  private static final int PLAN_MODE = 0600; // it holds the app's environment

  private final Kernel kernel;

  /** The flavour on this host. */
  public FlyStage1() {
    this(Kernel.host());
  }

  FlyStage1(Kernel kernel) {
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

  /** Needs nothing but the kernel. */
  @Override
  public void requireUsable() {}

  @Override
  public ProcessImage run(Stage1Call call, Notices notices) {
    if (call.apps().size() != 1) {
      throw new Stage1Exception("fly only supports 1 application per Pod for now");
    }
    int umask = kernel.umask(UMASK);
    try {
      PodVolumes volumes = FlyVolumes.resolve(call);
      VolumeSources.check(kernel, volumes);
      FlyVolumes.checkTargets(kernel, call, volumes.mounts().get(0));
      List<AppPlan> apps = PodApps.compileUnconfined(kernel, call);
      warn(call.apps().get(0), notices);
      PodPlan plan = FlyPlanner.plan(call, volumes);
      new PodFiles(kernel, call).make(plan, PodApps.environments(apps), volumes, FLAVOUR);
      byte[] bytes = PodInitPlan.write(plan.sandbox(), apps);
      keep(call, bytes);
      return PodInit.run(kernel, call, "fly", bytes);
    } finally {
      kernel.umask(umask);
    }
  }

  /** What an image asks for and cannot have here, as in rkt, but not in silence. */
  private static void warn(PreparedApp app, Notices notices) {
    String name = "app \"" + app.runtime().name() + "\"";
    if (!app.app().isolators().isEmpty()) {
      notices.warn("warning: the isolators of " + name + " have no effect without name spaces");
    }
    if (!app.app().eventHandlers().isEmpty()) {
      notices.warn("warning: the event handlers of " + name + " are not run without a supervisor");
    }
  }

  /** For those who enter later: whose identity and environment the app has. */
  private void keep(Stage1Call call, byte[] plan) {
    String file = call.layout().runtimeConfig().toString();
    try {
      SmallFiles.write(kernel, file, plan, PLAN_MODE);
    } catch (ErrnoException e) {
      throw new HostException("cannot write \"" + file + "\"", e);
    }
  }

  @Override
  public ProcessImage enter(Stage1Pod pod, String app, List<String> command) {
    String file = pod.layout().runtimeConfig().toString();
    try {
      Fd process = new FlyProcess(kernel, pod).open();
      Fd plan = kernel.open(file, Open.O_RDONLY | Open.O_NOFOLLOW, 0);
      return PodInit.enterUnconfined(pod, plan.number(), process.number(), command);
    } catch (ErrnoException e) {
      throw new HostException("cannot enter app \"" + app + "\"", e);
    }
  }

  @Override
  public void stop(Stage1Pod pod, boolean force) {
    new FlyProcess(kernel, pod).signal(force ? SIGKILL : SIGTERM);
  }

  /** There is nothing outside the pod's directory. */
  @Override
  public void gc(Stage1Pod pod, Notices notices) {}
}
