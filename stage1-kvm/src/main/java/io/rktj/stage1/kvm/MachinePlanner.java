// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.rktj.linux.AtomicFile;
import io.rktj.linux.DirectoryLock;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Kernel;
import io.rktj.linux.ProcessImage;
import io.rktj.pod.HostException;
import io.rktj.pod.PodLayout;
import io.rktj.stage1.Notices;
import io.rktj.stage1.PreparedApp;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.host.HostFactsReader;
import io.rktj.stage1.host.PodFiles;
import io.rktj.stage1.host.RunRecord;
import io.rktj.stage1.net.PodNetwork;
import io.rktj.stage1.plan.Bytes;
import io.rktj.stage1.plan.CgroupPlan;
import io.rktj.stage1.plan.NetworkPlan;
import io.rktj.stage1.plan.Planner;
import io.rktj.stage1.plan.PodPlan;
import io.rktj.stage1.plan.PodVolumes;
import io.rktj.stage1.plan.Surroundings;
import io.rktj.stage1.plan.VolumeResolver;
import io.rktj.stage2.AppPlan;
import io.rktj.stage2.CompiledDevicePolicy;
import io.rktj.stage2.MachinePlan;
import io.rktj.stage2.PodApps;
import io.rktj.stage2.PodInit;
import io.rktj.stage2.PodInitPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decides a machine for a pod: the pod's plan as the guest carries it out, with the same paths as
 * on the host, and the plan of what is around it.
 */
final class MachinePlanner {
  private static final String IMAGES = "/images/";

  private final Kernel kernel;
  private final Stage1Call call;
  private final PodLayout layout;
  private final Notices notices;

  private final MachineCache cache;
  private final MachineWords words;

  /** What the machine is, whatever pod it is for. */
  private record Machine(
      MachineModes modes, MachineSize size, String kernel, Optional<Path> template) {}

  MachinePlanner(Kernel kernel, Stage1Call call, Notices notices) {
    this.kernel = kernel;
    this.call = call;
    this.notices = notices;
    layout = call.layout();
    cache = new MachineCache(kernel, MachineCache.data(layout));
    words = new MachineWords(call.environment());
  }

  ProcessImage plan() {
    PodVolumes volumes = VolumeResolver.resolve(call);
    GuestView.requireNoDevices(kernel, volumes);
    Machine machine = machine(!shares(GuestVolumes.of(volumes)));
    List<AppPlan> compiled = PodApps.compile(kernel, call, notices);
    List<Path> disks = new ArrayList<>();
    for (PreparedApp app : call.apps()) {
      disks.add(new TreeImages(kernel, notices).of(app));
    }
    PodNetwork network = PodNetwork.attach(kernel, call, notices);
    try {
      List<AppPlan> apps = PodApps.withMetadata(compiled, network.metadataUrl(call));
      MachinePlan plan = plan(machine, volumes, apps, disks, network);
      if (call.isMutable()) {
        RunRecord.of(call, network.writesResolv(), network.metadataUrl(call), GuestView.FACTS)
            .write(kernel, layout);
      }
      return PodInit.run(kernel, call, "machine", plan.write());
    } catch (RuntimeException e) {
      network.rollBack(e);
      throw e;
    }
  }

  /** Apps that come later need the server of shares, even if there is nothing to share yet. */
  private boolean shares(GuestVolumes volumes) {
    return call.isMutable() || !volumes.isEmpty();
  }

  /**
   * As long as the pod's directory names its kernel, that stays in the cache. A machine that shares
   * its memory with the server of volumes boots.
   */
  private Machine machine(boolean alone) {
    MachineModes modes = new MachineModes(cache, words, notices);
    MachineSize size = call.isMutable() ? MachineSize.OF_MUTABLE : MachineSize.of(call.apps());
    DirectoryLock inUse = cache.use();
    try {
      String id = new GuestKernels(cache, notices).find(words.kernel());
      AtomicFile.write(
          kernel, kernelNote(layout.directory()).toString(), id.getBytes(US_ASCII), 0444);
      Optional<Path> template = alone ? modes.template(id, size) : Optional.empty();
      return new Machine(modes, size, id, template);
    } catch (ErrnoException e) {
      throw new HostException("stage1: cannot note the kernel of the machine", e);
    } finally {
      inUse.close();
    }
  }

  /** The file of a pod that names its kernel in the cache. */
  static Path kernelNote(Path pod) {
    return pod.resolve("kernel");
  }

