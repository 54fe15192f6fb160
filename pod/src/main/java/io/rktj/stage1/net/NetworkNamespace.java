// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.net;

import io.rktj.PodException;
import io.rktj.linux.DirectoryLock;
import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.pod.HostException;
import io.rktj.pod.IdRange;
import io.rktj.spec.Uuid;
import io.rktj.stage1.UserNamespaces;
import org.jspecify.annotations.Nullable;

/** A pod's network name space, kept by a mount at {@code /var/run/netns/cni-UUID}. */
final class NetworkNamespace {
  static final String DIRECTORY = "/var/run/netns";

  private static final int CLONE_NEWNET = 0x40000000;
  private static final long MS_BIND = 4096;
  private static final long MS_REC = 16384;
  private static final long MS_SHARED = 1 << 20;
  private static final int MNT_DETACH = 2;
  private static final int UMOUNT_NOFOLLOW = 8;

  private final Kernel kernel;

  NetworkNamespace(Kernel kernel) {
    this.kernel = kernel;
  }

  static String path(Uuid uuid) {
    return DIRECTORY + "/cni-" + uuid;
  }

  /**
   * Makes it, with loopback up.
   *
   * @param users the pod's own ids: then it belongs to a user name space with these, which the pod
   *     enters later, so that its root is root of the network too
   */
  void create(String path, IdRange users) {
    try {
      shareDirectory();
      kernel.open(path, Open.O_RDONLY | Open.O_CREAT | Open.O_EXCL, 0444).close();
      if (users.isNone()) {
        make(path);
      } else {
        UserNamespaces.makeNetwork(users, path);
      }
    } catch (ErrnoException e) {
      throw failure(path, e);
    } catch (PodException e) {
      remove(path);
      throw e;
    }
  }

  /** The thread that is in it for a moment ends here. */
  private void make(String path) {
    Maker maker = new Maker(path);
    maker.start();
    try {
      maker.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure(path, e);
    }
    if (maker.failure != null) {
      throw failure(path, maker.failure);
    }
  }

  /** Removes it, as far as it is there. */
  void remove(String path) {
    try {
      kernel.umount(path, MNT_DETACH | UMOUNT_NOFOLLOW);
    } catch (ErrnoException e) {
      // not mounted, or not there
    }
    try {
      kernel.unlinkAt(Fd.AT_FDCWD, Kernel.path(path), 0);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT) {
        throw new HostException("stage1: cannot remove network name space \"" + path + "\"", e);
      }
    }
  }

  /**
   * A shared mount, as ip-netns(8) makes it, so that the name space's own mount appears in, and
   * goes from, all mount name spaces that show the directory.
   */
  private void shareDirectory() throws ErrnoException {
    try {
      kernel.mkdirAt(Fd.AT_FDCWD, Kernel.path(DIRECTORY), 0755);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
    }
    try (DirectoryLock lock = DirectoryLock.exclusive(kernel, DIRECTORY)) {
      if (!lock.isExclusive()) {
        throw new AssertionError("lock of another kind than asked for");
      }
      try {
        kernel.mount("", DIRECTORY, "none", MS_SHARED | MS_REC, "");
      } catch (ErrnoException e) {
        if (e.errno() != Errno.EINVAL) {
          throw e;
        }
        kernel.mount(DIRECTORY, DIRECTORY, "none", MS_BIND | MS_REC, "");
        kernel.mount("", DIRECTORY, "none", MS_SHARED | MS_REC, "");
      }
    }
  }

  private static HostException failure(String path, Exception cause) {
    return new HostException(
        "stage1: failed to setup network: cannot make network name space \"" + path + "\"", cause);
  }

  /** A thread, because a thread can leave the network of its process and the process stay. */
  private final class Maker extends Thread {
    private final String path;
    private volatile @Nullable ErrnoException failure;

    Maker(String path) {
      this.path = path;
    }

    @Override
    public void run() {
      try {
        kernel.unshare(CLONE_NEWNET);
        kernel.loopbackUp();
        kernel.mount("/proc/thread-self/ns/net", path, "none", MS_BIND, "");
      } catch (ErrnoException e) {
        failure = e;
      }
    }
  }
}
