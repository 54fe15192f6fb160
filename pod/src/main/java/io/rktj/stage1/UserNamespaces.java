// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1;

import io.rktj.pod.HostException;
import io.rktj.pod.IdRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * User name spaces on this host. A JVM has too many threads to make one, so pod-init does.
 *
 * @param overlays whether roots of their pods can be overlays, which takes layers with mapped ids
 */
public record UserNamespaces(boolean overlays) {
  private static final Path MAP = Path.of("/proc/self/uid_map");
  private static final IdRange TRIAL = new IdRange(1 << 30, 1 << 16);
  private static final int NO_NAME_SPACE = 3;
  private static final int NO_MAPPED_MOUNTS = 4;
  private static final int NO_MAPPED_LAYERS = 5;

  /** Whether the kernel was built with them. */
  public static boolean areKnown() {
    return Files.exists(MAP);
  }

  /** What there is for pods below {@code directory}; refuses what they cannot do without. */
  public static UserNamespaces require(Path directory) {
    int status = run("users", TRIAL, directory.toString());
    return switch (status) {
      case 0 -> new UserNamespaces(true);
      case NO_MAPPED_LAYERS -> new UserNamespaces(false);
      case NO_NAME_SPACE ->
          throw new HostException(
              "--private-users: this host does not let us make user name spaces");
      case NO_MAPPED_MOUNTS ->
          throw new HostException(
              "--private-users: the file system of \""
                  + directory
                  + "\" has no mounts with mapped ids");
      default -> throw new HostException("--private-users: cannot try user name spaces");
    };
  }

  /** Makes a network name space in a user name space of its own, both kept by a mount. */
  public static void makeNetwork(IdRange users, String path) {
    if (run("users-network", users, path) != 0) {
      throw new HostException(
          "stage1: failed to setup network: cannot make network name space \"" + path + "\"");
    }
  }

  private static int run(String role, IdRange users, String path) {
    ProcessBuilder builder =
        new ProcessBuilder(
            NativeProgram.path(),
            role,
            Integer.toString(users.first()),
            Integer.toString(users.count()),
            path);
    builder.environment().clear();
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    try {
      return builder.start().waitFor();
    } catch (IOException e) {
      throw new HostException("stage1: cannot run \"" + NativeProgram.path() + "\"", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostException("stage1: interrupted", e);
    }
  }
}