  private MachinePlan plan(
      Machine machine,
      PodVolumes volumes,
      List<AppPlan> apps,
      List<Path> disks,
      PodNetwork network) {
    PodPlan outside =
        Planner.plan(
            call,
            new Surroundings(
                HostFactsReader.read(),
                volumes,
                List.of(),
                network.plan(),
                network.writesResolv(),
                new CompiledDevicePolicy()));
    new PodFiles(kernel, call)
        .make(outside, PodApps.environments(apps), volumes, KvmStage1.FLAVOUR);
    GuestVolumes shared = GuestVolumes.of(volumes);
    PodPlan inside =
        Planner.plan(
            GuestView.call(call, images(disks.size())),
            new Surroundings(
                GuestView.FACTS,
                shared.inGuest(volumes),
                List.of(),
                network.interfaces() > 0 ? new NetworkPlan.Host() : new NetworkPlan.LoopbackOnly(),
                network.writesResolv(),
                new CompiledDevicePolicy()));
    for (String warning : inside.warnings()) {
      notices.warn(warning);
    }
    List<String> interfaces = new ArrayList<>();
    List<String> cards = new ArrayList<>();
    for (int i = 0; i < network.interfaces(); i++) {
      interfaces.add("eth" + i);
      cards.add(hardwareAddress(i));
    }
    List<DriverSet.Group> drivers = new ArrayList<>(List.of(DriverSet.Group.BASE));
    if (!cards.isEmpty()) {
      drivers.add(DriverSet.Group.NET);
    }
    if (shares(shared)) {
      drivers.add(DriverSet.Group.SHARES);
    }
    QemuCommand qemu =
        new QemuCommand(
            new GuestKernels(cache, notices).with(machine.kernel(), drivers),
            machine.size(),
            disks,
            cards,
            shares(shared),
            new QemuCommand.KernelWords(new HostClock(cache).kilohertz(), words.parameters()));
    return new MachinePlan(
        Bytes.copyOf(PodInitPlan.write(inside.sandbox(), apps)),
        setup(disks.size(), shares(shared)),
        machineGroups(outside.sandbox().cgroups()),
        machine.size().mebibytes(),
        network.plan() instanceof NetworkPlan.Joined joined ? joined.path() : "",
        interfaces,
        cards,
        qemu.jail(machine.modes().usesDevice(), new MonitorFiles(cache).paths()),
        shared.tree(),
        shares(shared) ? server() : List.of(),
        layout.hypervisor().toString(),
        machine.modes().of(qemu, machine.template()));
  }

  /** Where the guest finds the trees of its apps. */
  private static List<String> images(int disks) {
    List<String> images = new ArrayList<>();
    for (int i = 0; i < disks; i++) {
      images.add(IMAGES + i);
    }
    return images;
  }

  private MachinePlan.GuestSetup setup(int disks, boolean shares) {
    List<MachinePlan.Directory> directories = new ArrayList<>();
    directories.add(new MachinePlan.Directory(layout.stage1Rootfs().toString(), 0755, 0, 0));
    directories.addAll(GuestView.directories(kernel, call));
    List<MachinePlan.TextFile> files = new ArrayList<>();
    List<MachinePlan.Disk> images = new ArrayList<>();
    for (String name : List.of("rkt-resolv.conf", "rkt-hosts", "hosts-fallback")) {
      copy(layout.stage1Rootfs().resolve("etc").resolve(name), files);
    }
    if (call.dns() == Stage1Call.DnsMode.HOST) {
      copy(Path.of("/etc/resolv.conf"), files);
    }
    if (call.hosts() == Stage1Call.HostsMode.HOST) {
      copy(Path.of("/etc/hosts"), files);
    }
    for (int i = 0; i < disks; i++) {
      images.add(new MachinePlan.Disk(QemuCommand.serial(i), IMAGES + i));
    }
    return new MachinePlan.GuestSetup(directories, files, images, shares ? GuestVolumes.PATH : "");
  }

  /** A small file of the host's, at the same place in the guest; nothing if there is none. */
  private static void copy(Path file, List<MachinePlan.TextFile> files) {
    if (!Files.isRegularFile(file)) {
      return;
    }
    try {
      files.add(
          new MachinePlan.TextFile(file.toString(), 0644, Bytes.copyOf(Files.readAllBytes(file))));
    } catch (IOException e) {
      throw new HostException("stage1: cannot read \"" + file + "\"", e);
    }
  }

  /** Memory is limited by the machine's size; the monitor's own needs come on top of the limits. */
  private static CgroupPlan machineGroups(CgroupPlan pod) {
    List<CgroupPlan.Directory> directories = new ArrayList<>();
    for (CgroupPlan.Directory directory : pod.directories()) {
      List<CgroupPlan.Setting> settings = new ArrayList<>();
      for (CgroupPlan.Setting setting : directory.settings()) {
        if (!setting.file().startsWith("memory.")) {
          settings.add(setting);
        }
      }
      directories.add(
          new CgroupPlan.Directory(directory.path(), settings, directory.deviceProgram()));
    }
    return new CgroupPlan(directories, pod.join());
  }

  /**
   * The server of shares: the newer program where there is one. No guest may make nodes of the
   * host's devices in a volume, for the host's users may find them there.
   */
  private List<String> server() {
    String root = layout.stage1Rootfs().toString();
    for (String program : List.of("/usr/libexec/virtiofsd")) {
      if (Files.isExecutable(Path.of(program))) {
        return List.of(program, "--fd=5", "--shared-dir=" + root, "--xattr", "--modcaps=-mknod");
      }
    }
    String program = "/usr/lib/qemu/virtiofsd";
    if (!Files.isExecutable(Path.of(program))) {
      throw new Stage1Exception(
          "stage1: cannot share volumes with a virtual machine: virtiofsd is not there",
          "apt-get install virtiofsd, or qemu-system-common before Debian 13",
          null);
    }
    String source = root.replace("\\", "\\\\").replace(",", "\\,"); // a comma ends an option
    String options = "source=" + source + ",cache=auto,xattr,modcaps=-mknod";
    return List.of(program, "--fd=5", "-o", options);
  }

  private String hardwareAddress(int card) {
    String digits = call.uuid().toString().replace("-", "");
    return "02:"
        + digits.substring(0, 2)
        + ":"
        + digits.substring(2, 4)
        + ":"
        + digits.substring(4, 6)
        + ":"
        + digits.substring(6, 8)
        + ":0"
        + card;
  }
}
