// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.host;

import io.rktj.linux.Kernel;
import io.rktj.linux.SmallFiles;
import io.rktj.pod.HostException;
import io.rktj.stage1.plan.HostFacts;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@link HostFacts}: one look at {@code /proc/self/mountinfo} and {@code /proc/self/cgroup},
 * and, on hosts with control groups of version 2 only, at the groups above ours.
 */
public final class HostFactsReader {
  /** Of a file of the kernel's; a host may have very many mounts. */
  private static final int LARGEST = 64 << 20;

  private final List<HostFacts.Hierarchy> hierarchies = new ArrayList<>();
  private final List<String> cgroupLines;
  private @Nullable Place unified;

  /** A group: where its hierarchy is mounted, and its path below that. */
  record Place(String mountPoint, String path) {}

  /** What the host says of a version 2 group; a stand-in for files in tests. */
  interface GroupFiles {
    /** The words of a control file of the group in {@code directory}; none if unreadable. */
    List<String> words(String directory, String file);
  }

  private HostFactsReader(String mountinfo, String cgroup) {
    cgroupLines = lines(cgroup);
    for (String line : lines(mountinfo)) {
      int separator = line.indexOf(" - cgroup");
      if (separator > 0) {
        mount(words(line.substring(0, separator)), words(line.substring(separator + 3)));
      }
    }
  }

  /** The facts of this host. */
  public static HostFacts read() {
    try {
      return parse(
          text("/proc/self/mountinfo"),
          text("/proc/self/cgroup"),
          new GroupFiles() {
            @Override
            public List<String> words(String directory, String file) {
              try {
                return HostFactsReader.words(text(directory + "/" + file));
              } catch (IOException e) {
                return List.of(); // a missing file and an empty one say the same
              }
            }
          },
          new File("/dev/net/tun").exists());
    } catch (IOException e) {
      throw new HostException("stage1: cannot read the mounts of this host", e);
    }
  }

  static HostFacts parse(String mountinfo, String cgroup, GroupFiles files, boolean tun) {
    HostFactsReader reader = new HostFactsReader(mountinfo, cgroup);
    return new HostFacts(reader.hierarchies, reader.unified(files), tun);
  }

  /** Fields of proc(5), mountinfo: before and after the separator. */
  private void mount(List<String> fields, List<String> source) {
    String root = unescape(fields.get(3));
    String mountPoint = unescape(fields.get(4));
    if (source.get(0).equals("cgroup2")) {
      String path = below(root, ownPath(""));
      if (path != null && unified == null) {
        unified = new Place(mountPoint, path);
      }
      return;
    }
    List<String> options = split(source.get(2), ',');
    for (String line : cgroupLines) {
      String controllers = controllers(line);
      if (!controllers.isEmpty() && options.containsAll(split(controllers, ','))) {
        String path = below(root, ownPath(controllers));
        if (path != null) {
          hierarchies.add(new HostFacts.Hierarchy(split(controllers, ','), mountPoint, path));
        }
      }
    }
  }

  private static String controllers(String cgroupLine) {
    int start = cgroupLine.indexOf(':') + 1;
    return cgroupLine.substring(start, cgroupLine.indexOf(':', start));
  }

  private String ownPath(String controllers) {
    for (String line : cgroupLines) {
      if (controllers(line).equals(controllers)) {
        return line.substring(line.indexOf(':', line.indexOf(':') + 1) + 1);
      }
    }
    return "/";
  }

  /** Our group's path below a mount that shows {@code root}, or null if it is not to be seen. */
  private static @Nullable String below(String root, String own) {
    if (own.startsWith("/..")) {
      return null;
    }
    if (root.equals("/")) {
      return own.equals("/") ? "" : own;
    }
    if (own.equals(root)) {
      return "";
    }
    return own.startsWith(root + "/") ? own.substring(root.length()) : null;
  }

  private Optional<HostFacts.Unified> unified(GroupFiles files) {
    Place place = unified;
    if (place == null || legacyControllers()) {
      return Optional.empty();
    }
    String mount = place.mountPoint;
    if (!place.path.isEmpty() && files.words(mount + place.path, "cgroup.procs").size() == 1) {
      List<String> controllers = files.words(mount + place.path, "cgroup.controllers");
      if (!controllers.isEmpty()) {
        return Optional.of(new HostFacts.Unified(mount, place.path, controllers, true));
      }
    }
    String base = place.path;
    while (!base.isEmpty()
        && (base.equals(place.path)
            || files.words(mount + base, "cgroup.subtree_control").isEmpty())) {
      base = base.substring(0, base.lastIndexOf('/'));
    }
    return Optional.of(
        new HostFacts.Unified(mount, base, files.words(mount + base, "cgroup.controllers"), false));
  }

  /** Whether version 1 is what limits processes here; version 2 then only tracks, if that. */
  private boolean legacyControllers() {
    for (HostFacts.Hierarchy hierarchy : hierarchies) {
      for (String controller : hierarchy.controllers()) {
        if (controller.equals("memory")
            || controller.equals("cpu")
            || controller.equals("devices")) {
          return true;
        }
      }
    }
    return false;
  }

  static String text(String path) throws IOException {
    return new String(SmallFiles.read(Kernel.host(), path, LARGEST), StandardCharsets.UTF_8);
  }

  /** Blanks and backslashes are written as three octal digits. */
  private static String unescape(String field) {
    int backslash = field.indexOf('\\');
    if (backslash < 0) {
      return field;
    }
    StringBuilder text = new StringBuilder();
    int start = 0;
    while (backslash >= 0 && backslash + 4 <= field.length()) {
      text.append(field, start, backslash);
      text.append((char) Integer.parseInt(field.substring(backslash + 1, backslash + 4), 8));
      start = backslash + 4;
      backslash = field.indexOf('\\', start);
    }
    return text.append(field, start, field.length()).toString();
  }

  static List<String> lines(String text) {
    return split(text, '\n');
  }

  static List<String> words(String text) {
    return split(text.replace('\n', ' '), ' ');
  }

  /** The parts between separators that are not empty. */
  private static List<String> split(String text, char separator) {
    List<String> parts = new ArrayList<>();
    int start = 0;
    while (start < text.length()) {
      int end = text.indexOf(separator, start);
      if (end < 0) {
        end = text.length();
      }
      if (end > start) {
        parts.add(text.substring(start, end));
      }
      start = end + 1;
    }
    return parts;
  }
}
