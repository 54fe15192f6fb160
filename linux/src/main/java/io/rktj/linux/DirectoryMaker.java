// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

/** Makes directories of our own together with those above them. */
public final class DirectoryMaker {
  private DirectoryMaker() {}

  /**
   * Makes {@code path} and whatever is missing above it, each with {@code mode}; what is there
   * stays as it is. Several may make the same directories at once.
   */
  public static void make(Kernel kernel, String path, int mode) throws ErrnoException {
    try {
      kernel.mkdirAt(Fd.AT_FDCWD, Kernel.path(path), mode);
    } catch (ErrnoException e) {
      int slash = path.lastIndexOf('/');
      if (e.errno() == Errno.EEXIST) {
        requireDirectory(kernel, path);
      } else if (e.errno() == Errno.ENOENT && slash > 0) {
        make(kernel, path.substring(0, slash), mode);
        make(kernel, path, mode);
      } else {
        throw e;
      }
    }
  }

  private static void requireDirectory(Kernel kernel, String path) throws ErrnoException {
    Fd directory = kernel.open(path, Open.O_PATH | Open.O_DIRECTORY, 0);
    directory.close();
  }
}
