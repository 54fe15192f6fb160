/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The processes of a machine on the host: the server of shared directories, and the monitor, which
 * has nothing but the descriptors and files it needs: user and group ids that nobody else has,
 * name spaces of its own, a root of read-only files. All of them end with their supervisor.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "machine.h"

/* User ids of monitors: this and the supervisor's process id, so no two at a time have the same. */
#define FIRST_ID 1900000000u
#define FIRST_SPARE 64

enum { WORDS = 0, QUESTION = 1 }; /* of their ends, the others have the numbers they get */
#define LAST_CAPABILITY 63

static char *const environment[] = {"PATH=/usr/bin:/bin", "HOME=/", "LC_ALL=C.UTF-8", NULL};

/* Ends with the supervisor, even if that has ended just now; alive is a socket to it. */
static void end_with_supervisor(int alive) {
    struct pollfd gone = {alive, POLLIN, 0};

    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
        die(errno, "bind the machine to its supervisor", NULL);
    if (poll(&gone, 1, 0) > 0 && (gone.revents & POLLHUP) != 0)
        _exit(EXIT_START);
}

static void unblock_signals(void) {
    sigset_t none;

    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Standard streams: nothing to read, and words for the supervisor. */
static void take_streams(int words) {
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

    if (null < 0 || dup2(null, 0) < 0 || dup2(words, 1) < 0 || dup2(words, 2) < 0)
        die(errno, "take the standard streams of the machine", NULL);
}

/* A mount name space whose root, or whose path, is what ops make. */
static int make_root(struct mount_ops *ops, const char *path) {
    struct mount_context context = {-1, -1, -1, -1, -1, -1, -1, -1, -1};

    if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
        die(errno, "part with the host's mounts", NULL);
    mounts_open_sources(ops);
    return mounts_run(&context, ops, path, false);
}

static void enter_jail(struct mount_ops *jail, const char *path) {
    int root = make_root(jail, path);

    if (fchdir(root) < 0 || sys_pivot_root_here() < 0 || umount2(".", MNT_DETACH) < 0 ||
        chdir("/") < 0)
        die(errno, "change the root of the machine", NULL);
    (void)close(root);
}

/*
 * Moves descriptors to the numbers that the command line names, and closes all others but the one
 * by which it asks for its memory, if it does.
 */
static int place_descriptors(const struct vmm *vmm, const int *theirs) {
    int spare[VMM_TAPS + TAPS];
    int wanted[VMM_TAPS + TAPS];
    int question = theirs[QUESTION] < 0 ? -1 : fcntl(theirs[QUESTION], F_DUPFD, FIRST_SPARE);

    for (int i = 0; i < VMM_TAPS + TAPS; i++)
        wanted[i] = i >= VMM_TAPS ? vmm->tap[i - VMM_TAPS] : theirs[i];
    for (int i = 3; i < VMM_TAPS + TAPS; i++) {
        spare[i] = wanted[i] < 0 ? -1 : fcntl(wanted[i], F_DUPFD, FIRST_SPARE);
        if (wanted[i] >= 0 && spare[i] < 0)
            die(errno, "pass descriptors to the machine", NULL);
    }
    for (int i = 3; i < VMM_TAPS + TAPS; i++) {
        if (spare[i] < 0)
            (void)close(i);
        else if (dup2(spare[i], i) < 0)
            die(errno, "pass descriptors to the machine", NULL);
    }
    if (question < 0) {
        descriptors_close(VMM_TAPS + TAPS, -1);
        return -1;
    }
    if (dup3(question, VMM_TAPS + TAPS, O_CLOEXEC) < 0)
        die(errno, "pass descriptors to the machine", NULL);
    descriptors_close(VMM_TAPS + TAPS + 1, -1);
    return VMM_TAPS + TAPS;
}

static void drop_privileges(unsigned id) {
    struct rlimit none = {0, 0};

    (void)setrlimit(RLIMIT_CORE, &none);
    for (int capability = 0; capability <= LAST_CAPABILITY; capability++)
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0 && errno != EINVAL)
            die(errno, "limit the capabilities of the machine", NULL);
    if (syscall(SYS_setgroups, 0UL, NULL) < 0 || syscall(SYS_setresgid, id, id, id) < 0 ||
        syscall(SYS_setresuid, id, id, id) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        die(errno, "take the ids of the machine", NULL);
}

static void join_netns(const char *netns) {
    int ns;

    if (*netns == 0) {
        if (unshare(CLONE_NEWNET) < 0)
            die(errno, "make a network name space for the machine", NULL);
        return;
    }
    ns = open(netns, O_RDONLY | O_CLOEXEC);
    if (ns < 0 || setns(ns, CLONE_NEWNET) < 0)
        die(errno, "join network name space", netns);
}

static _Noreturn void become_monitor(const struct vmm *vmm, struct machine_plan *plan,
                                     const struct machine_mode *mode, const char *root,
                                     const int *theirs) {
    int question;
    int error;

    on_die(NULL);
    (void)umask(0);
    take_streams(theirs[WORDS]);
    error = cgroups_join(&plan->cgroups, 0, GROUPS_ALL);
    if (error < 0)
        die(error, "join the machine's control groups", NULL);
    join_netns(plan->netns);
    enter_jail(&plan->jail, root);
    question = place_descriptors(vmm, theirs);
    drop_privileges(vmm->id);
    end_with_supervisor(VMM_CONTROL);
    unblock_signals();
    if (question >= 0)
        memory_ask(question);
    (void)execve(mode->command.item[0], mode->command.item, environment);
    die(errno, "run", mode->command.item[0]);
}

/* The server of shares confines itself: its root becomes the directory that it shares. */
static _Noreturn void become_server(struct machine_plan *plan, const char *root, int listener,
                                    int alive, int words) {
    int error;

    on_die(NULL);
    (void)umask(0);
    take_streams(words);
    error = cgroups_join(&plan->cgroups, 0, GROUPS_ALL);
    if (error < 0)
        die(error, "join the machine's control groups", NULL);
    (void)close(make_root(&plan->shares, root));
    end_with_supervisor(alive);
    if (fcntl(listener, F_DUPFD, FIRST_SPARE) < 0 || dup2(listener, VMM_SHARES) < 0)
        die(errno, "pass descriptors to the server of shares", NULL);
    unblock_signals();
    (void)execve(plan->server.item[0], plan->server.item, environment);
    die(errno, "run", plan->server.item[0]);
}

static pid_t fork_into(unsigned long more) {
    long pid = syscall(SYS_clone, CLONE_NEWNS | SIGCHLD | more, 0, 0, 0, 0);

    if (pid < 0)
        die(errno, "make the machine's name spaces", NULL);
    return (pid_t)pid;
}

/* Starts the server of shares; vmm->shares is then connected to it. */
static void start_server(struct vmm *vmm, struct machine_plan *plan, const char *root, int words) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t size = sizeof(address);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int alive[2];

    /* A name that the kernel chooses, seen by nobody but us. */
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(sa_family_t)) < 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) < 0 || listen(listener, 1) < 0 ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, alive) < 0)
        die(errno, "make the socket of the server of shares", NULL);
    vmm->server = fork_into(0);
    if (vmm->server == 0) {
        (void)close(alive[0]);
        become_server(plan, root, listener, alive[1], words);
    }
    (void)close(alive[1]);
    vmm->shares = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (vmm->shares < 0 || connect(vmm->shares, (struct sockaddr *)&address, size) < 0)
        die(errno, "reach the server of shares", NULL);
    (void)close(listener);
}

