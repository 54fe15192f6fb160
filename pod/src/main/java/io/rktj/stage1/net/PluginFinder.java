// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.net;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.FileStatus;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.pod.PodLayout;
import io.rktj.stage1.Stage1Exception;
import java.util.List;

/**
 * Finds the programs of plugins. A program counts only if it and its directory belong to root and
 * nobody else can write to them, for it runs as root.
 */
final class PluginFinder {
  private static final int WRITABLE_BY_OTHERS = 0022;

  private final Kernel kernel;
  private final List<String> directories;

  PluginFinder(Kernel kernel, List<String> directories) {
    this.kernel = kernel;
    this.directories = List.copyOf(directories);
  }

  /**
   * The finder with rkt's own directories ({@code spec/rkt-runtime.md} section 17), then those of
   * distributions: Debian's containernetworking-plugins, and the usual place.
   */
  static PluginFinder of(Kernel kernel, String localConfig, PodLayout layout) {
    return new PluginFinder(
        kernel,
        List.of(
            localConfig + "/net.d",
            "/usr/lib/rkt/plugins/net",
            layout.stage1Rootfs() + "/usr/lib/rkt/plugins/net",
            "/usr/lib/cni",
            "/opt/cni/bin"));
  }

  /** Value of {@code CNI_PATH}. */
  String searchPath() {
    return String.join(":", directories);
  }

  /** The path of the program for {@code type}, which is a checked name. */
  String find(String type) {
    for (String directory : directories) {
      try (Fd fd = kernel.open(directory, Open.O_PATH | Open.O_DIRECTORY, 0)) {
        FileStatus program = kernel.statAt(fd.number(), Kernel.path(type));
        if (program.isSymlink() || program.isRegular()) {
          return trusted(directory, type, kernel.stat(fd.number()));
        }
      } catch (ErrnoException e) {
        // not here
      }
    }
    throw new Stage1Exception(
        "stage1: failed to setup network: Could not find plugin \"" + type + "\"",
        "install the Debian package containernetworking-plugins, or put the plugin in "
            + directories.get(1),
        null);
  }

  private String trusted(String directory, String type, FileStatus parent) throws ErrnoException {
    String path = directory + "/" + type;
    try (Fd program = kernel.open(path, Open.O_PATH, 0)) {
      if (!isTrusted(parent) || !isTrusted(kernel.stat(program.number()))) {
        throw new Stage1Exception(
            "stage1: failed to setup network: cannot use plugin \""
                + path
                + "\": it or its directory belongs to somebody else or can be written to by others");
      }
      return path;
    }
  }

  private static boolean isTrusted(FileStatus status) {
    return status.uid() == 0 && (status.mode() & WRITABLE_BY_OTHERS) == 0;
  }
}
