// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The drivers a machine needs of a kernel's, each behind those it depends on, by what the drivers'
 * own {@code .modinfo} says. One that is not there is taken for built in.
 */
final class DriverSet {
  private static final List<String> WANTED =
      List.of(
          "virtio_mmio",
          "virtio_blk",
          "virtio_console",
          "erofs",
          "overlay",
          "virtiofs",
          "virtio_net");

  private final Map<String, Path> files = new HashMap<>();
  private final Map<String, byte[]> ordered = new LinkedHashMap<>();

  private DriverSet() {}

  /** The content of each driver file to load, in order, from below {@code modules}. */
  static List<byte[]> from(Path modules) throws IOException {
    DriverSet set = new DriverSet();
    List<Path> found;
    try (Stream<Path> below = Files.walk(modules)) {
      found = below.filter(path -> path.toString().endsWith(".ko")).toList();
    }
    for (Path file : found) {
      String name = String.valueOf(file.getFileName());
      set.files.put(name.substring(0, name.length() - 3).replace('-', '_'), file);
    }
    for (String name : WANTED) {
      set.add(name);
    }
    return new ArrayList<>(set.ordered.values());
  }

  private void add(String name) throws IOException {
    Path file = files.get(name);
    if (file == null || ordered.containsKey(name)) {
      return;
    }
    byte[] content = Files.readAllBytes(file);
    for (String needed : needs(content)) {
      add(needed);
    }
    ordered.put(name, content);
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
