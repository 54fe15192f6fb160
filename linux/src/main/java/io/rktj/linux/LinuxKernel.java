// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import java.io.File;
import java.util.ArrayList;
import java.util.List;

/**
 * The kernel of this machine, over either binding. Thread-safe: what a call passes by address lies
 * in memory of the calling thread.
 */
final class LinuxKernel implements Kernel {
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int AT_SYMLINK_FOLLOW = 0x400;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int F_SETFD = 2;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int FD_CLOEXEC = 1;
  private static final int RESOLVE_NO_MAGICLINKS = 0x02;
  private static final int RESOLVE_IN_ROOT = 0x10;
  private static final int SIGNAL_SET_SIZE = 8;
  private static final int TRANSFER_LIMIT = 128 * 1024;
  private static final byte[] EMPTY = new byte[0];
  private static final byte[] HERE = {'.'};

  private final KernelEntry entry;
  private final FileQueries queries;
  private final boolean modern;

  /** As {@link #LinuxKernel(SystemCalls, boolean)}, with all the kernel has. */
  LinuxKernel(SystemCalls calls) {
    this(calls, true);
  }

  /**
   * A kernel over a binding.
   *
   * @param modern false to do without openat2 and close_range, as on a kernel that lacks them
   */
  LinuxKernel(SystemCalls calls, boolean modern) {
    this.modern = modern;
    entry = new KernelEntry(calls);
    queries = new FileQueries(entry);
  }

  /** The one of this process, made on first use. */
  static Kernel host() {
    return Host.KERNEL;
  }

  /**
   * What {@code rkt.native} says: {@code launcher}, our functions are linked into the program that
   * made this JVM, which has registered them; a file, our library; otherwise jnr-ffi's engine.
   */
  static SystemCalls binding(String library) {
    if (library.equals("launcher")) {
      return JniSystemCalls.registered();
    }
    if (!library.isEmpty() && new File(library).canRead()) {
      return JniSystemCalls.load(library);
    }
    return new JffiSystemCalls();
  }

  @Override
  public Fd open(String path, int flags, int mode) throws ErrnoException {
    return openAt(Fd.AT_FDCWD, Kernel.path(path), flags, mode);
  }

  @Override
  public Fd openAt(int dir, byte[] path, int flags, int mode) throws ErrnoException {
    Scratch s = entry.begin(0);
    int all = entry.numbers.openFlags(flags | Open.O_CLOEXEC);
    long result = entry.repeated(entry.numbers.openat, dir, s.path(path), all, mode, 0);
    return new Fd(this, (int) KernelEntry.check(result, "open", path));
  }

  @Override
  public Fd openInRoot(int root, byte[] path, int flags, int mode) throws ErrnoException {
    if (modern) {
      long result = openat2(root, path, flags, mode);
      for (int tries = 0; result == -Errno.EAGAIN && tries < 100; tries++) {
        result = openat2(root, path, flags, mode);
      }
      // filters of system calls made for older kernels answer EPERM
      if (result != -Errno.ENOSYS && result != -Errno.EPERM) {
        return new Fd(this, (int) KernelEntry.check(result, "openat2", path));
      }
    }
    return new RootWalk(this, root, path).open(flags, mode);
  }

