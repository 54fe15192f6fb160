// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.FileStatus;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.spec.manifest.Mount;
import io.rktj.spec.manifest.MountPoint;
import io.rktj.stage1.PreparedApp;
import io.rktj.stage1.Stage1Exception;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a program named without a slash is looked for ({@code spec/rkt-runtime.md} section 7).
 * pod-init does the looking in the finished root; here only the mistake is found early that nothing
 * mounted later can mend.
 */
final class ProgramSearch {
  private ProgramSearch() {}

  /** Absolute directories, in order; {@code path} is the app's own PATH, or null. */
  static List<String> directories(@Nullable String path, String workingDirectory) {
    if (path == null) {
      return List.of(workingDirectory, "/bin", "/usr/bin");
    }
    List<String> directories = new ArrayList<>();
    int from = 0;
    while (from <= path.length()) {
      int to = path.indexOf(':', from);
      int end = to < 0 ? path.length() : to;
      String entry = path.substring(from, end);
      directories.add(entry.startsWith("/") ? entry : join(workingDirectory, entry));
      from = end + 1;
    }
    return directories;
  }

  private static String join(String directory, String name) {
    if (name.isEmpty()) {
      return directory;
    }
    return directory.endsWith("/") ? directory + name : directory + "/" + name;
  }

  /** Fails if no directory holds the program and no mount could bring it. */
  static void require(
      Kernel kernel, int root, PreparedApp app, String program, List<String> directories) {
    if (program.indexOf('/') >= 0) {
      return;
    }
    for (String directory : directories) {
      if (isProgram(kernel, root, join(directory, program)) || isMounted(app, directory)) {
        return;
      }
    }
    throw new Stage1Exception(
        "stage1: error looking up \""
            + program
            + "\": unable to find \""
            + program
            + "\" in \""
            + String.join(":", directories)
            + "\"");
  }

  private static boolean isProgram(Kernel kernel, int root, String path) {
    try (Fd fd = kernel.openInRoot(root, path.getBytes(StandardCharsets.UTF_8), Open.O_PATH, 0)) {
      FileStatus status = kernel.stat(fd.number());
      return status.isRegular() && (status.mode() & 0111) != 0;
    } catch (ErrnoException e) {
      return false;
    }
  }

  /** Whether something may be mounted on, above or below a directory. */
  private static boolean isMounted(PreparedApp app, String directory) {
    for (Mount mount : app.runtime().mounts()) {
      if (meets(mount.path(), directory)) {
        return true;
      }
    }
    for (MountPoint point : app.app().mountPoints()) {
      if (meets(point.path(), directory)) {
        return true;
      }
    }
    return false;
  }

  private static boolean meets(String mount, String directory) {
    String one = mount.startsWith("/") ? mount + "/" : "/" + mount + "/";
    String other = directory + "/";
    return one.startsWith(other) || other.startsWith(one);
  }
}
