// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Refuses files and directories that somebody else than root, or than the user we run as, could
 * have written.
 */
final class OwnerCheck {
  private static final int TYPE = 0170000;
  private static final int DIRECTORY = 0040000;
  private static final int REGULAR = 0100000;
  private static final int WRITABLE_BY_OTHERS = 0022;

  /** Whether {@code path} is a directory; refuses links and loose permissions. */
  boolean isDirectory(Path path) throws IOException {
    try {
      return (safeMode(path) & TYPE) == DIRECTORY;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Refuses everything but a regular file with tight permissions. */
  void requireRegular(Path path) throws IOException {
    if ((safeMode(path) & TYPE) != REGULAR) {
      throw new UntrustedImageException("trusted key \"" + path + "\" is not a regular file");
    }
  }

  private static int safeMode(Path path) throws IOException {
    Map<String, Object> attributes =
        Files.readAttributes(path, "unix:mode,uid", LinkOption.NOFOLLOW_LINKS);
    int mode = (Integer) requireNonNull(attributes.get("mode"));
    int uid = (Integer) requireNonNull(attributes.get("uid"));
    int type = mode & TYPE;
    if (type != DIRECTORY && type != REGULAR) {
      throw new UntrustedImageException(
          "trusted keys: \"" + path + "\" is neither a regular file nor a directory");
    }
    if (uid != 0 && uid != ourselves()) {
      throw new UntrustedImageException(
          "trusted keys: \"" + path + "\" belongs to user " + uid + ", not to root");
    }
    if ((mode & WRITABLE_BY_OTHERS) != 0) {
      throw new UntrustedImageException(
          "trusted keys: \"" + path + "\" is writable by its group or by others",
          "chmod go-w " + path,
          null);
    }
    return mode;
  }

  private static int ourselves() throws IOException {
    return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }
}
