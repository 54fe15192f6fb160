// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.stage1.plan.AppMount;
import io.rktj.stage1.plan.MountOp;
import io.rktj.stage1.plan.PodVolumes;
import io.rktj.stage2.MachinePlan;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class MachineTest {
  private final QemuCommand qemu =
      new QemuCommand(
          new GuestKernels.GuestKernel(Path.of("/cache/vmlinux"), Path.of("/cache/initrd"), "6.1"),
          new MachineSize(256, 0),
          List.of(Path.of("/cas/tree/a/image.erofs")),
          List.of("02:00:00:00:00:00"),
          false,
          new QemuCommand.KernelWords(0, ""));

  @Test
  void emulatedMachineHasOneProcessorAndIsSandboxed() {
    List<String> command = qemu.boot("tcg", 0, MachinePlan.Failure.NONE).command();

    assertThat(command)
        .startsWith(QemuCommand.PROGRAM)
        .contains("-sandbox", "tcg", "max,erms=off,fsrm=off", "256");
    assertThat(command.get(command.indexOf("-smp") + 1)).isEqualTo("1");
    assertThat(command.get(command.indexOf("-sandbox") + 1))
        .startsWith("on,")
        .contains("spawn=deny");
    assertThat(command).doesNotContain("-netdev user").contains("tap,id=net0,fd=8");
  }

  @Test
  void copyIsLikeItsTemplateButForItsDevicesAndItsStart() {
    List<String> template = qemu.template("tcg", 0, Path.of("/t")).command();
    MachinePlan.Mode copy = qemu.copy("tcg", Path.of("/t"), MachinePlan.Failure.NONE);

    for (String flag : List.of("-machine", "-cpu", "-smp", "-m", "-accel", "-global", "-bios")) {
      if (template.contains(flag)) {
        assertThat(copy.command().get(copy.command().indexOf(flag) + 1))
            .as(flag)
            .isEqualTo(template.get(template.indexOf(flag) + 1));
      }
    }
    assertThat(template.indexOf("virtio-serial-device"))
        .isEqualTo(copy.command().indexOf("virtio-serial-device"));
    assertThat(template.toString()).doesNotContain("virtio-blk", "virtio-net");
    assertThat(copy.command()).contains("-incoming").doesNotContain("-kernel", "-append");
    assertThat(copy.template())
        .isEqualTo(
            new MachinePlan.Template(MachinePlan.MemoryUse.PRIVATE, "/t/memory", "/t/state"));
  }

  @Test
  void tableOfPlacesIsWholeAndNamesThemFromTheLastOneDown() {
    byte[] table = DeviceSlots.table();

    int sum = 0;
    for (byte each : table) {
      sum += each;
    }
    assertThat(sum & 0xff).isZero();
    String text = new String(table, US_ASCII);
    assertThat(Bits.number(table, 4)).isEqualTo(table.length);
    assertThat(text).startsWith("SSDT");
    assertThat(text.indexOf("VR22")).isPositive().isLessThan(text.indexOf("VR00"));
    assertThat(text.split("LNRO0005", -1)).hasSize(24);
  }

  @Test
  void jailShowsFilesReadOnlyAndTheKvmDeviceOnlyWhereItIsUsed() {
    for (MountOp step : qemu.jail(false, List.of("/usr/bin/monitor"))) {
      if (step instanceof MountOp.Bind bind) {
        assertThat(bind.flags() & MountOp.READ_ONLY).as(bind.path()).isNotZero();
      }
    }
    assertThat(qemu.jail(false, List.of("/usr/bin/monitor")).toString()).doesNotContain("/dev/kvm");
    assertThat(qemu.jail(true, List.of()).toString()).contains("/dev/kvm");
  }

  @Test
  void volumesAreSharedOncePerWayTheyAreUsed() {
    AppMount written = new AppMount("v", "/data", "/a", false, true);
    AppMount again = new AppMount("v", "/data", "/b", false, true);
    AppMount read = new AppMount("v", "/data", "/c", true, true);
    PodVolumes volumes =
        new PodVolumes(
            List.of(List.of(written, read), List.of(again)), List.of(), List.of(), List.of());

    GuestVolumes shared = GuestVolumes.of(volumes);

    assertThat(shared.inGuest(volumes).mounts().toString())
        .contains("/volumes/0", "/volumes/1")
        .doesNotContain("/volumes/2", "/data");
    assertThat(shared.tree()).hasSize(3);
    assertThat(((MountOp.Bind) shared.tree().get(2)).flags() & MountOp.READ_ONLY).isNotZero();
    assertThat(((MountOp.Bind) shared.tree().get(1)).flags() & MountOp.NO_DEV).isNotZero();
  }

  @Test
  void initialRootHoldsInitAndDriversInOrder() {
    byte[] init = "init".getBytes(US_ASCII);
    byte[] image = Initramfs.of(init, List.of("first".getBytes(US_ASCII), new byte[] {'2'}));

    String text = new String(image, US_ASCII);
    assertThat(text).startsWith("070701").contains("dev/console", "TRAILER!!!");
    assertThat(text.indexOf("modules/00")).isPositive().isLessThan(text.indexOf("modules/01"));
    assertThat(image.length % 4).isZero();
    assertThat(Initramfs.of(init, List.of())).isEqualTo(Initramfs.of(init, List.of()));
  }
}
