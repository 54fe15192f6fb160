// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import io.rktj.linux.FileStatus;
import io.rktj.stage1.plan.MountOp;
import io.rktj.stage2.MachinePlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The machine monitor: its command line, and the root file system that is all it sees. The numbers
 * of descriptors are those of {@code machine.h}.
 */
final class QemuCommand {
  static final String PROGRAM = "/usr/bin/qemu-system-x86_64";

  /** Does nothing but start a kernel, a quarter of a second sooner than the usual firmware. */
  private static final String FIRMWARE = "/usr/share/qemu/qboot.rom";

  private static final int BOOT_MILLIS_KVM = 10_000;
  private static final int BOOT_MILLIS_TCG = 90_000;
  private static final int COPY_MILLIS = 20_000;
  private static final String MACHINE = "microvm,acpi=on,isa-serial=on,pit=on,pic=on,rtc=on";
  private static final int FIRST_TAP = 8;

  /**
   * A guest that is told of quick string instructions clears and copies memory byte by byte, and
   * the emulator takes as long for a byte as for eight of them.
   */
  private static final String EMULATED_PROCESSOR = "max,erms=off,fsrm=off";

  private static final String SLOW_STARTERS =
      "jent_mod_init,init_kprobe_trace,init_blk_tracer,load_system_certificate_list";

  private final GuestKernels.GuestKernel kernel;
  private final MachineSize size;
  private final List<Path> disks;
  private final List<String> cards;
  private final boolean shares;
  private final KernelWords kernelWords;

  /**
   * What its kernel is told beside the usual.
   *
   * @param kilohertz of the processor's own clock; 0 if it is not known
   * @param more words of the caller's
   */
  record KernelWords(long kilohertz, String more) {}

  /**
   * A machine.
   *
   * @param cards hardware addresses of its network cards
   */
  QemuCommand(
      GuestKernels.GuestKernel kernel,
      MachineSize size,
      List<Path> disks,
      List<String> cards,
      boolean shares,
      KernelWords kernelWords) {
    this.kernel = kernel;
    this.size = size;
    this.disks = disks;
    this.cards = cards;
    this.shares = shares;
    this.kernelWords = kernelWords;
  }

  /**
   * Its command line in a mode, from the start of its kernel on.
   *
   * @param bootSeconds until it must have come to life; 0 for as many as suit the mode
   */
  MachinePlan.Mode boot(String name, int bootSeconds, MachinePlan.Failure failure) {
    List<String> words = machine(name, shares ? ",memory-backend=memory" : "");
    kernel(name, words);
    if (shares) {
      words.addAll(
          List.of(
              "-object", "memory-backend-memfd,id=memory,size=" + size.mebibytes() + "M,share=on"));
    }
    devices(words);
    int usual = name.equals("kvm") ? BOOT_MILLIS_KVM : BOOT_MILLIS_TCG;
    return new MachinePlan.Mode(
        name,
        bootSeconds > 0 ? bootSeconds * 1000 : usual,
        words,
        MachinePlan.Template.NONE,
        failure);
  }

  /** As a copy of the template in {@code directory}: with its memory, and devices of its own. */
  MachinePlan.Mode copy(String name, Path directory, MachinePlan.Failure failure) {
    List<String> words = machine(name, ",memory-backend=memory");
    memory(shares, words);
    words.addAll(List.of("-incoming", "defer"));
    devices(words);
    MachinePlan.MemoryUse use =
        shares ? MachinePlan.MemoryUse.COPIED : MachinePlan.MemoryUse.PRIVATE;
    return new MachinePlan.Mode(name, COPY_MILLIS, words, template(use, directory), failure);
  }

  /**
   * As the template that is being made in {@code directory}: without any device of a pod's.
   *
   * @param bootSeconds as in {@link #boot}
   */
  MachinePlan.Mode template(String name, int bootSeconds, Path directory) {
    List<String> words = machine(name, ",memory-backend=memory");
    kernel(name, words);
    memory(true, words);
    return new MachinePlan.Mode(
        name,
        bootSeconds > 0 ? bootSeconds * 1000 : BOOT_MILLIS_TCG,
        words,
        template(MachinePlan.MemoryUse.MADE, directory),
        MachinePlan.Failure.NONE);
  }

  private static MachinePlan.Template template(MachinePlan.MemoryUse use, Path directory) {
    return new MachinePlan.Template(use, directory + "/memory", directory + "/state");
  }

