// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The files that the machine monitor runs from: itself, what the dynamic loader says it needs, the
 * emulator that it loads later, firmware. Asked once and remembered for as long as the monitor is
 * the same file; everything else of the host's stays out of its jail.
 */
final class MonitorFiles {
  private static final String LOADER = "/lib64/ld-linux-x86-64.so.2";
  private static final String EMULATOR =
      "/usr/lib/x86_64-linux-gnu/qemu/accel-tcg-x86_64.so"; // built in where it is not there
  private static final List<String> FIRMWARE = List.of("/usr/share/qemu", "/usr/share/seabios");
  private static final String FILE = "monitor";

  private final MachineCache cache;

  MonitorFiles(MachineCache cache) {
    this.cache = cache;
  }

  /** Absolute paths of files and directories, each there. */
  List<String> paths() {
    String key = key();
    Optional<String> known = cache.text(FILE);
    if (known.isPresent() && known.get().startsWith(key + "\n")) {
      List<String> paths = List.of(known.get().substring(key.length() + 1).split("\n", -1));
      if (areThere(paths)) {
        return paths;
      }
    }
    List<String> paths = ask();
    cache.directory("");
    cache.write(FILE, key + "\n" + String.join("\n", paths));
    return paths;
  }

  private static boolean areThere(List<String> paths) {
    for (String path : paths) {
      if (!Files.exists(Path.of(path))) {
        return false;
      }
    }
    return true;
  }

  /** Tells this monitor from another one. */
  static String key() {
    File program = new File(QemuCommand.PROGRAM);
    return program.length() + " " + program.lastModified();
  }

  private static List<String> ask() {
    List<String> paths = new ArrayList<>();
    paths.add(QemuCommand.PROGRAM);
    addNeeds(QemuCommand.PROGRAM, paths);
    if (Files.isReadable(Path.of(EMULATOR))) {
      paths.add(EMULATOR);
      addNeeds(EMULATOR, paths);
    }
    for (String directory : FIRMWARE) {
      if (Files.isDirectory(Path.of(directory))) {
        paths.add(directory);
      }
    }
    return paths;
  }

  /** Lines are {@code NAME => PATH (ADDRESS)}, or {@code PATH (ADDRESS)} for the loader itself. */
  private static void addNeeds(String program, List<String> paths) {
    String listed = HostCommand.run(new File("/"), List.of(LOADER, "--list", program));
    for (String line : listed.split("\n", -1)) {
      int start = line.indexOf("=> ");
      String path = (start < 0 ? line : line.substring(start + 3)).strip();
      int end = path.indexOf(" (");
      if (end > 0 && path.startsWith("/") && !paths.contains(path.substring(0, end))) {
        paths.add(path.substring(0, end));
      }
    }
  }
}
