// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The drivers that a guest needs before its first process can work, out of the thousands that come
 * with a kernel, in groups: each costs an emulated machine tens of milliseconds. In a group, each
 * driver is behind those it depends on, by what the drivers' own {@code .modinfo} says. One that is
 * not there is taken for built in.
 */
final class DriverSet {
  /** What drivers are for; a group may depend on those before it, and on nothing else. */
  enum Group {
    /** Every machine. */
    BASE('0', "virtio_mmio virtio_blk virtio_console erofs overlay"),
    /** A machine with a network card. */
    NET('1', "virtio_net"),
    /** A machine with host volumes. */
    SHARES('2', "virtiofs");

    private final char digit;
    private final String wanted;

    Group(char digit, String wanted) {
      this.digit = digit;
      this.wanted = wanted;
    }

    /** What names of its drivers begin with; groups are loaded in that order. */
    char digit() {
      return digit;
    }

    /** The name of its driver number {@code index}; names sort in the order of loading. */
    String file(int index) {
      return digit + (index < 10 ? "0" : "") + index;
    }
  }

  private static final byte[] SIGNED =
      "~Module signature appended~\n".getBytes(StandardCharsets.US_ASCII);
  private static final int TRAILER = 12;

  private final Map<String, Path> files = new HashMap<>();
  private final Set<String> known = new HashSet<>();

  private DriverSet() {}

  /** The content of each driver file to load below {@code modules}, in order, by group. */
  static Map<Group, List<byte[]>> from(Path modules) throws IOException {
    DriverSet set = new DriverSet();
    List<Path> found;
    try (Stream<Path> below = Files.walk(modules)) {
      found = below.filter(path -> path.toString().endsWith(".ko")).toList();
    }
    for (Path file : found) {
      String name = String.valueOf(file.getFileName());
      set.files.put(name.substring(0, name.length() - 3).replace('-', '_'), file);
    }
    Map<Group, List<byte[]>> drivers = new EnumMap<>(Group.class);
    for (Group group : Group.values()) {
      List<byte[]> ordered = new ArrayList<>();
      for (String name : group.wanted.split(" ", -1)) {
        set.add(name, ordered);
      }
      drivers.put(group, ordered);
    }
    return drivers;
  }

  private void add(String name, List<byte[]> ordered) throws IOException {
    Path file = files.get(name);
    if (file == null || !known.add(name)) {
      return;
    }
    byte[] content = Files.readAllBytes(file);
    for (String needed : needs(content)) {
      add(needed, ordered);
    }
    ordered.add(unsigned(content));
  }

  /**
   * A driver without the signature behind it. The guest's kernel would take longer for the hash
   * than for the rest of loading, and believes the host, which has the driver from a package whose
   * own signature was verified. The trailer is that of the kernel's {@code module_signature.h}:
   * seven bytes and the signature's length, then the words that end the file.
   */
  private static byte[] unsigned(byte[] driver) {
    int words = driver.length - SIGNED.length;
    int length = words - Integer.BYTES;
    if (length < 0 || !Arrays.equals(driver, words, driver.length, SIGNED, 0, SIGNED.length)) {
      return driver;
    }
    int signature = ByteBuffer.wrap(driver, length, Integer.BYTES).getInt();
    boolean fits = signature >= 0 && signature <= words - TRAILER;
    return fits ? Arrays.copyOf(driver, words - TRAILER - signature) : driver;
  }

  /** What it depends on, and what it wants loaded before. */
  private static List<String> needs(byte[] driver) {
    String text = new String(driver, StandardCharsets.ISO_8859_1);
    List<String> names = new ArrayList<>();
    addAfter(text, "\0softdep=pre:", ' ', names);
    addAfter(text, "\0depends=", ',', names);
    return names;
  }

  private static void addAfter(String text, String key, char separator, List<String> names) {
    int start = text.indexOf(key);
    if (start < 0) {
      return;
    }
    String value = text.substring(start + key.length(), text.indexOf('\0', start + 1));
    for (String name : value.split(String.valueOf(separator), -1)) {
      if (!name.isEmpty()) {
        names.add(name.replace('-', '_'));
      }
    }
  }
}
