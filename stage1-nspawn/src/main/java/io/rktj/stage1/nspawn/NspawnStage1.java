// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.nspawn;

import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.linux.ProcessImage;
import io.rktj.pod.HostException;
import io.rktj.spec.AcName;
import io.rktj.spec.manifest.PodManifest;
import io.rktj.stage1.Endpoint;
import io.rktj.stage1.Notices;
import io.rktj.stage1.PreparedApp;
import io.rktj.stage1.Stage1;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Pod;
import io.rktj.stage1.StandardStreams;
import io.rktj.stage1.host.ControlGroupRemover;
import io.rktj.stage1.host.HostFactsReader;
import io.rktj.stage1.host.PodFiles;
import io.rktj.stage1.host.PodProcess;
import io.rktj.stage1.host.RunRecord;
import io.rktj.stage1.host.VolumeSources;
import io.rktj.stage1.net.PodNetwork;
import io.rktj.stage1.plan.HostFacts;
import io.rktj.stage1.plan.Planner;
import io.rktj.stage1.plan.PodPlan;
import io.rktj.stage1.plan.PodVolumes;
import io.rktj.stage1.plan.Surroundings;
import io.rktj.stage1.plan.VolumeResolver;
import io.rktj.stage2.AppPlan;
import io.rktj.stage2.CompiledDevicePolicy;
import io.rktj.stage2.PodApps;
import io.rktj.stage2.PodInit;
import io.rktj.stage2.PodInitPlan;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

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

  /** What this flavour needs of the host is looked for where it is used. */
  @Override
  public void requireUsable() {}

  @Override
  public ProcessImage run(Stage1Call call, Notices notices) {
    int umask = kernel.umask(UMASK);
    try {
      PodVolumes volumes = VolumeResolver.resolve(call);
      List<Surroundings.SourceDevice> devices = VolumeSources.check(kernel, volumes);
      List<AppPlan> compiled = PodApps.compile(kernel, call, notices);
      HostFacts host = HostFactsReader.read();
      PodNetwork network = PodNetwork.attach(kernel, call, notices);
      try {
        String metadataUrl = network.metadataUrl(call);
        List<AppPlan> apps = PodApps.withMetadata(compiled, metadataUrl);
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
        new PodFiles(kernel, call).make(plan, PodApps.environments(apps), volumes, FLAVOUR);
        vacate(host, plan);
        if (call.isMutable()) {
          RunRecord.of(call, network.writesResolv(), metadataUrl, host)
              .write(kernel, call.layout());
        }
        return PodInit.run(kernel, call, "run", PodInitPlan.write(plan.sandbox(), apps));
      } catch (RuntimeException e) {
        network.rollBack(e);
        throw e;
      }
    } finally {
      kernel.umask(umask);
    }
  }

  @Override
  public boolean takesSockets() {
    return true;
  }

  @Override
  public boolean takesPrivateUsers() {
    return true;
  }

  @Override
  public boolean takesApps() {
    return true;
  }

  @Override
  public void addApp(
      Stage1Pod pod, PodManifest manifest, PreparedApp app, boolean overlay, Notices notices) {
    new PodChanges(kernel, pod).add(manifest, app, overlay, notices);
  }

  @Override
  public void startApp(Stage1Pod pod, AcName app) {
    new PodChanges(kernel, pod).start(app);
  }

  @Override
  public void stopApp(Stage1Pod pod, AcName app) {
    new PodChanges(kernel, pod).stop(app);
  }

  @Override
  public void removeApp(Stage1Pod pod, AcName app, Notices notices) {
    new PodChanges(kernel, pod).remove(app, notices);
  }

  @Override
  public ProcessImage enter(Stage1Pod pod, String app, List<String> command) {
    return PodInit.enter(pod, app, command);
  }

  @Override
  public ProcessImage attach(
      Stage1Pod pod, AcName app, Set<Endpoint> endpoints, StandardStreams streams) {
    return PodInit.attach(pod, app, endpoints, streams);
  }

  @Override
  public void stop(Stage1Pod pod, boolean force) {
    new PodProcess(kernel, pod).stop(force);
  }

  @Override
  public void gc(Stage1Pod pod, Notices notices) {
    new ControlGroupRemover(kernel, notices).remove(pod);
    PodNetwork.detach(kernel, pod, notices);
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

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
