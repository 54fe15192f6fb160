// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.pod.HostException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Mounts below a pod's directory that the pod has not taken with it ({@code spec/rkt-runtime.md}
 * section 20). Each is first cut off from its peers, so that nothing outside is unmounted with it;
 * the deepest go first, and no link leads out of the pod's directory.
 */
final class LeftoverMounts {
  private static final long MS_PRIVATE = 1L << 18;
  private static final int MNT_DETACH = 2;

  private final Kernel kernel;
  private final Path mountInfo;

  LeftoverMounts(Kernel kernel, Path mountInfo) {
    this.kernel = kernel;
    this.mountInfo = mountInfo;
  }

  /** Unmounts everything at and below {@code directory}, by descriptors opened below it. */
  void remove(Path directory) {
    List<String> targets = below(directory);
    if (targets.isEmpty()) {
      return;
    }
    try (Fd top =
        kernel.open(directory.toString(), Open.O_PATH | Open.O_DIRECTORY | Open.O_NOFOLLOW, 0)) {
      for (String target : targets) {
        unmount(top, directory.toString(), target);
      }
    } catch (ErrnoException e) {
      throw new HostException("cannot unmount what is below \"" + directory + "\"", e);
    }
  }

  private void unmount(Fd top, String directory, String target) {
    String below = target.equals(directory) ? "." : target.substring(directory.length() + 1);
    try (Fd found =
        kernel.openInRoot(top.number(), Kernel.path(below), Open.O_PATH | Open.O_NOFOLLOW, 0)) {
      String itself = "/proc/self/fd/" + found.number();
      kernel.mount("", itself, "", MS_PRIVATE, "");
      kernel.umount(itself, MNT_DETACH);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.EINVAL && e.errno() != Errno.ENOENT) { // somebody else was faster
        throw new HostException("cannot unmount \"" + target + "\"", e);
      }
    }
  }

  /** The mount points at and below {@code directory}, the last mounted and so the deepest first. */
  List<String> below(Path directory) {
    List<String> found = new ArrayList<>();
    String top = directory.toString();
    try {
      String text = new String(Files.readAllBytes(mountInfo), StandardCharsets.UTF_8);
      for (String line : text.split("\n", -1)) {
        String[] fields = line.split(" ", 6);
        if (fields.length == 6) {
          String point = unescape(fields[4]);
          if (point.equals(top) || point.startsWith(top + "/")) {
            found.add(point);
          }
        }
      }
    } catch (IOException e) {
      throw new HostException("cannot read \"" + mountInfo + "\"", e);
    }
    Collections.reverse(found);
    found.sort((a, b) -> depth(b) - depth(a));
    return found;
  }

  private static int depth(String path) {
    int depth = 0;
    for (int i = 0; i < path.length(); i++) {
      if (path.charAt(i) == '/') {
        depth++;
      }
    }
    return depth;
  }

  /** The kernel writes space, tab, newline and backslash as a backslash and three octal digits. */
  private static String unescape(String field) {
    if (field.indexOf('\\') < 0) {
      return field;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] from = field.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < from.length; i++) {
      if (from[i] == '\\' && i + 3 < from.length) {
        bytes.write((from[i + 1] - '0') << 6 | (from[i + 2] - '0') << 3 | (from[i + 3] - '0'));
        i += 3;
      } else {
        bytes.write(from[i]);
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