static void socket_pair(int *ret_ours, int *ret_theirs) {
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0 ||
        fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0)
        die(errno, "make a socket", NULL);
    *ret_ours = ends[0];
    *ret_theirs = ends[1];
}

/* Starts the machine in a mode: all its processes, and our ends of what joins us to them. */
void vmm_start(struct vmm *vmm, struct machine_plan *plan, const struct machine_mode *mode,
               const char *root) {
    int theirs[VMM_TAPS] = {-1, -1, -1, -1, -1, -1, -1, -1};
    bool copy = mode->memory_use != MEMORY_OWN;
    int question[2] = {-1, -1};

    vmm->id = FIRST_ID + (unsigned)getpid();
    vmm->monitor = vmm->asking = vmm->shares = vmm->server = -1;
    socket_pair(&vmm->control, &theirs[VMM_CONTROL]);
    socket_pair(&vmm->console, &theirs[VMM_CONSOLE]);
    socket_pair(&vmm->words, &theirs[WORDS]);
    if (copy)
        socket_pair(&vmm->monitor, &theirs[VMM_MONITOR]);
    if (copy && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, question) < 0)
        die(errno, "make a socket", NULL);
    theirs[QUESTION] = question[1];
    if (plan->server.count > 0)
        start_server(vmm, plan, root, theirs[WORDS]);
    theirs[VMM_SHARES] = vmm->shares;
    theirs[VMM_STATE] = vmm->state;
    vmm->pid = fork_into(CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS);
    if (vmm->pid == 0) {
        (void)close(vmm->control);
        if (copy)
            (void)close(question[0]);
        become_monitor(vmm, plan, mode, root, theirs);
    }
    for (int i = 0; i < VMM_TAPS; i++)
        if (theirs[i] >= 0)
            (void)close(theirs[i]);
    vmm->shares = vmm->state = -1;
    if (!copy)
        return;
    memory_listen(vmm, question[0]);
    (void)close(question[0]);
}
