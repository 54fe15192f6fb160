/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a forked process becomes a part of an app: control groups, root, identity, restrictions,
 * program, in this order. The same path serves the app, its handlers and visitors, so that nobody
 * gets in with more than the app has. Every failure ends the process with systemd's status for it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/magic.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "podinit.h"

#define KEYCTL_JOIN_SESSION_KEYRING_ 1

#define DESCRIPTORS 8192

static int start_socket = -1;
static struct rlimit given; /* descriptors, to rkt */
static bool has_more;       /* more of them to us */

/* Tells process 1 that this is not going to become the program. */
static void tell_failure(void) {
    if (start_socket >= 0)
        (void)send(start_socket, "F", 1, MSG_NOSIGNAL);
}

static _Noreturn void fail(const struct app *app, int status, int error, const char *verb) {
    die_with(status, error, verb, app->name);
}

static void take_stdio(const struct start *start) {
    for (int i = 0; i < 3; i++)
        if (start->stdio[i] != i && dup2(start->stdio[i], i) < 0)
            fail(start->app, EXIT_STDIN, errno, "take over the standard streams of");
}

/* Sends our new mount name space to process 1, which keeps it for handlers and visitors. */
static void send_mount_namespace(const struct start *start) {
    int ns = openat(start->proc, "self/ns/mnt", O_RDONLY | O_CLOEXEC);
    int error = ns < 0 ? -errno : send_with_fds(start->start, "N", 1, &ns, 1);

    if (error < 0)
        fail(start->app, EXIT_NAMESPACE, error, "pass on the mount name space of");
    (void)close(ns);
}

/* The app's root becomes ours: the name space made before, or a new one with nothing else in it. */
static void enter_root(const struct start *start) {
    const struct app *app = start->app;
    int error;

    if (app->mntns >= 0) {
        if (setns(app->mntns, CLONE_NEWNS) < 0)
            fail(app, EXIT_NAMESPACE, errno, "enter the mount name space of");
        return;
    }
    if (start->host >= 0 && setns(start->host, CLONE_NEWNS) < 0)
        fail(app, EXIT_NAMESPACE, errno, "find the root of");
    if (fchdir(app->root) < 0 || unshare(CLONE_NEWNS) < 0)
        fail(app, EXIT_NAMESPACE, errno, "make a mount name space for");
    if (sys_pivot_root_here() < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
        fail(app, EXIT_NAMESPACE, errno, "change the root for");
    if (app->read_only_root) {
        error = mount_read_only_root();
        if (error < 0)
            fail(app, EXIT_NAMESPACE, error, "write-protect the root of");
    }
    send_mount_namespace(start);
}

/* Sets oom_score_adj through a proc of our own; less than we may grant is a warning. */
static void set_oom_score(const struct start *start) {
    TEXT(value, 32);
    int64_t score = start->app->oom_score_adjust;
    int fd;
    int error = 0;

    if (score == INT32_MIN)
        return;
    score = score > 1000 ? 1000 : score < -1000 ? -1000 : score;
    if (score < 0)
        text_add(&value, "-");
    text_number(&value, (uint64_t)(score < 0 ? -score : score), 0, 0);
    fd = openat(start->proc, "self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, value.at, value.used) < 0)
        error = -errno;
    if (fd >= 0)
        (void)close(fd);
    if (error < 0)
        warn(error, "set oom_score_adj of", start->app->name);
}

/*
 * Closes everything but the standard streams, the socket to process 1, and for the app itself the
 * sockets that it is activated by.
 */
static void close_descriptors(const struct start *start) {
    int keep = start->start;
    int first = 3;

    if (start->entry == ENTRY_APP && start->app->socket_count > 0) {
        first = sockets_place(start->app, &keep);
        if (first < 0)
            fail(start->app, EXIT_FDS, first, "pass on the sockets of");
        start_socket = keep;
    }
    descriptors_close(first, keep);
}

static void drop_bounding_set(const struct app *app) {
    for (int cap = 0; cap < 64; cap++) {
        if ((app->capabilities >> cap & 1) != 0)
            continue;
        if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0) {
            if (errno == EINVAL)
                return; /* beyond the kernel's last capability */
            fail(app, EXIT_CAPABILITIES, errno, "limit the capabilities of");
        }
    }
}

/* Leaves user 0 with the app's set, and anybody else with nothing. */
static void set_capabilities(const struct app *app, uint32_t uid) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    uint64_t allowed = uid == 0 ? app->capabilities : 0;

    /* A filter without no_new_privs can only be set with this one; exec takes it away. */
    if (uid == 0 && app->seccomp_size != 0 && (app->flags & APP_NO_NEW_PRIVILEGES) == 0)
        allowed |= 1ULL << CAP_SYS_ADMIN;
    if (syscall(SYS_capget, &header, data) < 0)
        fail(app, EXIT_CAPABILITIES, errno, "read the capabilities of");
    data[0].permitted &= (uint32_t)allowed;
    data[1].permitted &= (uint32_t)(allowed >> 32);
    for (int i = 0; i < 2; i++) {
        data[i].effective = data[i].permitted;
        data[i].inheritable = 0;
    }
    if (syscall(SYS_capset, &header, data) < 0)
        fail(app, EXIT_CAPABILITIES, errno, "set the capabilities of");
}

