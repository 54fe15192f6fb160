// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import io.rktj.stage1.Notices;
import io.rktj.stage2.MachinePlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The ways to run a machine, in the order in which they are tried: with the processor's help, then
 * emulated; and where machines are emulated, as a copy of one that has booted already, before one
 * boots for the pod alone.
 */
final class MachineModes {
  private final MachineCache cache;
  private final MachineWords words;
  private final Notices notices;
  private final List<String> names;
  private final boolean templates;
  private final int bootSeconds;

  /** The modes that are possible here; says so if the boundary is weaker. Refuses wrong words. */
  MachineModes(MachineCache cache, MachineWords words, Notices notices) {
    this.cache = cache;
    this.words = words;
    this.notices = notices;
    templates = words.templates();
    bootSeconds = words.bootSeconds();
    names = new Acceleration(cache, notices).modes(words.hypervisor());
  }

  boolean usesDevice() {
    return names.contains("kvm");
  }

  /**
   * The template that the machine will be a copy of, made if there is none; nothing where machines
   * boot: by configuration, or where templates have not been measured.
   */
  Optional<Path> template(String kernel, MachineSize size) {
    if (!templates || !names.equals(List.of("tcg")) || !size.isCommon()) {
      return Optional.empty();
    }
    GuestKernels.GuestKernel guest = new GuestKernels(cache, notices).forTemplate(kernel);
    QemuCommand bare =
        new QemuCommand(
            guest,
            size,
            List.of(),
            List.of(),
            false,
            new QemuCommand.KernelWords(new HostClock(cache).kilohertz(), words.parameters()));
    return new Templates(cache, notices, bootSeconds).of(bare, "tcg", kernel);
  }

  /** All ways to run the machine of {@code qemu}. */
  List<MachinePlan.Mode> of(QemuCommand qemu, Optional<Path> template) {
    List<MachinePlan.Mode> modes = new ArrayList<>();
    if (template.isPresent()) {
      modes.add(qemu.copy("tcg", template.get(), Templates.failure(template.get())));
    }
    for (String name : names) {
      modes.add(qemu.boot(name, bootSeconds, failure(name)));
    }
    return modes;
  }

  private MachinePlan.Failure failure(String name) {
    return name.equals("kvm")
        ? new Acceleration(cache, notices).ofMachine()
        : MachinePlan.Failure.NONE;
  }
}
