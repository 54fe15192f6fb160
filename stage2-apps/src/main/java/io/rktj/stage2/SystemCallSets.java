// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

/**
 * Named sets of system calls ({@code spec/rkt-runtime.md} section 8.2), as texts of names between
 * blanks; a name that an architecture does not have means nothing there.
 */
final class SystemCallSets {
  /** What an app may do unless it says otherwise: rkt's list. */
  static final String WHITELIST =
      """
      accept accept4 access alarm bind brk capget capset chdir chmod chown chown32 clock_getres \
      clock_gettime clock_nanosleep close connect copy_file_range creat dup dup2 dup3 epoll_create \
      epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_wait epoll_wait_old eventfd eventfd2 \
      execve execveat exit exit_group faccessat fadvise64 fadvise64_64 fallocate fanotify_mark \
      fchdir fchmod fchmodat fchown fchown32 fchownat fcntl fcntl64 fdatasync fgetxattr flistxattr \
      flock fork fremovexattr fsetxattr fstat fstat64 fstatat64 fstatfs fstatfs64 fsync ftruncate \
      ftruncate64 futex futimesat getcpu getcwd getdents getdents64 getegid getegid32 geteuid \
      geteuid32 getgid getgid32 getgroups getgroups32 getitimer getpeername getpgid getpgrp getpid \
      getppid getpriority getrandom getresgid getresgid32 getresuid getresuid32 getrlimit \
      get_robust_list getrusage getsid getsockname getsockopt get_thread_area gettid gettimeofday \
      getuid getuid32 getxattr inotify_add_watch inotify_init inotify_init1 inotify_rm_watch \
      io_cancel ioctl io_destroy io_getevents ioprio_get ioprio_set io_setup io_submit ipc kill \
      lchown lchown32 lgetxattr link linkat listen listxattr llistxattr _llseek lremovexattr lseek \
      lsetxattr lstat lstat64 madvise memfd_create mincore mkdir mkdirat mknod mknodat mlock mlock2 \
      mlockall mmap mmap2 mprotect mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend \
      mq_unlink mremap msgctl msgget msgrcv msgsnd msync munlock munlockall munmap nanosleep \
      newfstatat _newselect open openat pause personality pipe pipe2 poll ppoll prctl pread64 \
      preadv prlimit64 pselect6 pwrite64 pwritev read readahead readlink readlinkat readv recv \
      recvfrom recvmmsg recvmsg remap_file_pages removexattr rename renameat renameat2 \
      restart_syscall rmdir rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn \
      rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo sched_getaffinity sched_getattr \
      sched_getparam sched_get_priority_max sched_get_priority_min sched_getscheduler \
      sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam sched_setscheduler \
      sched_yield seccomp select semctl semget semop semtimedop send sendfile sendfile64 sendmmsg \
      sendmsg sendto setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups setgroups32 \
      setitimer setpgid setpriority setregid setregid32 setresgid setresgid32 setresuid \
      setresuid32 setreuid setreuid32 setrlimit set_robust_list setsid setsockopt set_thread_area \
      set_tid_address setuid setuid32 setxattr shmat shmctl shmdt shmget shutdown sigaltstack \
      signalfd signalfd4 sigreturn socket socketcall socketpair splice stat stat64 statfs statfs64 \
      symlink symlinkat sync sync_file_range syncfs sysinfo syslog tee tgkill time timer_create \
      timer_delete timerfd_create timerfd_gettime timerfd_settime timer_getoverrun timer_gettime \
      timer_settime times tkill truncate truncate64 ugetrlimit umask uname unlink unlinkat utime \
      utimensat utimes vfork vmsplice wait4 waitid waitpid write writev arch_prctl modify_ldt \
      chroot clone \
      arm_fadvise64_64 arm_sync_file_range breakpoint cacheflush set_tls sync_file_range2\
      """;

