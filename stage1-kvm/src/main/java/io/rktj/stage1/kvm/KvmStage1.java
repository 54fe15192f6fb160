// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import io.rktj.linux.DirectoryLock;
import io.rktj.linux.Kernel;
import io.rktj.linux.ProcessImage;
import io.rktj.pod.HostException;
import io.rktj.spec.AcName;
import io.rktj.spec.manifest.PodManifest;
import io.rktj.spec.manifest.Volume;
import io.rktj.stage1.Endpoint;
import io.rktj.stage1.Notices;
import io.rktj.stage1.PreparedApp;
import io.rktj.stage1.Stage1;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.Stage1Pod;
import io.rktj.stage1.StandardStreams;
import io.rktj.stage1.host.ControlGroupRemover;
import io.rktj.stage1.host.PodProcess;
import io.rktj.stage1.host.VolumeSources;
import io.rktj.stage1.net.PodNetwork;
import io.rktj.stage2.PodInit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The flavour of virtual machines: a pod runs in one with a kernel of its own, by the same plan as
 * in name spaces. Plans in Java, then becomes pod-init, which looks after the machine.
 */
public final class KvmStage1 implements Stage1 {
  static final String FLAVOUR = "kvm";

  private static final int INTERFACE_VERSION = 6;
  private static final int UMASK = 022;

  private final Kernel kernel;

  /** The flavour on this host. */
  public KvmStage1() {
    this(Kernel.host());
  }

  KvmStage1(Kernel kernel) {
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
  public void requireUsable() {
    for (String program : List.of(QemuCommand.PROGRAM, TreeImages.MAKER)) {
      if (!Files.isExecutable(Path.of(program))) {
        throw new Stage1Exception(
            "stage1: cannot run a virtual machine: \"" + program + "\" is not there",
            "apt-get install qemu-system-x86 erofs-utils",
            null);
      }
    }
  }

  /** The words are rkt's ({@code spec/rkt-runtime.md} section 18). */
  @Override
  public void requirePossible(List<String> networks, String ipc) {
    if (networks.contains("host")) {
      throw new Stage1Exception(
          "stage1: flavor kvm requires private network configuration (try --net)");
    }
    if (ipc.equals(Stage1Call.PARENT_IPC)) {
      throw new Stage1Exception(
          "stage1: flavor kvm requires private IPC namespace (try to remove --ipc)");
    }
  }

  @Override
  public boolean takesMachineFlags() {
    return true;
  }

  @Override
  public void requireVolumes(List<Volume> volumes) {
    for (Volume volume : volumes) {
      Optional<String> source = volume.source();
      if (source.isPresent() && VolumeSources.isDevice(kernel, source.get())) {
        throw GuestView.deviceRefused(source.get());
      }
    }
  }

  @Override
  public boolean isReady(Path data, List<String> environment) {
    MachineWords words = new MachineWords(environment);
    MachineCache cache = new MachineCache(kernel, data);
    new MachineModes(cache, words, Notices.NONE); // refuses words that are none
    return new GuestKernels(cache, Notices.NONE).isReady(words.kernel());
  }

  @Override
  public void makeReady(Path data, List<String> environment, Notices notices) {
    MachineCache cache = new MachineCache(kernel, data);
    DirectoryLock inUse = cache.use();
    try {
      new GuestKernels(cache, notices).find(new MachineWords(environment).kernel());
    } finally {
      inUse.close();
    }
  }

  @Override
  public ProcessImage run(Stage1Call call, Notices notices) {
    int umask = kernel.umask(UMASK);
    try {
      return new MachinePlanner(kernel, call, notices).plan();
    } finally {
      kernel.umask(umask);
    }
  }

  @Override
  public ProcessImage enter(Stage1Pod pod, String app, List<String> command) {
    return PodInit.enter(pod, app, command);
  }

  @Override
  public boolean takesApps() {
    return true;
  }

  @Override
  public void addApp(
      Stage1Pod pod, PodManifest manifest, PreparedApp app, boolean overlay, Notices notices) {
    new MachineApps(kernel, pod).add(manifest, app, overlay, notices);
  }

  @Override
  public void startApp(Stage1Pod pod, AcName app) {
    new MachineApps(kernel, pod).start(app);
  }

  @Override
  public void stopApp(Stage1Pod pod, AcName app) {
    new MachineApps(kernel, pod).stop(app);
  }

  @Override
  public void removeApp(Stage1Pod pod, AcName app, Notices notices) {
    new MachineApps(kernel, pod).remove(app);
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
    Path data = MachineCache.data(pod.layout());
    MachineCache cache = new MachineCache(kernel, data);
    Optional<DirectoryLock> alone = cache.alone();
    if (alone.isPresent()) {
      try {
        new GuestKernels(cache, notices).removeAllBut(kernelsOfPods(data.resolve("pods/run")));
      } finally {
        alone.get().close();
      }
    }
  }

  /** The kernels that pods name which run or have run, but are not garbage. */
  private static Set<String> kernelsOfPods(Path run) {
    Set<String> kernels = new HashSet<>();
    String[] pods = run.toFile().list();
    for (String pod : pods == null ? new String[0] : pods) {
      Path note = MachinePlanner.kernelNote(run.resolve(pod));
      try {
        if (Files.exists(note)) {
          kernels.add(Files.readString(note));
        }
      } catch (IOException e) {
        throw new HostException("stage1: cannot read \"" + note + "\"", e);
      }
    }
    return kernels;
  }
}