  private long openat2(int root, byte[] path, int flags, int mode) throws ErrnoException {
    Scratch s = entry.begin(0);
    boolean makes = (flags & (Open.O_CREAT | 020000000)) != 0;
    long how = s.reserve(24);
    s.putLong(how, entry.numbers.openFlags(flags | Open.O_CLOEXEC));
    s.putLong(how + 8, makes ? mode : 0);
    s.putLong(how + 16, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
    return entry.repeated(entry.numbers.openat2, root, s.path(path), how, 24, 0);
  }

  @Override
  public Fd adopt(int number) throws ErrnoException {
    closeOnExec(number, true);
    return new Fd(this, number);
  }

  @Override
  public Fd memoryFile(String name) throws ErrnoException {
    long result = entry.call(entry.numbers.memfdCreate, entry.begin(0).path(name), 1, 0, 0, 0);
    return new Fd(this, (int) KernelEntry.check(result, "memfd_create", name));
  }

  @Override
  public void close(int fd) {
    long unused = entry.call(entry.numbers.close, fd, 0, 0, 0, 0);
  }

  @Override
  public int read(int fd, byte[] buffer, int offset, int length) throws ErrnoException {
    int some = Math.min(length, TRANSFER_LIMIT);
    Scratch s = entry.begin(some);
    long address = s.reserve(some);
    int count =
        (int)
            KernelEntry.check(
                entry.repeated(entry.numbers.read, fd, address, some, 0, 0), "read", fd);
    s.get(address, buffer, offset, count);
    return count;
  }

  @Override
  public void writeFully(int fd, byte[] buffer, int offset, int length) throws ErrnoException {
    int done = 0;
    while (done < length) {
      int some = Math.min(length - done, TRANSFER_LIMIT);
      long address = entry.begin(some).bytes(buffer, offset + done, some);
      done +=
          (int)
              KernelEntry.check(
                  entry.repeated(entry.numbers.write, fd, address, some, 0, 0), "write", fd);
    }
  }

  @Override
  public long sendFile(int out, int in, long count) throws ErrnoException {
    return KernelEntry.check(
        entry.repeated(entry.numbers.sendfile, out, in, 0, count, 0), "sendfile", out);
  }

  @Override
  public void seek(int fd, long position) throws ErrnoException {
    KernelEntry.check(entry.call(entry.numbers.lseek, fd, position, 0, 0, 0), "lseek", fd);
  }

  @Override
  public void truncate(int fd, long size) throws ErrnoException {
    KernelEntry.check(entry.repeated(entry.numbers.ftruncate, fd, size, 0, 0, 0), "ftruncate", fd);
  }

  @Override
  public void random(byte[] buffer) throws ErrnoException {
    int done = 0;
    while (done < buffer.length) {
      int some = Math.min(buffer.length - done, 256);
      Scratch s = entry.begin(0);
      long address = s.reserve(some);
      long result = entry.repeated(entry.numbers.getrandom, address, some, 0, 0, 0);
      int count = (int) KernelEntry.check(result, "getrandom", "");
      s.get(address, buffer, done, count);
      done += count;
    }
  }

  @Override
  public void mkdirAt(int dir, byte[] path, int mode) throws ErrnoException {
    KernelEntry.check(
        entry.call(entry.numbers.mkdirat, dir, entry.begin(0).path(path), mode, 0, 0),
        "mkdir",
        path);
  }

  @Override
  public void mknodAt(int dir, byte[] path, int mode, long device) throws ErrnoException {
    KernelEntry.check(
        entry.call(entry.numbers.mknodat, dir, entry.begin(0).path(path), mode, device, 0),
        "mknod",
        path);
  }

  @Override
  public void symlinkAt(byte[] target, int dir, byte[] path) throws ErrnoException {
    Scratch s = entry.begin(0);
    long result = entry.call(entry.numbers.symlinkat, s.path(target), dir, s.path(path), 0, 0);
    KernelEntry.check(result, "symlink", path);
  }

  @Override
  public byte[] readlinkAt(int dir, byte[] path) throws ErrnoException {
    Scratch s = entry.begin(0);
    long target = s.reserve(Scratch.PATH_MAX);
    long result =
        entry.call(entry.numbers.readlinkat, dir, s.path(path), target, Scratch.PATH_MAX, 0);
    int length = (int) KernelEntry.check(result, "readlink", path);
    if (length == Scratch.PATH_MAX) {
      throw new ErrnoException("readlink", Scratch.describe(path), Errno.ENAMETOOLONG);
    }
    return s.copy(target, length);
  }

  @Override
  public void linkFd(int fd, int dir, byte[] path) throws ErrnoException {
    Scratch s = entry.begin(0);
    long to = s.path(path);
    long result = entry.call(entry.numbers.linkat, fd, s.path(EMPTY), dir, to, AT_EMPTY_PATH);
    if (result == -Errno.ENOENT || result == -Errno.EPERM) {
      // without CAP_DAC_READ_SEARCH the kernel only takes the long way
      long from = s.path(procPath(fd));
      result = entry.call(entry.numbers.linkat, Fd.AT_FDCWD, from, dir, to, AT_SYMLINK_FOLLOW);
    }
    KernelEntry.check(result, "link", path);
  }

  @Override
  public void unlinkAt(int dir, byte[] path, int flags) throws ErrnoException {
    KernelEntry.check(
        entry.call(entry.numbers.unlinkat, dir, entry.begin(0).path(path), flags, 0, 0),
        "unlink",
        path);
  }

  @Override
  public void renameAt(int oldDir, byte[] oldPath, int newDir, byte[] newPath, int flags)
      throws ErrnoException {
    Scratch s = entry.begin(0);
    long from = s.path(oldPath);
    long to = s.path(newPath);
    KernelEntry.check(
        entry.call(entry.numbers.renameat2, oldDir, from, newDir, to, flags), "rename", oldPath);
  }

  @Override
  public FileStatus stat(int fd) throws ErrnoException {
    return statAt(fd, EMPTY);
  }

  @Override
  public FileStatus statAt(int dir, byte[] path) throws ErrnoException {
    return queries.status(dir, path);
  }

  @Override
  public long mountId(int fd) throws ErrnoException {
    return queries.mountId(fd);
  }

  @Override
  public List<byte[]> list(int dir, int limit) throws ErrnoException {
    int flags = Open.O_RDONLY | Open.O_DIRECTORY;
    List<byte[]> names = new ArrayList<>();
    // a description of its own: the caller's read position stays, O_PATH will do
    try (Fd own = openAt(dir, HERE, flags, 0)) {
      boolean more = true;
      while (more && names.size() < limit) {
        more = queries.addNames(own.number(), names);
      }
    }
    return names;
  }

  @Override
  public void chmod(int fd, int mode) throws ErrnoException {
    long result = entry.call(entry.numbers.fchmod, fd, mode, 0, 0, 0);
    if (result == -Errno.EBADF) {
      long path = entry.begin(0).path(procPath(fd));
      result = entry.call(entry.numbers.fchmodat, Fd.AT_FDCWD, path, mode, 0, 0);
    }
    KernelEntry.check(result, "chmod", fd);
  }

  @Override
  public void chownAt(int dir, byte[] path, int uid, int gid) throws ErrnoException {
    int flags = AT_SYMLINK_NOFOLLOW | (path.length == 0 ? AT_EMPTY_PATH : 0);
    KernelEntry.check(
        entry.call(entry.numbers.fchownat, dir, entry.begin(0).path(path), uid, gid, flags),
        "chown",
        path);
  }

  @Override
  public void utimesAt(
      int dir, byte[] path, long atimeSeconds, int atimeNanos, long mtimeSeconds, int mtimeNanos)
      throws ErrnoException {
    Scratch s = entry.begin(0);
    long times = s.reserve(32);
    s.putLong(times, atimeSeconds);
    s.putLong(times + 8, atimeNanos);
    s.putLong(times + 16, mtimeSeconds);
    s.putLong(times + 24, mtimeNanos);
    int flags = AT_SYMLINK_NOFOLLOW | (path.length == 0 ? AT_EMPTY_PATH : 0);
    KernelEntry.check(
        entry.call(entry.numbers.utimensat, dir, s.path(path), times, flags, 0), "utimensat", path);
  }

  @Override
  public void setXattr(int fd, byte[] name, byte[] value) throws ErrnoException {
    Scratch s = entry.begin(value.length);
    long nameAt = s.text(name);
    long valueAt = s.bytes(value, 0, value.length);
    long result = entry.call(entry.numbers.fsetxattr, fd, nameAt, valueAt, value.length, 0);
    if (result == -Errno.EBADF) {
      long path = s.path(procPath(fd));
      result = entry.call(entry.numbers.setxattr, path, nameAt, valueAt, value.length, 0);
    }
    KernelEntry.check(result, "setxattr", name);
  }

  @Override
  public List<byte[]> listXattr(int fd) throws ErrnoException {
    int size = 64 * 1024;
    Scratch s = entry.begin(size);
    long answer = s.reserve(size);
    int length =
        (int)
            KernelEntry.check(
                entry.call(entry.numbers.flistxattr, fd, answer, size, 0, 0), "listxattr", fd);
    List<byte[]> names = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < length; i++) {
      if (s.getByte(answer + i) == 0) {
        names.add(s.copy(answer + start, i - start));
        start = i + 1;
      }
    }
    return names;
  }

