// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The system calls this program makes, by their names in section 2 of the manual. Paths that may
 * come from an image are {@code byte[]} without a terminating zero, relative to a directory
 * descriptor; paths of our own are text. Every descriptor made is close-on-exec. Failures are
 * {@link ErrnoException}. Thread-safe.
 */
public interface Kernel {
  /** The kernel of this machine, through the cheapest binding at hand. */
  static Kernel host() {
    return LinuxKernel.host();
  }

  /** A path of our own as the kernel wants it. */
  static byte[] path(String path) {
    return path.getBytes(StandardCharsets.UTF_8);
  }

  /** {@code openat(2)} of a path of our own; {@code flags} as in {@link Open}. */
  Fd open(String path, int flags, int mode) throws ErrnoException;

  /** {@code openat(2)} relative to {@code dir}, flags and mode as given. */
  Fd openAt(int dir, byte[] path, int flags, int mode) throws ErrnoException;

  /**
   * {@code openat2(2)} with {@code RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS}: {@code root} is "/"
   * for the whole walk, links included. On a kernel without it the same walk is made component by
   * component, never following a link by path.
   */
  Fd openInRoot(int root, byte[] path, int flags, int mode) throws ErrnoException;

  /**
   * Takes charge of a descriptor that this process was started with, and makes it close-on-exec.
   */
  Fd adopt(int number) throws ErrnoException;

  /** {@code memfd_create(2)}: an empty file without a place in any file system. */
  Fd memoryFile(String name) throws ErrnoException;

  /** {@code close(2)}; errors are not reported. */
  void close(int fd);

  /** {@code read(2)} into {@code buffer[offset..offset+length)}; 0 at the end of file. */
  int read(int fd, byte[] buffer, int offset, int length) throws ErrnoException;

  /** Writes all of {@code buffer[offset..offset+length)}, repeating {@code write(2)} as needed. */
  void writeFully(int fd, byte[] buffer, int offset, int length) throws ErrnoException;

  /**
   * {@code sendfile(2)}: moves up to {@code count} bytes between two files inside the kernel, from
   * and to where they stand; 0 at the end of {@code in}.
   */
  long sendFile(int out, int in, long count) throws ErrnoException;

  /** {@code lseek(2)} from the beginning of the file. */
  void seek(int fd, long position) throws ErrnoException;

  /** {@code ftruncate(2)}. */
  void truncate(int fd, long size) throws ErrnoException;

  /** Fills {@code buffer} from the kernel's random pool ({@code getrandom(2)}). */
  void random(byte[] buffer) throws ErrnoException;

  /** {@code mkdirat(2)}. */
  void mkdirAt(int dir, byte[] path, int mode) throws ErrnoException;

  /** {@code mknodat(2)}. */
  void mknodAt(int dir, byte[] path, int mode, long device) throws ErrnoException;

  /** {@code symlinkat(2)}. */
  void symlinkAt(byte[] target, int dir, byte[] path) throws ErrnoException;

  /** {@code readlinkat(2)}, the whole target. */
  byte[] readlinkAt(int dir, byte[] path) throws ErrnoException;

  /** {@code linkat(2)} with {@code AT_EMPTY_PATH} or through {@code /proc/self/fd}. */
  void linkFd(int fd, int dir, byte[] path) throws ErrnoException;

  /** {@code unlinkat(2)}; {@code flags} 0 or {@link Open#AT_REMOVEDIR}. */
  void unlinkAt(int dir, byte[] path, int flags) throws ErrnoException;

  /** {@code renameat2(2)}; {@code flags} 0, 1 (NOREPLACE) or 2 (EXCHANGE). */
  void renameAt(int oldDir, byte[] oldPath, int newDir, byte[] newPath, int flags)
      throws ErrnoException;

  /** {@code fstat(2)}. */
  FileStatus stat(int fd) throws ErrnoException;

  /** {@code fstatat(2)} without following a final link. */
  FileStatus statAt(int dir, byte[] path) throws ErrnoException;

  /**
   * The kernel's number for the mount that an open file was reached through ({@code statx(2)}); two
   * files with different numbers have a mount point between them.
   */
  long mountId(int fd) throws ErrnoException;

  /** Names in a directory, without {@code .} and {@code ..}, in directory order. */
  default List<byte[]> list(int dir) throws ErrnoException {
    return list(dir, Integer.MAX_VALUE);
  }

