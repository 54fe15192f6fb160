// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An ACPI table (ACPI specification 6.5, chapters 5, 19 and 20) that names the places for devices
 * which are empty in a template. The monitor names those only that have a device when the machine
 * boots, but the devices of a copy come later. Places are as QEMU's machine {@code microvm} has
 * them: it fills them from the last one down, and the last one is the control port's.
 */
final class DeviceSlots {
  /** The kernel takes tables with this name out of the beginning of its initial root. */
  static final String FILE = "kernel/firmware/acpi/slots.aml";

  private static final int EMPTY = 23;
  private static final int ADDRESS = 0xfeb00000;
  private static final int SIZE = 0x200;
  private static final int INTERRUPT = 24;

  private DeviceSlots() {}

  /** The table; devices are named in the order in which places are filled. */
  static byte[] table() {
    ByteArrayOutputStream scope = new ByteArrayOutputStream();
    scope.writeBytes(text("\\_SB_"));
    for (int slot = EMPTY - 1; slot >= 0; slot--) {
      scope.writeBytes(device(slot));
    }
    byte[] body = packed(new byte[] {0x10}, scope.toByteArray());
    ByteBuffer table = ByteBuffer.allocate(36 + body.length).order(ByteOrder.LITTLE_ENDIAN);
    table.put(text("SSDT")).putInt(table.capacity()).put((byte) 2).put((byte) 0);
    table.put(text("RKTJ  RKTJSLOT")).putInt(1).put(text("RKTJ")).putInt(1).put(body);
    int sum = 0;
    for (byte each : table.array()) {
      sum += each;
    }
    return table.put(9, (byte) -sum).array();
  }

  private static byte[] device(int slot) {
    ByteBuffer resources = ByteBuffer.allocate(23).order(ByteOrder.LITTLE_ENDIAN);
    resources.put(new byte[] {(byte) 0x86, 9, 0, 1}).putInt(ADDRESS + slot * SIZE).putInt(SIZE);
    resources.put(new byte[] {(byte) 0x89, 6, 0, 1, 1}).putInt(INTERRUPT + slot);
    resources.put(new byte[] {0x79, 0});
    ByteArrayOutputStream device = new ByteArrayOutputStream();
    device.writeBytes(text("VR" + slot / 10 + slot % 10));
    device.writeBytes(text("\b_HID\rLNRO0005\0\b_UID\n"));
    device.write(slot);
    device.writeBytes(text("\b_CCA\u0001\b_CRS"));
    ByteArrayOutputStream buffer = new ByteArrayOutputStream();
    buffer.writeBytes(new byte[] {0x0a, (byte) resources.capacity()});
    buffer.writeBytes(resources.array());
    device.writeBytes(packed(new byte[] {0x11}, buffer.toByteArray()));
    return packed(new byte[] {0x5b, (byte) 0x82}, device.toByteArray());
  }

  /** An operator, the length of what follows (which counts itself), and that. */
  private static byte[] packed(byte[] operator, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(operator);
    if (content.length + 1 < 0x40) {
      out.write(content.length + 1);
    } else {
      int length = content.length + 2; // below 4096: there are few devices
      out.write(0x40 | (length & 0x0f));
      out.write(length >> 4);
    }
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static byte[] text(String text) {
    return text.getBytes(US_ASCII);
  }
}