  /** What has come since, and what rkt's list lacked, that is as harmless as the rest of it. */
  static final String PRESENT_DAY =
      """
      statx rseq membarrier preadv2 pwritev2 pkey_alloc pkey_free pkey_mprotect io_pgetevents \
      pidfd_open pidfd_send_signal close_range openat2 faccessat2 epoll_pwait2 futex_waitv \
      futex_wake futex_wait futex_requeue landlock_create_ruleset landlock_add_rule \
      landlock_restrict_self memfd_secret process_mrelease process_madvise cachestat fchmodat2 \
      map_shadow_stack mseal \
      clock_gettime64 clock_getres_time64 clock_nanosleep_time64 timer_gettime64 timer_settime64 \
      timerfd_gettime64 timerfd_settime64 utimensat_time64 pselect6_time64 ppoll_time64 \
      io_pgetevents_time64 recvmmsg_time64 mq_timedsend_time64 mq_timedreceive_time64 \
      semtimedop_time64 rt_sigtimedwait_time64 futex_time64 sched_rr_get_interval_time64\
      """;

  /** What a list of allowed calls never takes away: a program could not even start or end. */
  static final String ALWAYS =
      """
      execve exit exit_group getrlimit rt_sigreturn sigreturn clock_getres clock_gettime \
      clock_nanosleep gettimeofday nanosleep pause time restart_syscall\
      """;

  /** What no app needs: rkt's list. */
  static final String BLACKLIST =
      """
      acct add_key adjtimex bpf clock_adjtime clock_settime create_module delete_module \
      finit_module get_kernel_syms get_mempolicy init_module ioperm iopl kcmp kexec_file_load \
      kexec_load keyctl lookup_dcookie mbind mount move_pages name_to_handle_at nfsservctl \
      open_by_handle_at perf_event_open pivot_root process_vm_readv process_vm_writev ptrace \
      query_module quotactl reboot request_key set_mempolicy setns settimeofday stime swapon \
      swapoff sysfs _sysctl umount umount2 unshare uselib userfaultfd ustat vm86 vm86old\
      """;

  /** What has come since that does the same as the rest of it. */
  static final String BLACKLIST_PRESENT_DAY =
      """
      fsconfig fsmount fsopen fspick io_uring_enter io_uring_register io_uring_setup mount_setattr \
      move_mount open_tree open_tree_attr pidfd_getfd quotactl_fd\
      """;

  private static final String CLOCK = "adjtimex clock_adjtime clock_settime settimeofday stime";
  private static final String RAW_IO =
      "ioperm iopl pciconfig_iobase pciconfig_read pciconfig_write";

  private static final String NETWORK_IO =
      """
      accept accept4 bind connect getpeername getsockname getsockopt listen recv recvfrom recvmmsg \
      recvmsg send sendmmsg sendmsg sendto setsockopt shutdown socket socketcall socketpair\
      """;

  private static final String OBSOLETE =
      """
      _sysctl afs_syscall break create_module ftime get_kernel_syms getpmsg gtty lock mpx prof \
      profil putpmsg query_module security sgetmask ssetmask stty sysfs tuxcall ulimit uselib ustat \
      vserver\
      """;

  private static final String PRIVILEGED =
      """
      acct bdflush bpf capset chown chown32 chroot delete_module fchown fchown32 fchownat \
      finit_module init_module kexec_file_load kexec_load lchown lchown32 nfsservctl pivot_root \
      quotactl reboot setdomainname setfsuid setfsuid32 setgroups setgroups32 sethostname \
      setresuid setresuid32 setreuid setreuid32 setuid setuid32 swapoff swapon _sysctl vhangup\
      """;

  private static final String PROCESS =
      "arch_prctl clone clone3 execve execveat fork kill prctl setns tgkill tkill unshare vfork";

  private SystemCallSets() {}

  /** The names behind a wildcard, or empty for one that is not known. */
  static String wildcard(String name) {
    if (name.equals("@rkt/default-whitelist") || name.equals("@docker/default-whitelist")) {
      return WHITELIST + " " + PRESENT_DAY;
    }
    if (name.equals("@rkt/default-blacklist") || name.equals("@docker/default-blacklist")) {
      return BLACKLIST + " " + BLACKLIST_PRESENT_DAY;
    }
    if (name.startsWith("@systemd/")) {
      return group(name.substring("@systemd/".length()));
    }
    return "";
  }

  private static String group(String name) {
    return switch (name) {
      case "clock" -> CLOCK;
      case "default-whitelist" -> ALWAYS;
      case "mount" -> "chroot mount pivot_root umount umount2";
      case "network-io" -> NETWORK_IO;
      case "obsolete" -> OBSOLETE;
      case "privileged" -> CLOCK + " " + RAW_IO + " " + PRIVILEGED;
      case "process" -> PROCESS;
      case "raw-io" -> RAW_IO;
      default -> "";
    };
  }
}