  /** The first names in a directory, {@code limit} or a few more at most. */
  List<byte[]> list(int dir, int limit) throws ErrnoException;

  /** {@code fchmod(2)}; {@code fd} may be one of {@code O_PATH}. */
  void chmod(int fd, int mode) throws ErrnoException;

  /** {@code fchownat(2)} without following a link; an empty path means {@code dir} itself. */
  void chownAt(int dir, byte[] path, int uid, int gid) throws ErrnoException;

  /** {@code utimensat(2)} without following a link; an empty path means {@code dir} itself. */
  void utimesAt(
      int dir, byte[] path, long atimeSeconds, int atimeNanos, long mtimeSeconds, int mtimeNanos)
      throws ErrnoException;

  /** {@code fsetxattr(2)}; {@code fd} may be one of {@code O_PATH}. */
  void setXattr(int fd, byte[] name, byte[] value) throws ErrnoException;

  /** Extended attributes' names of an open file. */
  List<byte[]> listXattr(int fd) throws ErrnoException;

  /** {@code fgetxattr(2)}. */
  byte[] getXattr(int fd, byte[] name) throws ErrnoException;

  /** {@code flock(2)}; {@code operation} as in {@link Open}. */
  void flock(int fd, int operation) throws ErrnoException;

  /** {@code fsync(2)}. */
  void fsync(int fd) throws ErrnoException;

  /** {@code syncfs(2)}. */
  void syncfs(int fd) throws ErrnoException;

  /** Free bytes available to us in the file system of {@code fd} ({@code fstatfs(2)}). */
  long freeBytes(int fd) throws ErrnoException;

  /** The {@code f_type} magic of the file system of {@code fd} ({@code fstatfs(2)}). */
  long fileSystemType(int fd) throws ErrnoException;

  /** Clears or sets close-on-exec. */
  void closeOnExec(int fd, boolean close) throws ErrnoException;

  /** {@code dup(2)}, close-on-exec. */
  Fd duplicate(int fd) throws ErrnoException;

  /** What a socket is bound to; {@code ENOTSOCK} for anything else. */
  BoundSocket socketName(int fd) throws ErrnoException;

  /** {@code mount(2)}. An empty source, type or data stands for none. */
  void mount(String source, String target, String type, long flags, String data)
      throws ErrnoException;

  /** {@code umount2(2)}. */
  void umount(String target, int flags) throws ErrnoException;

  /** {@code unshare(2)} of the calling thread. */
  void unshare(int flags) throws ErrnoException;

  /** {@code setns(2)} of the calling thread. */
  void setns(int fd, int type) throws ErrnoException;

  /** {@code kill(2)}; signal 0 only asks. */
  void kill(int pid, int signal) throws ErrnoException;

  /** {@code pidfd_open(2)}. */
  Fd pidfdOpen(int pid) throws ErrnoException;

  /** {@code pidfd_send_signal(2)}. */
  void pidfdSendSignal(int pidfd, int signal) throws ErrnoException;

  /** {@code poll(2)} of one descriptor for reading; false on time-out. */
  boolean waitReadable(int fd, int timeoutMillis) throws ErrnoException;

  /** {@code prctl(2)} with one argument, of the calling thread where the option is a thread's. */
  int prctl(int option, long argument) throws ErrnoException;

  /** {@code getpid(2)}. */
  int pid();

  /** {@code geteuid(2)}. */
  int euid();

  /** {@code getegid(2)}. */
  int egid();

  /** {@code umask(2)}; returns the old one. */
  int umask(int mask);

  /** {@code isatty(3)}. */
  boolean isTerminal(int fd);

  /** {@code chdir(2)}. */
  void chdir(String path) throws ErrnoException;

  /** Sets the loopback interface of the calling thread's network namespace up. */
  void loopbackUp() throws ErrnoException;

  /**
   * Leaves the JVM: resets the calling thread's signal mask, marks every descriptor above 2
   * close-on-exec except {@code inherit}, then {@code execve(2)}, which itself resets every signal
   * that the JVM handles. Returns only by failing, and then with the mask as before. Use {@link
   * ProcessImage}.
   */
  ErrnoException execve(
      String path, List<byte[]> argv, List<byte[]> environment, List<Integer> inherit);
}