  @Override
  public byte[] getXattr(int fd, byte[] name) throws ErrnoException {
    int size = 64 * 1024;
    Scratch s = entry.begin(size);
    long answer = s.reserve(size);
    long result = entry.call(entry.numbers.fgetxattr, fd, s.text(name), answer, size, 0);
    return s.copy(answer, (int) KernelEntry.check(result, "getxattr", name));
  }

  @Override
  public void flock(int fd, int operation) throws ErrnoException {
    KernelEntry.check(entry.repeated(entry.numbers.flock, fd, operation, 0, 0, 0), "flock", fd);
  }

  @Override
  public void fsync(int fd) throws ErrnoException {
    KernelEntry.check(entry.repeated(entry.numbers.fsync, fd, 0, 0, 0, 0), "fsync", fd);
  }

  @Override
  public void syncfs(int fd) throws ErrnoException {
    KernelEntry.check(entry.repeated(entry.numbers.syncfs, fd, 0, 0, 0, 0), "syncfs", fd);
  }

  @Override
  public long freeBytes(int fd) throws ErrnoException {
    return queries.freeBytes(fd);
  }

  @Override
  public long fileSystemType(int fd) throws ErrnoException {
    return queries.fileSystemType(fd);
  }

  @Override
  public void closeOnExec(int fd, boolean close) throws ErrnoException {
    KernelEntry.check(
        entry.call(entry.numbers.fcntl, fd, F_SETFD, close ? FD_CLOEXEC : 0, 0, 0), "fcntl", fd);
  }

