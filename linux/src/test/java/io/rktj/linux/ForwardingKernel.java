// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import java.util.List;

/** A kernel for tests that hands every call on, after having shown it to {@link #before}. */
abstract class ForwardingKernel implements Kernel {
  private final Kernel delegate;

  ForwardingKernel(Kernel delegate) {
    this.delegate = delegate;
  }

  /**
   * Sees a call that is about to be made and may let it fail.
   *
   * @param mutates whether the call changes what a later reader of the disk could see
   * @return false to leave out a call without a result
   */
  abstract boolean before(String call, boolean mutates, Object... arguments) throws ErrnoException;

  private void tell(String call, boolean mutates, Object... arguments) throws ErrnoException {
    if (!before(call, mutates, arguments)) {
      throw new AssertionError(call + " cannot be left out");
    }
  }

  private static boolean changes(int flags) {
    return (flags & (Open.O_CREAT | Open.O_TRUNC)) != 0;
  }

  private Fd own(Fd fd) {
    return new Fd(this, fd.number());
  }

  @Override
  public Fd open(String path, int flags, int mode) throws ErrnoException {
    tell("open", changes(flags), path, flags, mode);
    return own(delegate.open(path, flags, mode));
  }

  @Override
  public Fd openAt(int dir, byte[] path, int flags, int mode) throws ErrnoException {
    tell("openAt", changes(flags), dir, path, flags, mode);
    return own(delegate.openAt(dir, path, flags, mode));
  }

  @Override
  public Fd openInRoot(int root, byte[] path, int flags, int mode) throws ErrnoException {
    tell("openInRoot", changes(flags), root, path, flags, mode);
    return own(delegate.openInRoot(root, path, flags, mode));
  }

  @Override
  public Fd adopt(int number) throws ErrnoException {
    tell("adopt", false, number);
    return own(delegate.adopt(number));
  }

  @Override
  public Fd memoryFile(String name) throws ErrnoException {
    tell("memoryFile", false, name);
    return own(delegate.memoryFile(name));
  }

  @Override
  public void close(int fd) {
    delegate.close(fd);
  }

  @Override
  public int read(int fd, byte[] buffer, int offset, int length) throws ErrnoException {
    tell("read", false, fd, length);
    return delegate.read(fd, buffer, offset, length);
  }

  @Override
  public void writeFully(int fd, byte[] buffer, int offset, int length) throws ErrnoException {
    tell("writeFully", true, fd, length);
    delegate.writeFully(fd, buffer, offset, length);
  }

  @Override
  public long sendFile(int out, int in, long count) throws ErrnoException {
    tell("sendFile", true, out, in, count);
    return delegate.sendFile(out, in, count);
  }

  @Override
  public void seek(int fd, long position) throws ErrnoException {
    tell("seek", false, fd, position);
    delegate.seek(fd, position);
  }

  @Override
  public void truncate(int fd, long size) throws ErrnoException {
    tell("truncate", true, fd, size);
    delegate.truncate(fd, size);
  }

  @Override
  public void random(byte[] buffer) throws ErrnoException {
    tell("random", false, buffer.length);
    delegate.random(buffer);
  }

  @Override
  public void mkdirAt(int dir, byte[] path, int mode) throws ErrnoException {
    tell("mkdirAt", true, dir, path, mode);
    delegate.mkdirAt(dir, path, mode);
  }

  @Override
  public void mknodAt(int dir, byte[] path, int mode, long device) throws ErrnoException {
    if (before("mknodAt", true, dir, path, mode, device)) {
      delegate.mknodAt(dir, path, mode, device);
    }
  }

  @Override
  public void symlinkAt(byte[] target, int dir, byte[] path) throws ErrnoException {
    tell("symlinkAt", true, target, dir, path);
    delegate.symlinkAt(target, dir, path);
  }

  @Override
  public byte[] readlinkAt(int dir, byte[] path) throws ErrnoException {
    tell("readlinkAt", false, dir, path);
    return delegate.readlinkAt(dir, path);
  }

  @Override
  public void linkFd(int fd, int dir, byte[] path) throws ErrnoException {
    tell("linkFd", true, fd, dir, path);
    delegate.linkFd(fd, dir, path);
  }

  @Override
  public void unlinkAt(int dir, byte[] path, int flags) throws ErrnoException {
    tell("unlinkAt", true, dir, path, flags);
    delegate.unlinkAt(dir, path, flags);
  }

  @Override
  public void renameAt(int oldDir, byte[] oldPath, int newDir, byte[] newPath, int flags)
      throws ErrnoException {
    tell("renameAt", true, oldDir, oldPath, newDir, newPath, flags);
    delegate.renameAt(oldDir, oldPath, newDir, newPath, flags);
  }

  @Override
  public FileStatus stat(int fd) throws ErrnoException {
    tell("stat", false, fd);
    return delegate.stat(fd);
  }

  @Override
  public FileStatus statAt(int dir, byte[] path) throws ErrnoException {
    tell("statAt", false, dir, path);
    return delegate.statAt(dir, path);
  }

  @Override
  public long mountId(int fd) throws ErrnoException {
    tell("mountId", false, fd);
    return delegate.mountId(fd);
  }

  @Override
  public List<byte[]> list(int dir, int limit) throws ErrnoException {
    tell("list", false, dir, limit);
    return delegate.list(dir, limit);
  }

