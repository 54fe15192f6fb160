// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.store;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.FileStatus;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;

/**
 * What must hold of a directory whose contents decide what we run. One of root's is everybody's to
 * read, as far as its mode lets him: members of the group {@code rkt} look at pods and images.
 */
final class DataDirectory {
  private static final int OTHERS_MAY_WRITE = 0022;
  private static final int OTHERS_MAY_ENTER = 0005;

  private DataDirectory() {}

  /** Refuses a directory that is not ours, or that others may write to. */
  static void requireOurs(Kernel kernel, String path) throws ErrnoException {
    check(kernel, path);
  }

  /**
   * Refuses it, too, if everybody may look into it: below it lie programs of images as they came,
   * set-user-ID bits and all, that local users must not reach.
   */
  static void requireClosed(Kernel kernel, String path) throws ErrnoException {
    if ((check(kernel, path) & OTHERS_MAY_ENTER) != 0) {
      throw new StoreException(
          "directory \"" + path + "\" can be entered by everybody", "chmod o-rwx " + path, null);
    }
  }

  private static int check(Kernel kernel, String path) throws ErrnoException {
    FileStatus status;
    try (Fd directory = kernel.open(path, Open.O_PATH | Open.O_DIRECTORY, 0)) {
      status = kernel.stat(directory.number());
    }
    if (status.uid() != kernel.euid() && status.uid() != 0) {
      throw new StoreException(
          "directory \"" + path + "\" belongs to user " + status.uid() + ", not to us");
    }
    if ((status.mode() & OTHERS_MAY_WRITE) != 0) {
      throw new StoreException(
          "directory \"" + path + "\" can be written to by others", "chmod go-w " + path, null);
    }
    return status.mode();
  }
}