  @Override
  public Fd duplicate(int fd) throws ErrnoException {
    long result = entry.call(entry.numbers.fcntl, fd, F_DUPFD_CLOEXEC, 3, 0, 0);
    return new Fd(this, (int) KernelEntry.check(result, "dup", fd));
  }

  @Override
  public BoundSocket socketName(int fd) throws ErrnoException {
    return new SocketQueries(entry).name(fd);
  }

  @Override
  public void mount(String source, String target, String type, long flags, String data)
      throws ErrnoException {
    Scratch s = entry.begin(data.length() * 3);
    long from = source.isEmpty() ? 0 : s.path(source);
    long to = s.path(target);
    long kind = type.isEmpty() ? 0 : s.path(type);
    long options = data.isEmpty() ? 0 : s.text(Kernel.path(data));
    KernelEntry.check(
        entry.call(entry.numbers.mount, from, to, kind, flags, options), "mount", target);
  }

  @Override
  public void umount(String target, int flags) throws ErrnoException {
    KernelEntry.check(
        entry.call(entry.numbers.umount2, entry.begin(0).path(target), flags, 0, 0, 0),
        "umount",
        target);
  }

  @Override
  public void unshare(int flags) throws ErrnoException {
    KernelEntry.check(entry.call(entry.numbers.unshare, flags, 0, 0, 0, 0), "unshare", "");
  }

  @Override
  public void setns(int fd, int type) throws ErrnoException {
    KernelEntry.check(entry.call(entry.numbers.setns, fd, type, 0, 0, 0), "setns", fd);
  }

  @Override
  public void kill(int pid, int signal) throws ErrnoException {
    KernelEntry.check(
        entry.call(entry.numbers.kill, pid, signal, 0, 0, 0), "kill", Integer.toString(pid));
  }

  @Override
  public Fd pidfdOpen(int pid) throws ErrnoException {
    long result = entry.call(entry.numbers.pidfdOpen, pid, 0, 0, 0, 0);
    return new Fd(this, (int) KernelEntry.check(result, "pidfd_open", Integer.toString(pid)));
  }

