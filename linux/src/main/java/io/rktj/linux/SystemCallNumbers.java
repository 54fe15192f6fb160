// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

/**
 * Numbers of the system calls we make: left those of x86_64 ({@code
 * arch/x86/entry/syscalls/syscall_64.tbl} in the kernel), right those of aarch64 ({@code
 * include/uapi/asm-generic/unistd.h}).
 */
final class SystemCallNumbers {
  final int read;
  final int write;
  final int close;
  final int lseek;
  final int rtSigprocmask;
  final int ioctl;
  final int getpid;
  final int sendfile;
  final int socket;
  final int getsockname;
  final int getsockopt;
  final int execve;
  final int kill;
  final int fcntl;
  final int flock;
  final int fsync;
  final int ftruncate;
  final int chdir;
  final int fchmod;
  final int umask;
  final int geteuid;
  final int getegid;
  final int fstatfs;
  final int prctl;
  final int mount;
  final int umount2;
  final int setxattr;
  final int fsetxattr;
  final int fgetxattr;
  final int flistxattr;
  final int getdents64;
  final int openat;
  final int mkdirat;
  final int mknodat;
  final int fchownat;
  final int unlinkat;
  final int linkat;
  final int symlinkat;
  final int readlinkat;
  final int fchmodat;
  final int ppoll;
  final int unshare;
  final int utimensat;
  final int syncfs;
  final int setns;
  final int renameat2;
  final int getrandom;
  final int memfdCreate;
  final int statx;
  final int pidfdSendSignal;
  final int pidfdOpen;
  final int closeRange;
  final int openat2;

  private final boolean x86;

  private SystemCallNumbers(boolean x86) {
    this.x86 = x86;
    read = x86 ? 0 : 63;
    write = x86 ? 1 : 64;
    close = x86 ? 3 : 57;
    lseek = x86 ? 8 : 62;
    rtSigprocmask = x86 ? 14 : 135;
    ioctl = x86 ? 16 : 29;
    getpid = x86 ? 39 : 172;
    sendfile = x86 ? 40 : 71;
    socket = x86 ? 41 : 198;
    getsockname = x86 ? 51 : 204;
    getsockopt = x86 ? 55 : 209;
    execve = x86 ? 59 : 221;
    kill = x86 ? 62 : 129;
    fcntl = x86 ? 72 : 25;
    flock = x86 ? 73 : 32;
    fsync = x86 ? 74 : 82;
    ftruncate = x86 ? 77 : 46;
    chdir = x86 ? 80 : 49;
    fchmod = x86 ? 91 : 52;
    umask = x86 ? 95 : 166;
    geteuid = x86 ? 107 : 175;
    getegid = x86 ? 108 : 177;
    fstatfs = x86 ? 138 : 44;
    prctl = x86 ? 157 : 167;
    mount = x86 ? 165 : 40;
    umount2 = x86 ? 166 : 39;
    setxattr = x86 ? 188 : 5;
    fsetxattr = x86 ? 190 : 7;
    fgetxattr = x86 ? 193 : 10;
    flistxattr = x86 ? 196 : 13;
    getdents64 = x86 ? 217 : 61;
    openat = x86 ? 257 : 56;
    mkdirat = x86 ? 258 : 34;
    mknodat = x86 ? 259 : 33;
    fchownat = x86 ? 260 : 54;
    unlinkat = x86 ? 263 : 35;
    linkat = x86 ? 265 : 37;
    symlinkat = x86 ? 266 : 36;
    readlinkat = x86 ? 267 : 78;
    fchmodat = x86 ? 268 : 53;
    ppoll = x86 ? 271 : 73;
    unshare = x86 ? 272 : 97;
    utimensat = x86 ? 280 : 88;
    syncfs = x86 ? 306 : 267;
    setns = x86 ? 308 : 268;
    renameat2 = x86 ? 316 : 276;
    getrandom = x86 ? 318 : 278;
    memfdCreate = x86 ? 319 : 279;
    statx = x86 ? 332 : 291;
    pidfdSendSignal = 424;
    pidfdOpen = 434;
    closeRange = 436;
    openat2 = 437;
  }

  /** The table of a machine, by the JVM's name for it. */
  static SystemCallNumbers of(String architecture) {
    if (architecture.equals("amd64") || architecture.equals("x86_64")) {
      return new SystemCallNumbers(true);
    }
    if (architecture.equals("aarch64")) {
      return new SystemCallNumbers(false);
    }
    throw new UnsupportedOperationException("no system call numbers for " + architecture);
  }

  /**
   * Turns flags of {@link Open} into those of this machine: aarch64 has its own {@code O_DIRECTORY}
   * and {@code O_NOFOLLOW} ({@code arch/arm64/include/uapi/asm/fcntl.h}).
   */
  int openFlags(int flags) {
    if (x86) {
      return flags;
    }
    int translated = flags & ~(0200000 | Open.O_NOFOLLOW);
    if ((flags & 0200000) != 0) {
      translated |= 040000;
    }
    if ((flags & Open.O_NOFOLLOW) != 0) {
      translated |= 0100000;
    }
    return translated;
  }
}