  /** What all of them are: copies must be like their template in each of these words. */
  private List<String> machine(String name, String more) {
    boolean kvm = name.equals("kvm");
    int cpus = size.cpus() > 0 ? size.cpus() : kvm ? Runtime.getRuntime().availableProcessors() : 1;
    List<String> words = new ArrayList<>();
    words.addAll(List.of(PROGRAM, "-nodefaults", "-no-user-config", "-display", "none"));
    words.addAll(List.of("-no-reboot", "-machine", MACHINE + more, "-accel", name));
    if (Files.isReadable(Path.of(FIRMWARE))) {
      words.addAll(List.of("-bios", FIRMWARE));
    }
    words.addAll(
        List.of("-cpu", kvm ? "host" : EMULATED_PROCESSOR, "-smp", Integer.toString(cpus)));
    words.addAll(List.of("-m", Integer.toString(size.mebibytes())));
    words.addAll(List.of("-global", "virtio-mmio.force-legacy=false"));
    words.addAll(
        List.of(
            "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"));
    words.addAll(List.of("-chardev", "socket,id=console,fd=4", "-serial", "chardev:console"));
    words.addAll(List.of("-chardev", "socket,id=control,fd=3", "-device", "virtio-serial-device"));
    words.addAll(List.of("-device", "virtserialport,chardev=control,name=rkt.control"));
    return words;
  }

  private void kernel(String name, List<String> words) {
    words.addAll(List.of("-kernel", "/kernel", "-initrd", "/initrd"));
    words.addAll(List.of("-append", append(name.equals("kvm"))));
  }

  /**
   * A file that pod-init holds: it answers the monitor when that opens {@code /memory}. Where the
   * monitor takes orders is known to pod-init alone.
   */
  private void memory(boolean shared, List<String> words) {
    words.add("-object");
    words.add(
        "memory-backend-file,id=memory,mem-path=/memory,size="
            + size.mebibytes()
            + "M,share="
            + (shared ? "on" : "off"));
    words.addAll(
        List.of("-chardev", "socket,id=monitor,fd=6", "-mon", "chardev=monitor,mode=control"));
  }

  private void devices(List<String> words) {
    for (int i = 0; i < disks.size(); i++) {
      words.addAll(
          List.of(
              "-drive", "id=disk" + i + ",file=/disks/" + i + ",format=raw,if=none,readonly=on"));
      words.addAll(List.of("-device", "virtio-blk-device,drive=disk" + i + ",serial=" + serial(i)));
    }
    for (int i = 0; i < cards.size(); i++) {
      words.addAll(List.of("-netdev", "tap,id=net" + i + ",fd=" + (FIRST_TAP + i)));
      words.addAll(List.of("-device", "virtio-net-device,netdev=net" + i + ",mac=" + cards.get(i)));
    }
    if (shares) {
      words.addAll(
          List.of(
              "-chardev",
              "socket,id=shares,fd=5",
              "-device",
              "vhost-user-fs-device,chardev=shares,tag=shares"));
    }
  }

  /** The initial root that it boots with. */
  Path initrd() {
    return kernel.initrd();
  }

  /** The serial number of a disk, which the guest knows it by. */
  static String serial(int disk) {
    return "rkt" + disk;
  }

  /**
   * An emulated machine cannot measure its clock on a busy host, so it is told. Its kernel's code
   * is translated while it runs, so that patching it costs more than it saves.
   */
  private String append(boolean kvm) {
    StringBuilder text = new StringBuilder("console=ttyS0 quiet reboot=t panic=-1");
    text.append(" cryptomgr.notests no_timer_check initcall_blacklist=").append(SLOW_STARTERS);
    if (!kvm) {
      text.append(" noreplace-smp");
      if (kernelWords.kilohertz() > 0) {
        text.append(" tsc_early_khz=").append(kernelWords.kilohertz());
      }
    }
    return kernelWords.more().isEmpty()
        ? text.toString()
        : text.append(' ').append(kernelWords.more()).toString();
  }

  /**
   * What the monitor runs from, the machine's own files, a few devices; all read-only.
   *
   * @param files absolute paths of what it runs from
   */
  List<MountOp> jail(boolean kvm, List<String> files) {
    int readOnly = MountOp.READ_ONLY | MountOp.NO_SUID | MountOp.NO_DEV;
    List<MountOp> root = new ArrayList<>();
    root.add(new MountOp.FileSystem("tmpfs", "/", MountOp.NO_SUID, "mode=0755,size=1m"));
    for (String file : files) {
      root.add(new MountOp.Bind(file, file, readOnly));
    }
    root.add(new MountOp.Bind("/etc/ld.so.cache", "/etc/ld.so.cache", readOnly | MountOp.OPTIONAL));
    root.add(new MountOp.Directory("/dev", 0755));
    device(root, "/dev/null", 1, 3);
    device(root, "/dev/zero", 1, 5);
    device(root, "/dev/urandom", 1, 9);
    if (kvm) {
      device(root, "/dev/kvm", 10, 232);
    }
    root.add(new MountOp.Bind(kernel.kernel().toString(), "/kernel", readOnly));
    root.add(new MountOp.Bind(kernel.initrd().toString(), "/initrd", readOnly));
    for (int i = 0; i < disks.size(); i++) {
      root.add(new MountOp.Bind(disks.get(i).toString(), "/disks/" + i, readOnly));
    }
    return root;
  }

  private static void device(List<MountOp> root, String path, int major, int minor) {
    root.add(new MountOp.Device(path, FileStatus.S_IFCHR | 0666, (long) major << 8 | minor));
  }
}