/* Takes the app's identity (visitors come as root), and makes sure of it. */
static void set_identity(const struct start *start) {
    const struct app *app = start->app;
    bool visit = start->entry == ENTRY_VISIT;
    gid_t none = 0;
    uid_t uid = visit ? 0 : app->uid;
    gid_t gid = visit ? 0 : app->gid;
    uid_t uids[3];
    gid_t gids[3];

    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 && errno != EINVAL)
        fail(app, EXIT_CAPABILITIES, errno, "clear ambient capabilities of");
    drop_bounding_set(app);
    /* The system calls themselves: the C library's would look for threads to change as well. */
    if (syscall(SYS_setgroups, visit ? 1UL : app->gid_count, visit ? &none : app->gids) < 0 ||
        syscall(SYS_setresgid, gid, gid, gid) < 0 || getresgid(&gids[0], &gids[1], &gids[2]) < 0)
        fail(app, EXIT_GROUP, errno, "set the groups of");
    if (syscall(SYS_setresuid, uid, uid, uid) < 0 || getresuid(&uids[0], &uids[1], &uids[2]) < 0)
        fail(app, EXIT_USER, errno, "set the user of");
    for (int i = 0; i < 3; i++) {
        if (gids[i] != gid)
            fail(app, EXIT_GROUP, EPERM, "set the groups of");
        if (uids[i] != uid)
            fail(app, EXIT_USER, EPERM, "set the user of");
    }
    set_capabilities(app, uid);
}

/* Enters the working directory: a real one, inside the root, and not one of proc. */
static void enter_directory(const struct start *start) {
    const char *path = start->entry == ENTRY_VISIT ? "/" : start->app->working_directory;
    struct statfs file_system;
    char cwd[4096];
    int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int dir = root < 0 ? -errno : path_open(root, path, O_PATH | O_DIRECTORY);

    if (dir < 0)
        die_with(EXIT_CHDIR, dir, "change to the working directory", path);
    if (fstatfs(dir, &file_system) < 0 || fchdir(dir) < 0)
        die_with(EXIT_CHDIR, errno, "change to the working directory", path);
    if (file_system.f_type == PROC_SUPER_MAGIC)
        die_with(EXIT_CHDIR, EPERM, "change to the working directory", path);
    if (syscall(SYS_getcwd, cwd, sizeof(cwd)) < 0 || cwd[0] != '/')
        die_with(EXIT_CHDIR, ENOENT, "change to the working directory", path);
    (void)close(dir);
    (void)close(root);
    (void)umask(022);
}

static void filter_system_calls(const struct app *app) {
    struct sock_fprog program = {(unsigned short)(app->seccomp_size / 8),
                                 (struct sock_filter *)(uintptr_t)app->seccomp};

    if ((app->flags & APP_NO_NEW_PRIVILEGES) != 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        fail(app, EXIT_NO_NEW_PRIVILEGES, errno, "forbid new privileges to");
    if (app->seccomp_size != 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0)
        fail(app, EXIT_SECCOMP, errno, "filter the system calls of");
}

/*
 * A supervisor has some dozen descriptors for each app: as many are allowed as can be. Apps get
 * the limit that rkt was given.
 */
void descriptors_allow(void) {
    struct rlimit more;

    if (getrlimit(RLIMIT_NOFILE, &given) < 0)
        return;
    more = given;
    more.rlim_cur = given.rlim_max < DESCRIPTORS ? given.rlim_max : DESCRIPTORS;
    has_more = more.rlim_cur > given.rlim_cur && setrlimit(RLIMIT_NOFILE, &more) == 0;
}

/* Becomes the process that start describes. Called in a fresh child of process 1. */
_Noreturn void app_process(const struct start *start) {
    const struct app *app = start->app;
    char **environment = start->environment;
    char path[4096];
    sigset_t none;
    int error;

    start_socket = start->start;
    on_die(tell_failure);
    take_stdio(start);
    if (setsid() < 0)
        fail(app, EXIT_SETSID, errno, "make a session for");
    if (start->terminal && ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0)
        fail(app, EXIT_STDIN, errno, "take the terminal for");
    error = cgroups_join(&app->cgroups, 0, GROUPS_ALL);
    if (error < 0)
        fail(app, EXIT_CGROUP, error, "join the control groups of");
    enter_root(start);
    if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING_, NULL) < 0 && errno != ENOSYS)
        warn(errno, "make a session keyring for", app->name);
    set_oom_score(start);
    close_descriptors(start);
    if (has_more)
        (void)setrlimit(RLIMIT_NOFILE, &given);
    set_identity(start);
    enter_directory(start);
    if (!program_find(app, start->argv[0], path) || !program_check(path)) {
        tell_failure();
        _exit(EXIT_EXEC);
    }
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    if (start->entry == ENTRY_APP && app->socket_count > 0)
        environment = sockets_environment(app, environment);
    filter_system_calls(app);
    (void)execve(path, start->argv, environment);
    error = errno;
    tell_failure();
    program_failed(path, error, EXIT_EXEC);
}
