/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outer process: it has the process id that `rkt run` had, stays in the caller's control group
 * and name spaces, and holds the pod's lock. Its exit status is the pod's.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h> /* renameat */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "podinit.h"

static struct {
    struct plan plan;
    pid_t inner;
    int socket;
    int signals;
    bool relaying;
    struct streams *streams; /* copied ones, or null */
} outer;

static COLD_ZEROS struct relay relay; /* of an interactive pod */

static void remove_cgroups(void) {
    for (uint32_t i = outer.plan.app_count; i > 0; i--)
        cgroups_remove(&outer.plan.app[i - 1].cgroups);
    cgroups_remove(&outer.plan.cgroups);
}

/* Ends what has been begun when the start fails. */
static void undo(void) {
    int status;

    terminal_restore();
    if (outer.inner > 0) {
        (void)kill(outer.inner, SIGKILL);
        (void)waitpid(outer.inner, &status, 0);
    }
    remove_cgroups();
}

/* What a terminal sends to all that run in it, and what nohup has a command ignore. */
static bool is_terminals(int number) {
    return number == SIGHUP || number == SIGINT || number == SIGQUIT;
}

/*
 * Undoes what a JVM leaves behind: signal mask and dispositions, and its filter for core dumps. All
 * signals are blocked then and come from ret_signals, except those of a terminal that the caller
 * has had ignored: they are not heard. Without ret_signals they stay ignored.
 */
void reset_process(int *ret_signals) {
    /* The kernel's own form, all zero: the C library keeps signals 32 to 34 from sigaction(). */
    const unsigned long ordinary[4] = {0};
    unsigned long before[4] = {0};
    sigset_t all;
    sigset_t heard;
    int fd = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);

    if (fd >= 0) {
        (void)!write(fd, "0x33", 4);
        (void)close(fd);
    }
    (void)sigfillset(&all);
    (void)sigfillset(&heard);
    (void)sigprocmask(SIG_SETMASK, &all, NULL);
    for (int i = 1; i < 65; i++) {
        if (i == SIGKILL || i == SIGSTOP)
            continue;
        (void)syscall(SYS_rt_sigaction, i, NULL, before, sizeof(unsigned long));
        if (before[0] == (unsigned long)SIG_IGN && is_terminals(i)) {
            (void)sigdelset(&heard, i);
            if (ret_signals == NULL)
                continue;
        }
        (void)syscall(SYS_rt_sigaction, i, ordinary, NULL, sizeof(unsigned long));
    }
    if (ret_signals == NULL)
        return;
    *ret_signals = signalfd(-1, &heard, SFD_CLOEXEC | SFD_NONBLOCK);
    if (*ret_signals < 0)
        die(errno, "open a signal descriptor", NULL);
}