  @Override
  public void pidfdSendSignal(int pidfd, int signal) throws ErrnoException {
    KernelEntry.check(
        entry.call(entry.numbers.pidfdSendSignal, pidfd, signal, 0, 0, 0),
        "pidfd_send_signal",
        pidfd);
  }

  @Override
  public boolean waitReadable(int fd, int timeoutMillis) throws ErrnoException {
    long end = System.nanoTime() + timeoutMillis * 1_000_000L;
    while (true) {
      long left = Math.max(0, end - System.nanoTime());
      long result = poll(fd, left, timeoutMillis < 0);
      if (result != -Errno.EINTR) {
        return KernelEntry.check(result, "poll", fd) > 0;
      }
    }
  }

  private long poll(int fd, long nanos, boolean forever) {
    Scratch s = entry.begin(0);
    long descriptor = s.reserve(8);
    s.putInt(descriptor, fd);
    s.putShort(descriptor + 4, 1);
    s.putShort(descriptor + 6, 0);
    long time = s.reserve(16);
    s.putLong(time, nanos / 1_000_000_000L);
    s.putLong(time + 8, nanos % 1_000_000_000L);
    return entry.call(entry.numbers.ppoll, descriptor, 1, forever ? 0 : time, 0, SIGNAL_SET_SIZE);
  }

  @Override
  public int prctl(int option, long argument) throws ErrnoException {
    long result = entry.call(entry.numbers.prctl, option, argument, 0, 0, 0);
    return (int) KernelEntry.check(result, "prctl", Integer.toString(option));
  }

  @Override
  public int pid() {
    return (int) entry.call(entry.numbers.getpid, 0, 0, 0, 0, 0);
  }

  @Override
  public int euid() {
    return (int) entry.call(entry.numbers.geteuid, 0, 0, 0, 0, 0);
  }

  @Override
  public int egid() {
    return (int) entry.call(entry.numbers.getegid, 0, 0, 0, 0, 0);
  }

  @Override
  public int umask(int mask) {
    return (int) entry.call(entry.numbers.umask, mask, 0, 0, 0, 0);
  }

  @Override
  public boolean isTerminal(int fd) {
    int tcgets = 0x5401;
    return entry.call(entry.numbers.ioctl, fd, tcgets, entry.begin(0).reserve(64), 0, 0) == 0;
  }

  @Override
  public void chdir(String path) throws ErrnoException {
    KernelEntry.check(
        entry.repeated(entry.numbers.chdir, entry.begin(0).path(path), 0, 0, 0, 0), "chdir", path);
  }

  @Override
  public void loopbackUp() throws ErrnoException {
    int socketType = 2 | Open.O_CLOEXEC;
    int number =
        (int)
            KernelEntry.check(
                entry.call(entry.numbers.socket, 2, socketType, 0, 0, 0), "socket", "inet");
    try (Fd socket = new Fd(this, number)) {
      Scratch s = entry.begin(0);
      long request = s.reserve(40);
      for (int i = 0; i < 40; i += 8) {
        s.putLong(request + i, 0);
      }
      s.putShort(request, 'l' | 'o' << 8);
      int readFlags = 0x8913;
      int writeFlags = 0x8914;
      int upAndRunning = 0x41;
      int fd = socket.number();
      KernelEntry.check(
          entry.call(entry.numbers.ioctl, fd, readFlags, request, 0, 0), "ioctl", "lo");
      s.putShort(request + 16, s.getShort(request + 16) | upAndRunning);
      KernelEntry.check(
          entry.call(entry.numbers.ioctl, fd, writeFlags, request, 0, 0), "ioctl", "lo");
    }
  }

  @Override
  public ErrnoException execve(
      String path, List<byte[]> argv, List<byte[]> environment, List<Integer> inherit) {
    return new ExecCall(entry, this, modern).run(path, argv, environment, inherit);
  }

  private static String procPath(int fd) {
    return "/proc/self/fd/" + fd;
  }

  /** Holds the one kernel so that it is made on first use. */
  private static final class Host {
    static final Kernel KERNEL = new LinuxKernel(binding(System.getProperty("rkt.native", "")));
  }
}
