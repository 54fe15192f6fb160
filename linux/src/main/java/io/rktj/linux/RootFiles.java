// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

/**
 * Small files and trees inside a root that others may have written to: names are walked so that no
 * link leads out, and the last part is never followed.
 */
public final class RootFiles {
  private static final int MODE = 0644;

  private RootFiles() {}

  /** Makes an empty file of {@code path} inside {@code root}, whose directory must be there. */
  public static void touch(Kernel kernel, String root, String path) throws ErrnoException {
    try (Fd parent = parent(kernel, root, path)) {
      remove(kernel, parent, path);
      int flags = Open.O_WRONLY | Open.O_CREAT | Open.O_EXCL | Open.O_NOFOLLOW;
      kernel.openAt(parent.number(), name(path), flags, MODE).close();
    }
  }

  /** Removes a file; one that is not there is nothing to complain about. */
  public static void remove(Kernel kernel, String root, String path) throws ErrnoException {
    try (Fd parent = parent(kernel, root, path)) {
      remove(kernel, parent, path);
    } catch (ErrnoException e) {
      requireMissing(e);
    }
  }

  /** Removes a directory and all in it; one that is not there is nothing to complain about. */
  public static void removeTree(Kernel kernel, String root, String path) throws ErrnoException {
    try (Fd parent = parent(kernel, root, path)) {
      TreeRemover.remove(
          kernel,
          "/proc/self/fd/" + parent.number() + "/" + path.substring(path.lastIndexOf('/') + 1));
    } catch (ErrnoException e) {
      requireMissing(e);
    }
  }

  private static void remove(Kernel kernel, Fd parent, String path) throws ErrnoException {
    try {
      kernel.unlinkAt(parent.number(), name(path), 0);
    } catch (ErrnoException e) {
      requireMissing(e);
    }
  }

  private static Fd parent(Kernel kernel, String root, String path) throws ErrnoException {
    int slash = path.lastIndexOf('/');
    int flags = Open.O_PATH | Open.O_DIRECTORY;
    try (Fd top = kernel.open(root, flags, 0)) {
      String directory = slash < 0 ? "." : path.substring(0, slash);
      return kernel.openInRoot(top.number(), Kernel.path(directory), flags, 0);
    }
  }

  private static byte[] name(String path) {
    return Kernel.path(path.substring(path.lastIndexOf('/') + 1));
  }

  private static void requireMissing(ErrnoException e) throws ErrnoException {
    if (e.errno() != Errno.ENOENT) {
      throw e;
    }
  }
}