/* Writes a process id into a file of the pod, for other invocations of rkt. */
void write_process_file(const char *pod_dir, const char *name, pid_t pid) {
    int dir = open(pod_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (dir < 0)
        die(errno, "open", pod_dir);
    write_process_id(dir, name, pid);
    (void)close(dir);
}

/* As write_process_file, by a descriptor of the pod's directory. */
void write_process_id(int pod_dir, const char *name, pid_t pid) {
    int fd = openat(pod_dir, ".pid.tmp", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    TEXT(number, 32);

    text_number(&number, (uint64_t)pid, 0, 0);
    text_add(&number, "\n");
    if (fd < 0 || text_write(&number, fd) < 0 ||
        renameat(pod_dir, ".pid.tmp", pod_dir, name) < 0)
        die(errno, "write the process id in", name);
    (void)close(fd);
}

/* An interactive app without a terminal gets our streams, but no file of the host's. */
static void open_streams(void) {
    int error;

    if ((outer.plan.flags & POD_INTERACTIVE) == 0 || isatty(STDIN_FILENO))
        return; /* pipes of process 1, or a terminal */
    outer.streams = reserve(sizeof(*outer.streams));
    error = streams_open(outer.streams, outer.plan.users.count != 0);
    if (error < 0)
        die(error, "pass on the standard streams", NULL);
    if (outer.plan.app_count > 0)
        streams_give(outer.streams, outer.plan.users.first + outer.plan.app[0].uid);
}

/* The child of ours that becomes process 1, or makes it. */
static long start_child(struct plan *plan, unsigned long flags, const int ends[2], int control,
                        void (*child)(void), const int *streams) {
    bool users = plan->users.count != 0;
    int report[2] = {-1, -1};
    long pid;
    long inner_pid;
    int status;

    if (users && pipe2(report, O_CLOEXEC) < 0)
        die(errno, "make a pipe", NULL);
    pid = syscall(SYS_clone, users ? SIGCHLD : flags, 0, 0, 0, 0);
    if (pid == 0) {
        struct inner inner;

        on_die(NULL);
        (void)close(ends[0]);
        child();
        if (!users)
            inner_main(plan, ends[1], control, streams);
        (void)close(report[0]);
        inner = inner_of(plan, ends[1], control, streams);
        inner_with_users(&inner, flags, report[1]);
    }
    if (!users || pid < 0)
        return pid;
    (void)close(report[1]);
    /* One that fails before it has made another has said why, and its end is the pod's. */
    if (read(report[0], &inner_pid, sizeof(inner_pid)) == (ssize_t)sizeof(inner_pid)) {
        (void)waitpid((pid_t)pid, &status, 0);
        pid = inner_pid;
    }
    (void)close(report[0]);
    return pid;
}

/* Starts process 1 of a pod, which calls child first; ret_socket is our end to it. */
pid_t pod_start(struct plan *plan, int control, int *ret_socket, void (*child)(void),
                const int *streams) {
    unsigned long flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | SIGCHLD;
    int ends[2];
    long pid;

    if ((plan->flags & POD_SHARE_IPC) == 0)
        flags |= CLONE_NEWIPC;
    if (plan->network == NETWORK_LOOPBACK)
        flags |= CLONE_NEWNET;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        die(errno, "make a socket", NULL);
    pid = start_child(plan, flags, ends, control, child, streams);
    if (pid < 0)
        die(errno, "make the pod's name spaces", NULL);
    (void)close(ends[1]);
    (void)close(control);
    *ret_socket = ends[0];
    return (pid_t)pid;
}

/* In the child that becomes process 1. */
static void child_side(void) {
    int error = cgroups_join(&outer.plan.cgroups, 0, GROUPS_AT_ONCE);

    if (error < 0)
        die(error, "join the pod's control groups", NULL);
    (void)close(outer.signals);
    if (outer.streams != NULL)
        streams_close_ours(outer.streams);
}

static void join_cgroups(void) {
    int error;

    error = cgroups_join(&outer.plan.cgroups, outer.inner, GROUPS_AFTER_A_WAIT);
    /* One that has ended already has said why itself. */
    if (error < 0 && error != -ESRCH)
        die(error, "join the pod's control groups", NULL);
    (void)send(outer.socket, "G", 1, MSG_NOSIGNAL);
}

static void start_relay(int master) {
    relay_start(&relay, master);
    outer.relaying = true;
    terminal_copy_size(master);
    terminal_raw();
}

/* Takes a message of process 1; false once there will be no more. */
static bool inner_event(void) {
    char what[1 + STATUS_WORDS];
    unsigned count = 1;
    int fd = -1;
    ssize_t n = receive_with_fds(outer.socket, what, sizeof(what), &fd, &count);

    if (n < 1)
        return false;
    if (what[0] == 'R')
        notify_manager("READY=1");
    else if (what[0] == 'S')
        notify_manager("STOPPING=1");
    else if (what[0] == 'W')
        notify_manager("WATCHDOG=1");
    else if (what[0] == 'N')
        notify_status(what + 1, (size_t)n - 1);
    else if (what[0] == 'T' && count == 1)
        start_relay(fd);
    return true;
}

/* Passes signals on; true when process 1 has ended. */
static bool signal_event(int *ret_status) {
    struct signalfd_siginfo info;

    while (read(outer.signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        int number = (int)info.ssi_signo;

        if (number == SIGTERM || number == SIGINT || number == SIGQUIT || number == SIGHUP)
            (void)send(outer.socket, "S", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
        else if (number == SIGABRT) /* a watchdog's: there is nobody left to ask */
            (void)kill(outer.inner, SIGKILL);
        else if (number == SIGWINCH && outer.relaying)
            terminal_copy_size(relay.master);
    }
    return waitpid(outer.inner, ret_status, WNOHANG) == outer.inner;
}

/* How long to wait for events: process 1 is asked from time to time whether it is alive. */
static int timeout(void) {
    int64_t at = watchdog_deadline();
    int64_t left = at - now_millis();

    if (watchdog_due())
        (void)send(outer.socket, "W", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    return at == 0 ? -1 : left < 0 ? 0 : left > 3600000 ? 3600000 : (int)left;
}

/* Runs until process 1 has ended; its wait status. */
static int watch(void) {
    struct pollfd fds[2 + RELAY_POLLS] = {{outer.signals, POLLIN, 0}, {outer.socket, POLLIN, 0}};
    int status = 0;

    for (;;) {
        unsigned count = 2;

        if (outer.relaying)
            count += relay_poll(&relay, fds + 2);
        else if (outer.streams != NULL)
            count += streams_poll(outer.streams, fds + 2);
        if (poll(fds, count, timeout()) < 0 && errno != EINTR)
            die(errno, "wait for events", NULL);
        if (outer.relaying && !relay_handle(&relay, fds + 2))
            (void)kill(outer.inner, SIGKILL);
        if (outer.streams != NULL)
            streams_handle(outer.streams, fds + 2);
        if (fds[1].revents != 0 && !inner_event())
            fds[1].fd = -1;
        if (fds[0].revents != 0 && signal_event(&status))
            return status;
    }
}

static void tidy_up(void) {
    int dir = open(outer.plan.pod_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (outer.relaying)
        relay_drain(&relay);
    if (outer.streams != NULL)
        streams_drain(outer.streams);
    terminal_restore();
    if (dir >= 0) {
        (void)unlinkat(dir, "control", 0);
        (void)close(dir);
    }
    remove_cgroups();
}

/* Carries out the plan; the pod's exit status. */
int outer_main(int plan_fd, int lock_fd) {
    int status;
    int error;

    if (fcntl(lock_fd, F_SETFD, FD_CLOEXEC) < 0)
        die(errno, "keep the pod's lock", NULL);
    reset_process(&outer.signals);
    error = plan_read(plan_fd, &outer.plan);
    if (error < 0)
        die(error, "read the plan", NULL);
    (void)close(plan_fd);
    sockets_keep(&outer.plan);
    watchdog_open();
    on_die(undo);
    cgroups_make(&outer.plan.cgroups);
    for (uint32_t i = 0; i < outer.plan.app_count; i++)
        cgroups_make(&outer.plan.app[i].cgroups);
    cgroups_open(&outer.plan.cgroups);
    open_streams();
    outer.inner = pod_start(&outer.plan, control_socket(outer.plan.pod_dir), &outer.socket,
                            child_side, outer.streams != NULL ? outer.streams->theirs : NULL);
    if (outer.streams != NULL)
        streams_close_theirs(outer.streams);
    for (uint32_t i = 0; i < outer.plan.app_count; i++)
        sockets_close(&outer.plan.app[i]);
    join_cgroups();
    write_process_file(outer.plan.pod_dir, "ppid", getpid());
    forget_stack();
    status = watch();
    tidy_up();
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
