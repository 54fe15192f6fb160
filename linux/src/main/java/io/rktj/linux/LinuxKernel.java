// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import java.io.File;
import java.lang.ref.Reference;
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
  private static final int CLOSE_RANGE_CLOEXEC = 4;
  private static final int F_SETFD = 2;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int FD_CLOEXEC = 1;
  private static final int NO_FD = -1;
  private static final int RESOLVE_NO_MAGICLINKS = 0x02;
  private static final int RESOLVE_IN_ROOT = 0x10;
  private static final int SIG_SETMASK = 2;
  private static final int SIGNAL_SET_SIZE = 8;
  private static final int STATX_BASIC_STATS = 0x7ff;
  private static final int STATX_MNT_ID = 0x1000;
  private static final int STATX_SIZE = 256;
  private static final int TRANSFER_LIMIT = 128 * 1024;
  private static final byte[] EMPTY = new byte[0];
  private static final byte[] HERE = {'.'};

  private final SystemCalls calls;
  private final SystemCallNumbers numbers;
  private final boolean modern;
  private final ThreadLocal<Scratch> scratch;

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
    this.calls = calls;
    this.modern = modern;
    numbers = SystemCallNumbers.of(System.getProperty("os.arch"));
    scratch =
        new ThreadLocal<Scratch>() {
          @Override
          protected Scratch initialValue() {
            return new Scratch(calls);
          }
        };
  }

  /** The one of this process, made on first use. */
  static Kernel host() {
    return Host.KERNEL;
  }

  /** Our library if the property names a file, otherwise jnr-ffi's engine. */
  static SystemCalls binding(String library) {
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
    Scratch s = begin();
    int all = numbers.openFlags(flags | Open.O_CLOEXEC);
    long result = repeated(numbers.openat, dir, s.path(path), all, mode, 0);
    return new Fd(this, (int) check(result, "open", path));
  }

  @Override
  public Fd openInRoot(int root, byte[] path, int flags, int mode) throws ErrnoException {
    if (modern) {
      long result = openat2(root, path, flags, mode);
      for (int tries = 0; result == -Errno.EAGAIN && tries < 100; tries++) {
        result = openat2(root, path, flags, mode);
      }
      if (result != -Errno.ENOSYS) {
        return new Fd(this, (int) check(result, "openat2", path));
      }
    }
    return new RootWalk(this, root, path).open(flags, mode);
  }

  private long openat2(int root, byte[] path, int flags, int mode) throws ErrnoException {
    Scratch s = begin();
    boolean makes = (flags & (Open.O_CREAT | 020000000)) != 0;
    long how = s.reserve(24);
    s.putLong(how, numbers.openFlags(flags | Open.O_CLOEXEC));
    s.putLong(how + 8, makes ? mode : 0);
    s.putLong(how + 16, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
    return repeated(numbers.openat2, root, s.path(path), how, 24, 0);
  }

  @Override
  public Fd adopt(int number) throws ErrnoException {
    closeOnExec(number, true);
    return new Fd(this, number);
  }

  @Override
  public Fd memoryFile(String name) throws ErrnoException {
    long result = calls.call(numbers.memfdCreate, begin().path(name), 1, 0, 0, 0);
    return new Fd(this, (int) check(result, "memfd_create", name));
  }

  @Override
  public void close(int fd) {
    long unused = calls.call(numbers.close, fd, 0, 0, 0, 0);
  }

  @Override
  public int read(int fd, byte[] buffer, int offset, int length) throws ErrnoException {
    int some = Math.min(length, TRANSFER_LIMIT);
    Scratch s = scratch.get().begin(some);
    long address = s.reserve(some);
    int count = (int) check(repeated(numbers.read, fd, address, some, 0, 0), "read", fd);
    s.get(address, buffer, offset, count);
    return count;
  }

  @Override
  public void writeFully(int fd, byte[] buffer, int offset, int length) throws ErrnoException {
    int done = 0;
    while (done < length) {
      int some = Math.min(length - done, TRANSFER_LIMIT);
      long address = scratch.get().begin(some).bytes(buffer, offset + done, some);
      done += (int) check(repeated(numbers.write, fd, address, some, 0, 0), "write", fd);
    }
  }

  @Override
  public long sendFile(int out, int in, long count) throws ErrnoException {
    return check(repeated(numbers.sendfile, out, in, 0, count, 0), "sendfile", out);
  }

  @Override
  public void seek(int fd, long position) throws ErrnoException {
    check(calls.call(numbers.lseek, fd, position, 0, 0, 0), "lseek", fd);
  }

  @Override
  public void truncate(int fd, long size) throws ErrnoException {
    check(repeated(numbers.ftruncate, fd, size, 0, 0, 0), "ftruncate", fd);
  }

  @Override
  public void random(byte[] buffer) throws ErrnoException {
    int done = 0;
    while (done < buffer.length) {
      int some = Math.min(buffer.length - done, 256);
      Scratch s = begin();
      long address = s.reserve(some);
      long result = repeated(numbers.getrandom, address, some, 0, 0, 0);
      int count = (int) check(result, "getrandom", "");
      s.get(address, buffer, done, count);
      done += count;
    }
  }

  @Override
  public void mkdirAt(int dir, byte[] path, int mode) throws ErrnoException {
    check(calls.call(numbers.mkdirat, dir, begin().path(path), mode, 0, 0), "mkdir", path);
  }

  @Override
  public void mknodAt(int dir, byte[] path, int mode, long device) throws ErrnoException {
    check(calls.call(numbers.mknodat, dir, begin().path(path), mode, device, 0), "mknod", path);
  }

  @Override
  public void symlinkAt(byte[] target, int dir, byte[] path) throws ErrnoException {
    Scratch s = begin();
    long result = calls.call(numbers.symlinkat, s.path(target), dir, s.path(path), 0, 0);
    check(result, "symlink", path);
  }

  @Override
  public byte[] readlinkAt(int dir, byte[] path) throws ErrnoException {
    Scratch s = begin();
    long target = s.reserve(Scratch.PATH_MAX);
    long result = calls.call(numbers.readlinkat, dir, s.path(path), target, Scratch.PATH_MAX, 0);
    int length = (int) check(result, "readlink", path);
    if (length == Scratch.PATH_MAX) {
      throw new ErrnoException("readlink", Scratch.describe(path), Errno.ENAMETOOLONG);
    }
    return s.copy(target, length);
  }

  @Override
  public void linkFd(int fd, int dir, byte[] path) throws ErrnoException {
    Scratch s = begin();
    long to = s.path(path);
    long result = calls.call(numbers.linkat, fd, s.path(EMPTY), dir, to, AT_EMPTY_PATH);
    if (result == -Errno.ENOENT || result == -Errno.EPERM) {
      // without CAP_DAC_READ_SEARCH the kernel only takes the long way
      long from = s.path(procPath(fd));
      result = calls.call(numbers.linkat, Fd.AT_FDCWD, from, dir, to, AT_SYMLINK_FOLLOW);
    }
    check(result, "link", path);
  }

  @Override
  public void unlinkAt(int dir, byte[] path, int flags) throws ErrnoException {
    check(calls.call(numbers.unlinkat, dir, begin().path(path), flags, 0, 0), "unlink", path);
  }

  @Override
  public void renameAt(int oldDir, byte[] oldPath, int newDir, byte[] newPath, int flags)
      throws ErrnoException {
    Scratch s = begin();
    long from = s.path(oldPath);
    long to = s.path(newPath);
    check(calls.call(numbers.renameat2, oldDir, from, newDir, to, flags), "rename", oldPath);
  }

  @Override
  public FileStatus stat(int fd) throws ErrnoException {
    return statAt(fd, EMPTY);
  }

  @Override
  public FileStatus statAt(int dir, byte[] path) throws ErrnoException {
    Scratch s = begin();
    return fileStatus(s, statx(s, dir, path, STATX_BASIC_STATS));
  }

  @Override
  public long mountId(int fd) throws ErrnoException {
    Scratch s = begin();
    long answer = statx(s, fd, EMPTY, STATX_MNT_ID);
    if ((s.getInt(answer) & STATX_MNT_ID) == 0) {
      throw new ErrnoException("statx", "mount id", Errno.ENOSYS);
    }
    return s.getLong(answer + 144);
  }

  private long statx(Scratch s, int dir, byte[] path, int mask) throws ErrnoException {
    long answer = s.reserve(STATX_SIZE);
    int flags = AT_SYMLINK_NOFOLLOW | (path.length == 0 ? AT_EMPTY_PATH : 0);
    long result = repeated(numbers.statx, dir, s.path(path), flags, mask, answer);
    if (path.length == 0) {
      check(result, "stat", dir);
    } else {
      check(result, "stat", path);
    }
    return answer;
  }

  /** Reads a {@code struct statx}, which is the same on every machine. */
  private static FileStatus fileStatus(Scratch s, long answer) {
    return new FileStatus(
        FileStatus.device(s.getInt(answer + 136), s.getInt(answer + 140)),
        s.getLong(answer + 32),
        s.getShort(answer + 28),
        s.getInt(answer + 16) & 0xffffffffL,
        s.getInt(answer + 20),
        s.getInt(answer + 24),
        FileStatus.device(s.getInt(answer + 128), s.getInt(answer + 132)),
        s.getLong(answer + 40),
        s.getLong(answer + 48),
        s.getLong(answer + 112),
        s.getInt(answer + 120),
        s.getLong(answer + 96),
        s.getInt(answer + 104));
  }

  @Override
  public List<byte[]> list(int dir, int limit) throws ErrnoException {
    int flags = Open.O_RDONLY | Open.O_DIRECTORY;
    List<byte[]> names = new ArrayList<>();
    // a description of its own: the caller's read position stays, O_PATH will do
    try (Fd own = openAt(dir, HERE, flags, 0)) {
      int size = 12 * 1024;
      while (names.size() < limit) {
        Scratch s = begin();
        long entries = s.reserve(size);
        long result = repeated(numbers.getdents64, own.number(), entries, size, 0, 0);
        int length = (int) check(result, "getdents", dir);
        if (length == 0) {
          break;
        }
        addNames(s, entries, length, names);
      }
    }
    return names;
  }

  /** Reads {@code struct linux_dirent64}: inode, offset, record length, type, name. */
  private static void addNames(Scratch s, long entries, int length, List<byte[]> names) {
    long entry = entries;
    while (entry < entries + length) {
      long name = entry + 19;
      int size = 0;
      while (s.getByte(name + size) != 0) {
        size++;
      }
      boolean dots =
          s.getByte(name) == '.' && (size == 1 || (size == 2 && s.getByte(name + 1) == '.'));
      if (!dots) {
        names.add(s.copy(name, size));
      }
      entry += s.getShort(entry + 16);
    }
  }

  @Override
  public void chmod(int fd, int mode) throws ErrnoException {
    long result = calls.call(numbers.fchmod, fd, mode, 0, 0, 0);
    if (result == -Errno.EBADF) {
      long path = begin().path(procPath(fd));
      result = calls.call(numbers.fchmodat, Fd.AT_FDCWD, path, mode, 0, 0);
    }
    check(result, "chmod", fd);
  }

  @Override
  public void chownAt(int dir, byte[] path, int uid, int gid) throws ErrnoException {
    int flags = AT_SYMLINK_NOFOLLOW | (path.length == 0 ? AT_EMPTY_PATH : 0);
    check(calls.call(numbers.fchownat, dir, begin().path(path), uid, gid, flags), "chown", path);
  }

  @Override
  public void utimesAt(
      int dir, byte[] path, long atimeSeconds, int atimeNanos, long mtimeSeconds, int mtimeNanos)
      throws ErrnoException {
    Scratch s = begin();
    long times = s.reserve(32);
    s.putLong(times, atimeSeconds);
    s.putLong(times + 8, atimeNanos);
    s.putLong(times + 16, mtimeSeconds);
    s.putLong(times + 24, mtimeNanos);
    int flags = AT_SYMLINK_NOFOLLOW | (path.length == 0 ? AT_EMPTY_PATH : 0);
    check(calls.call(numbers.utimensat, dir, s.path(path), times, flags, 0), "utimensat", path);
  }

  @Override
  public void setXattr(int fd, byte[] name, byte[] value) throws ErrnoException {
    Scratch s = scratch.get().begin(value.length);
    long nameAt = s.text(name);
    long valueAt = s.bytes(value, 0, value.length);
    long result = calls.call(numbers.fsetxattr, fd, nameAt, valueAt, value.length, 0);
    if (result == -Errno.EBADF) {
      long path = s.path(procPath(fd));
      result = calls.call(numbers.setxattr, path, nameAt, valueAt, value.length, 0);
    }
    check(result, "setxattr", name);
  }

  @Override
  public List<byte[]> listXattr(int fd) throws ErrnoException {
    int size = 64 * 1024;
    Scratch s = scratch.get().begin(size);
    long answer = s.reserve(size);
    int length =
        (int) check(calls.call(numbers.flistxattr, fd, answer, size, 0, 0), "listxattr", fd);
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
    Scratch s = scratch.get().begin(size);
    long answer = s.reserve(size);
    long result = calls.call(numbers.fgetxattr, fd, s.text(name), answer, size, 0);
    return s.copy(answer, (int) check(result, "getxattr", name));
  }

  @Override
  public void flock(int fd, int operation) throws ErrnoException {
    check(repeated(numbers.flock, fd, operation, 0, 0, 0), "flock", fd);
  }

  @Override
  public void fsync(int fd) throws ErrnoException {
    check(repeated(numbers.fsync, fd, 0, 0, 0, 0), "fsync", fd);
  }

  @Override
  public void syncfs(int fd) throws ErrnoException {
    check(repeated(numbers.syncfs, fd, 0, 0, 0, 0), "syncfs", fd);
  }

  @Override
  public long freeBytes(int fd) throws ErrnoException {
    Scratch s = begin();
    long answer = statfs(s, fd);
    return s.getLong(answer + 32) * s.getLong(answer + 8);
  }

  @Override
  public long fileSystemType(int fd) throws ErrnoException {
    Scratch s = begin();
    return s.getLong(statfs(s, fd));
  }

  /** Asks for a {@code struct statfs}: type, block size, blocks, free, available, and more. */
  private long statfs(Scratch s, int fd) throws ErrnoException {
    long answer = s.reserve(120);
    check(repeated(numbers.fstatfs, fd, answer, 0, 0, 0), "statfs", fd);
    return answer;
  }

  @Override
  public void closeOnExec(int fd, boolean close) throws ErrnoException {
    check(calls.call(numbers.fcntl, fd, F_SETFD, close ? FD_CLOEXEC : 0, 0, 0), "fcntl", fd);
  }

  @Override
  public Fd duplicate(int fd) throws ErrnoException {
    long result = calls.call(numbers.fcntl, fd, F_DUPFD_CLOEXEC, 3, 0, 0);
    return new Fd(this, (int) check(result, "dup", fd));
  }

  @Override
  public void mount(String source, String target, String type, long flags, String data)
      throws ErrnoException {
    Scratch s = scratch.get().begin(data.length() * 3);
    long from = source.isEmpty() ? 0 : s.path(source);
    long to = s.path(target);
    long kind = type.isEmpty() ? 0 : s.path(type);
    long options = data.isEmpty() ? 0 : s.text(Kernel.path(data));
    check(calls.call(numbers.mount, from, to, kind, flags, options), "mount", target);
  }

  @Override
  public void umount(String target, int flags) throws ErrnoException {
    check(calls.call(numbers.umount2, begin().path(target), flags, 0, 0, 0), "umount", target);
  }

  @Override
  public void unshare(int flags) throws ErrnoException {
    check(calls.call(numbers.unshare, flags, 0, 0, 0, 0), "unshare", "");
  }

  @Override
  public void setns(int fd, int type) throws ErrnoException {
    check(calls.call(numbers.setns, fd, type, 0, 0, 0), "setns", fd);
  }

  @Override
  public void kill(int pid, int signal) throws ErrnoException {
    check(calls.call(numbers.kill, pid, signal, 0, 0, 0), "kill", Integer.toString(pid));
  }

  @Override
  public Fd pidfdOpen(int pid) throws ErrnoException {
    long result = calls.call(numbers.pidfdOpen, pid, 0, 0, 0, 0);
    return new Fd(this, (int) check(result, "pidfd_open", Integer.toString(pid)));
  }

  @Override
  public void pidfdSendSignal(int pidfd, int signal) throws ErrnoException {
    check(calls.call(numbers.pidfdSendSignal, pidfd, signal, 0, 0, 0), "pidfd_send_signal", pidfd);
  }

  @Override
  public boolean waitReadable(int fd, int timeoutMillis) throws ErrnoException {
    long end = System.nanoTime() + timeoutMillis * 1_000_000L;
    while (true) {
      long left = Math.max(0, end - System.nanoTime());
      long result = poll(fd, left, timeoutMillis < 0);
      if (result != -Errno.EINTR) {
        return check(result, "poll", fd) > 0;
      }
    }
  }

  private long poll(int fd, long nanos, boolean forever) {
    Scratch s = begin();
    long descriptor = s.reserve(8);
    s.putInt(descriptor, fd);
    s.putShort(descriptor + 4, 1);
    s.putShort(descriptor + 6, 0);
    long time = s.reserve(16);
    s.putLong(time, nanos / 1_000_000_000L);
    s.putLong(time + 8, nanos % 1_000_000_000L);
    return calls.call(numbers.ppoll, descriptor, 1, forever ? 0 : time, 0, SIGNAL_SET_SIZE);
  }

  @Override
  public int prctl(int option, long argument) throws ErrnoException {
    long result = calls.call(numbers.prctl, option, argument, 0, 0, 0);
    return (int) check(result, "prctl", Integer.toString(option));
  }

  @Override
  public int pid() {
    return (int) calls.call(numbers.getpid, 0, 0, 0, 0, 0);
  }

  @Override
  public int euid() {
    return (int) calls.call(numbers.geteuid, 0, 0, 0, 0, 0);
  }

  @Override
  public int egid() {
    return (int) calls.call(numbers.getegid, 0, 0, 0, 0, 0);
  }

  @Override
  public int umask(int mask) {
    return (int) calls.call(numbers.umask, mask, 0, 0, 0, 0);
  }

  @Override
  public boolean isTerminal(int fd) {
    int tcgets = 0x5401;
    return calls.call(numbers.ioctl, fd, tcgets, begin().reserve(64), 0, 0) == 0;
  }

  @Override
  public void chdir(String path) throws ErrnoException {
    check(repeated(numbers.chdir, begin().path(path), 0, 0, 0, 0), "chdir", path);
  }

  @Override
  public void loopbackUp() throws ErrnoException {
    int socketType = 2 | Open.O_CLOEXEC;
    int number = (int) check(calls.call(numbers.socket, 2, socketType, 0, 0, 0), "socket", "inet");
    try (Fd socket = new Fd(this, number)) {
      Scratch s = begin();
      long request = s.reserve(40);
      for (int i = 0; i < 40; i += 8) {
        s.putLong(request + i, 0);
      }
      s.putShort(request, 'l' | 'o' << 8);
      int readFlags = 0x8913;
      int writeFlags = 0x8914;
      int upAndRunning = 0x41;
      int fd = socket.number();
      check(calls.call(numbers.ioctl, fd, readFlags, request, 0, 0), "ioctl", "lo");
      s.putShort(request + 16, s.getShort(request + 16) | upAndRunning);
      check(calls.call(numbers.ioctl, fd, writeFlags, request, 0, 0), "ioctl", "lo");
    }
  }

  @Override
  public ErrnoException execve(
      String path, List<byte[]> argv, List<byte[]> environment, List<Integer> inherit) {
    try {
      ArgumentBlock block = new ArgumentBlock(calls, argv, environment);
      closeAllOnExec();
      for (int fd : inherit) {
        closeOnExec(fd, false);
      }
      long result = callExecve(path, block);
      for (int fd : inherit) {
        closeOnExec(fd, true);
      }
      return new ErrnoException("execve", path, (int) -result);
    } catch (ErrnoException e) {
      return e;
    }
  }

  private long callExecve(String path, ArgumentBlock block) throws ErrnoException {
    Scratch s = begin();
    long program = s.path(path);
    long oldMask = s.reserve(SIGNAL_SET_SIZE);
    long noMask = s.reserve(SIGNAL_SET_SIZE);
    s.putLong(noMask, 0);
    setSignalMask(noMask, oldMask);
    try {
      return calls.call(numbers.execve, program, block.argv(), block.environment(), 0, 0);
    } finally {
      Reference.reachabilityFence(block);
      setSignalMask(oldMask, 0);
    }
  }

  private void setSignalMask(long mask, long oldMask) throws ErrnoException {
    long result = calls.call(numbers.rtSigprocmask, SIG_SETMASK, mask, oldMask, SIGNAL_SET_SIZE, 0);
    check(result, "sigprocmask", "");
  }

  /** Marks all above 2, with close_range(2) or, before kernel 5.11, one by one. */
  private void closeAllOnExec() throws ErrnoException {
    if (modern) {
      long last = 0xffffffffL;
      if (calls.call(numbers.closeRange, 3, last, CLOSE_RANGE_CLOEXEC, 0, 0) == 0) {
        return;
      }
    }
    try (Fd all = open("/proc/self/fd", Open.O_PATH | Open.O_DIRECTORY, 0)) {
      for (byte[] name : list(all.number())) {
        int fd = number(name);
        // the descriptor that the listing itself used is gone again
        if (fd > 2) {
          long unused = calls.call(numbers.fcntl, fd, F_SETFD, FD_CLOEXEC, 0, 0);
        }
      }
    }
  }

  private static int number(byte[] digits) {
    int number = 0;
    for (byte digit : digits) {
      if (digit < '0' || digit > '9') {
        return NO_FD;
      }
      number = number * 10 + (digit - '0');
    }
    return number;
  }

  private static String procPath(int fd) {
    return "/proc/self/fd/" + fd;
  }

  private Scratch begin() {
    return scratch.get().begin(0);
  }

  /** Makes a call again for as long as a signal interrupts it. */
  private long repeated(int number, long a, long b, long c, long d, long e) {
    long result;
    do {
      result = calls.call(number, a, b, c, d, e);
    } while (result == -Errno.EINTR);
    return result;
  }

  private static long check(long result, String call, byte[] subject) throws ErrnoException {
    if (result < 0) {
      throw new ErrnoException(call, Scratch.describe(subject), (int) -result);
    }
    return result;
  }

  private static long check(long result, String call, String subject) throws ErrnoException {
    if (result < 0) {
      throw new ErrnoException(call, subject, (int) -result);
    }
    return result;
  }

  private static long check(long result, String call, int fd) throws ErrnoException {
    if (result < 0) {
      throw new ErrnoException(call, "descriptor " + fd, (int) -result);
    }
    return result;
  }

  /** Holds the one kernel so that it is made on first use. */
  private static final class Host {
    static final Kernel KERNEL = new LinuxKernel(binding(System.getProperty("rkt.native", "")));
  }
}