  @Override
  public void chmod(int fd, int mode) throws ErrnoException {
    tell("chmod", true, fd, mode);
    delegate.chmod(fd, mode);
  }

  @Override
  public void chownAt(int dir, byte[] path, int uid, int gid) throws ErrnoException {
    if (before("chownAt", true, dir, path, uid, gid)) {
      delegate.chownAt(dir, path, uid, gid);
    }
  }

  @Override
  public void utimesAt(
      int dir, byte[] path, long atimeSeconds, int atimeNanos, long mtimeSeconds, int mtimeNanos)
      throws ErrnoException {
    tell("utimesAt", true, dir, path, atimeSeconds, atimeNanos, mtimeSeconds, mtimeNanos);
    delegate.utimesAt(dir, path, atimeSeconds, atimeNanos, mtimeSeconds, mtimeNanos);
  }

  @Override
  public void setXattr(int fd, byte[] name, byte[] value) throws ErrnoException {
    tell("setXattr", true, fd, name, value);
    delegate.setXattr(fd, name, value);
  }

  @Override
  public List<byte[]> listXattr(int fd) throws ErrnoException {
    tell("listXattr", false, fd);
    return delegate.listXattr(fd);
  }

  @Override
  public byte[] getXattr(int fd, byte[] name) throws ErrnoException {
    tell("getXattr", false, fd, name);
    return delegate.getXattr(fd, name);
  }

  @Override
  public void flock(int fd, int operation) throws ErrnoException {
    tell("flock", false, fd, operation);
    delegate.flock(fd, operation);
  }

  @Override
  public void fsync(int fd) throws ErrnoException {
    tell("fsync", true, fd);
    delegate.fsync(fd);
  }

  @Override
  public void syncfs(int fd) throws ErrnoException {
    tell("syncfs", true, fd);
    delegate.syncfs(fd);
  }

  @Override
  public long freeBytes(int fd) throws ErrnoException {
    tell("freeBytes", false, fd);
    return delegate.freeBytes(fd);
  }

  @Override
  public long fileSystemType(int fd) throws ErrnoException {
    tell("fileSystemType", false, fd);
    return delegate.fileSystemType(fd);
  }

  @Override
  public void closeOnExec(int fd, boolean close) throws ErrnoException {
    tell("closeOnExec", false, fd, close);
    delegate.closeOnExec(fd, close);
  }

  @Override
  public Fd duplicate(int fd) throws ErrnoException {
    tell("duplicate", false, fd);
    return own(delegate.duplicate(fd));
  }

  @Override
  public BoundSocket socketName(int fd) throws ErrnoException {
    tell("socketName", false, fd);
    return delegate.socketName(fd);
  }

  @Override
  public void mount(String source, String target, String type, long flags, String data)
      throws ErrnoException {
    if (before("mount", true, source, target, type, flags, data)) {
      delegate.mount(source, target, type, flags, data);
    }
  }

  @Override
  public void umount(String target, int flags) throws ErrnoException {
    if (before("umount", true, target, flags)) {
      delegate.umount(target, flags);
    }
  }

  @Override
  public void unshare(int flags) throws ErrnoException {
    if (before("unshare", false, flags)) {
      delegate.unshare(flags);
    }
  }

  @Override
  public void setns(int fd, int type) throws ErrnoException {
    if (before("setns", false, fd, type)) {
      delegate.setns(fd, type);
    }
  }

  @Override
  public void kill(int pid, int signal) throws ErrnoException {
    if (before("kill", false, pid, signal)) {
      delegate.kill(pid, signal);
    }
  }

  @Override
  public Fd pidfdOpen(int pid) throws ErrnoException {
    tell("pidfdOpen", false, pid);
    return own(delegate.pidfdOpen(pid));
  }

  @Override
  public void pidfdSendSignal(int pidfd, int signal) throws ErrnoException {
    if (before("pidfdSendSignal", false, pidfd, signal)) {
      delegate.pidfdSendSignal(pidfd, signal);
    }
  }

  @Override
  public boolean waitReadable(int fd, int timeoutMillis) throws ErrnoException {
    tell("waitReadable", false, fd, timeoutMillis);
    return delegate.waitReadable(fd, timeoutMillis);
  }

  @Override
  public int prctl(int option, long argument) throws ErrnoException {
    tell("prctl", false, option, argument);
    return delegate.prctl(option, argument);
  }

  @Override
  public int pid() {
    return delegate.pid();
  }

  @Override
  public int euid() {
    return delegate.euid();
  }

  @Override
  public int egid() {
    return delegate.egid();
  }

  @Override
  public int umask(int mask) {
    return delegate.umask(mask);
  }

  @Override
  public boolean isTerminal(int fd) {
    return delegate.isTerminal(fd);
  }

  @Override
  public void chdir(String path) throws ErrnoException {
    if (before("chdir", false, path)) {
      delegate.chdir(path);
    }
  }

  @Override
  public void loopbackUp() throws ErrnoException {
    if (before("loopbackUp", false)) {
      delegate.loopbackUp();
    }
  }

  @Override
  public ErrnoException execve(
      String path, List<byte[]> argv, List<byte[]> environment, List<Integer> inherit) {
    return delegate.execve(path, argv, environment, inherit);
  }
}
