// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Refuses files and directories that somebody else than root, than the user we run as, or than the
 * administrators of rkt could have written: the group {@code rkt-admin}, where there is one,
 * decides on this machine whom we trust.
 */
final class OwnerCheck {
  private static final int TYPE = 0170000;
  private static final int DIRECTORY = 0040000;
  private static final int REGULAR = 0100000;
  private static final int WRITABLE_BY_GROUP = 0020;
  private static final int WRITABLE_BY_OTHERS = 0002;
  private static final String ADMINISTRATORS = "rkt-admin:";

  private final Path groups;

  /** Knows the groups of this machine. */
  OwnerCheck() {
    this(Path.of("/etc/group"));
  }

  /** Knows those of a file like {@code /etc/group}. */
  OwnerCheck(Path groups) {
    this.groups = groups;
  }

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

  /** Whether {@code path}, a safe directory, is one that administrators may write to. */
  boolean isAdministrators(Path path) throws IOException {
    return (safeMode(path) & WRITABLE_BY_GROUP) != 0;
  }

  private int safeMode(Path path) throws IOException {
    Map<String, Object> attributes =
        Files.readAttributes(path, "unix:mode,uid,gid", LinkOption.NOFOLLOW_LINKS);
    int mode = (Integer) requireNonNull(attributes.get("mode"));
    int uid = (Integer) requireNonNull(attributes.get("uid"));
    int gid = (Integer) requireNonNull(attributes.get("gid"));
    int type = mode & TYPE;
    if (type != DIRECTORY && type != REGULAR) {
      throw new UntrustedImageException(
          "trusted keys: \"" + path + "\" is neither a regular file nor a directory");
    }
    if (uid != 0 && uid != ourselves() && !isAdministrators(gid)) {
      throw new UntrustedImageException(
          "trusted keys: \"" + path + "\" belongs to user " + uid + ", not to root");
    }
    boolean byGroup = (mode & WRITABLE_BY_GROUP) != 0 && !isAdministrators(gid);
    if (byGroup || (mode & WRITABLE_BY_OTHERS) != 0) {
      throw new UntrustedImageException(
          "trusted keys: \"" + path + "\" is writable by its group or by others",
          "chmod go-w " + path,
          null);
    }
    return mode;
  }

  /** Whether this is the group of administrators; nobody's word but that of the file counts. */
  private boolean isAdministrators(int gid) throws IOException {
    if (!Files.exists(groups)) {
      return false;
    }
    for (String line : Files.readAllLines(groups, ISO_8859_1)) {
      if (line.startsWith(ADMINISTRATORS)) {
        int begin = line.indexOf(':', ADMINISTRATORS.length()) + 1;
        int end = line.indexOf(':', begin);
        return begin > 0 && end > begin && line.substring(begin, end).equals(String.valueOf(gid));
      }
    }
    return false;
  }

  private static int ourselves() throws IOException {
    return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }
}
