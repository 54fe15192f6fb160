// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The first root file system of a machine, in the one format that kernels read ("newc", cpio(5)):
 * pod-init as {@code /init}, the drivers as {@code /modules/00} and so on. The same content gives
 * the same bytes.
 */
final class Initramfs {
  private static final int DIRECTORY = 0040755;
  private static final int PROGRAM = 0100755;
  private static final int FILE = 0100644;
  private static final int CONSOLE = 0020600;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(4 << 20);
  private int inode = 1;

  private Initramfs() {}

  static byte[] of(byte[] init, List<byte[]> drivers) {
    return new Initramfs().with(init, drivers);
  }

  /** The same for a template, with the table of {@link DeviceSlots}. */
  static byte[] ofTemplate(byte[] init, List<byte[]> drivers) {
    Initramfs image = new Initramfs();
    image.entry(DeviceSlots.FILE, FILE, DeviceSlots.table(), 0, 0);
    return image.with(init, drivers);
  }

  private byte[] with(byte[] init, List<byte[]> drivers) {
    entry("dev", DIRECTORY, new byte[0], 0, 0);
    entry("dev/console", CONSOLE, new byte[0], 5, 1);
    entry("modules", DIRECTORY, new byte[0], 0, 0);
    for (int i = 0; i < drivers.size(); i++) {
      entry("modules/" + (i < 10 ? "0" : "") + i, FILE, drivers.get(i), 0, 0);
    }
    entry("init", PROGRAM, init, 0, 0);
    entry("TRAILER!!!", 0, new byte[0], 0, 0);
    return out.toByteArray();
  }

  private void entry(String name, int mode, byte[] content, int major, int minor) {
    byte[] name8 = name.getBytes(StandardCharsets.US_ASCII);
    StringBuilder header = new StringBuilder("070701");
    int[] fields = {
      inode++, mode, 0, 0, 1, 0, content.length, 0, 0, major, minor, name8.length + 1, 0
    };
    for (int field : fields) {
      String digits = Integer.toHexString(field);
      header.append("00000000", 0, 8 - digits.length()).append(digits);
    }
    out.writeBytes(header.toString().getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(name8);
    out.write(0);
    pad();
    out.writeBytes(content);
    pad();
  }

  private void pad() {
    while (out.size() % 4 != 0) {
      out.write(0);
    }
  }
}
