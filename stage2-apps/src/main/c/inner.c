/* SPDX-License-Identifier: Apache-2.0 */
/* Process 1 of the pod, up to the moment when its apps can be started. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>

#include "podinit.h"

/* Dies with the outer process, however that ends, and cannot be looked into by apps. */
static void bind_to_outer(int outer) {
    struct pollfd gone = {outer, POLLIN, 0};

    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        die(errno, "protect process 1", NULL);
    if (poll(&gone, 1, 0) > 0 && (gone.revents & POLLHUP) != 0)
        _exit(EXIT_START); /* it was gone before we could ask for the signal */
}

static void join_network(const struct plan *plan) {
    int ns;

    if (plan->network != NETWORK_JOINED)
        return;
    ns = open(plan->netns, O_RDONLY | O_CLOEXEC);
    if (ns < 0 || setns(ns, CLONE_NEWNET) < 0)
        die(errno, "join network name space", plan->netns);
    (void)close(ns);
}

static void loopback_up(const struct plan *plan) {
    struct ifreq request;
    int fd;

    if (plan->network != NETWORK_LOOPBACK)
        return;
    memset(&request, 0, sizeof(request));
    memcpy(request.ifr_name, "lo", 3);
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) < 0)
        die(errno, "set up the loopback interface", NULL);
    request.ifr_flags |= IFF_UP | IFF_RUNNING;
    if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
        die(errno, "set up the loopback interface", NULL);
    (void)close(fd);
}

/* Waits until the outer process has moved us into the pod's control groups, once. */
static void wait_for_cgroups(int outer) {
    char go = 0;
    ssize_t n;

    do
        n = read(outer, &go, 1);
    while (n < 0 && errno == EINTR);
    if (n != 1 || go != 'G')
        _exit(EXIT_START);
    if (unshare(CLONE_NEWCGROUP) < 0 && errno != EINVAL)
        warn(errno, "make a control group name space", NULL);
}

/* The socket that an app says READY=1 to, in the app's root. */
void app_open_notify(struct app *app) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct text path = {address.sun_path, sizeof(address.sun_path), 0};
    char fd_path[FD_PATH];
    char name[256];
    int on = 1;
    int dir;
    int error;

    if ((app->flags & APP_NOTIFIES) == 0)
        return;
    error = path_parent(app->root, "/run/systemd/notify", true, &dir, name);
    if (error < 0)
        die(error, "make the directory of the notification socket of", app->name);
    text_add(&path, path_of_fd(dir, fd_path));
    text_bytes(&path, "/notify", sizeof("/notify"));
    (void)unlinkat(dir, name, 0);
    app->notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (app->notify < 0 || setsockopt(app->notify, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0 ||
        bind(app->notify, (struct sockaddr *)&address, sizeof(address)) < 0)
        die(errno, "make the notification socket of", app->name);
    (void)close(dir);
}

/* A pipe whose end of ours does not block and whose other end is the app's to open by name. */
static int app_pipe(const struct app *app, int *ret_ours, int *ret_theirs, bool input) {
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    *ret_ours = ends[input ? 1 : 0];
    *ret_theirs = ends[input ? 0 : 1];
    if (fcntl(*ret_ours, F_SETFL, O_NONBLOCK) < 0 ||
        (app->uid != 0 && fchown(*ret_theirs, app->uid, (gid_t)-1) < 0))
        return -errno;
    return 0;
}

/* A copy of a descriptor, or the negative errno, where there was none before. */
static int copy_fd(int fd, int *ret_copy) {
    *ret_copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    return *ret_copy < 0 ? -errno : 0;
}

/*
 * The terminal of an app, for those of its streams that want one. If none of its outputs does, its
 * terminal does not echo, for nobody would read that.
 */
static int app_terminal(struct app *app, int pod_root) {
    int reader = app->mode[1] == MODE_TTY ? 0 : 1;
    int master;
    int slave;
    int error = terminal_open(pod_root, &master, &slave);

    for (int i = 0; i < 3 && error == 0; i++)
        if (app->mode[i] == MODE_TTY)
            error = copy_fd(slave, i == 0 ? &app->in : &app->out[i - 1]);
    if (error < 0)
        return error;
    if (app->uid != 0 && fchown(slave, app->uid, (gid_t)-1) < 0)
        return -errno;
    if (app->mode[1 + reader] == MODE_TTY) {
        error = copy_fd(master, &app->stream[reader].fd);
    } else {
        struct termios mode;

        if (tcgetattr(slave, &mode) == 0) {
            mode.c_lflag &= ~(tcflag_t)ECHO;
            (void)tcsetattr(slave, TCSANOW, &mode);
        }
    }
    app->feed = master;
    (void)close(slave);
    return error;
}

/*
 * What an app reads from and writes to; we keep both ends, so that they never end. They are the
 * app's, so that it can open /dev/stdout.
 */
int app_open_streams(struct app *app, int pod_root) {
    int error = 0;

    if (app->mode[0] == MODE_TTY || app->mode[1] == MODE_TTY || app->mode[2] == MODE_TTY)
        error = app_terminal(app, pod_root);
    if (error == 0 && app->mode[0] == MODE_STREAM)
        error = app_pipe(app, &app->feed, &app->in, true);
    for (int i = 0; i < 2 && error == 0; i++)
        if (app->mode[1 + i] == MODE_DEFAULT || app->mode[1 + i] == MODE_STREAM)
            error = app_pipe(app, &app->stream[i].fd, &app->out[i], false);
    return error;
}

static void open_streams(const struct inner *inner, struct app *app) {
    int error = (inner->plan->flags & POD_INTERACTIVE) != 0
                    ? 0
                    : app_open_streams(app, inner->mounts.pod_root);

    if (error < 0)
        die(error, "make the standard streams of", app->name);
}

static void open_sockets(struct plan *plan) {
    for (uint32_t i = 0; i < plan->app_count; i++) {
        int error = sockets_open(&plan->app[i]);

        if (error < 0)
            die(error, "open the sockets of", plan->app[i].name);
    }
}

/* An app may ask for the size of its terminal at once. */
static void set_size(const struct plan *plan, int master) {
    struct winsize size = {.ws_row = plan->rows, .ws_col = plan->columns};

    if (plan->rows == 0)
        terminal_copy_size(master);
    else
        (void)ioctl(master, TIOCSWINSZ, &size);
}

/* The pod's terminal: the caller's in interactive pods (through the outer process). */
static void open_terminal(struct inner *inner) {
    struct mount_context *mounts = &inner->mounts;
    struct termios mode;
    int error = 0;

    if ((inner->plan->flags & POD_INTERACTIVE) == 0) {
        if (mounts->console_slave >= 0 && tcgetattr(mounts->console_slave, &mode) == 0) {
            mode.c_oflag &= ~(tcflag_t)OPOST;
            mode.c_lflag &= ~(tcflag_t)ECHO;
            (void)tcsetattr(mounts->console_slave, TCSANOW, &mode);
        }
        return;
    }
    if (inner->streams != NULL)
        return; /* standard input was no terminal when the outer process looked */
    if (mounts->console_master < 0)
        error = terminal_open(mounts->pod_root, &mounts->console_master, &mounts->console_slave);
    if (error < 0)
        die(error, "make a terminal", NULL);
    set_size(inner->plan, inner->mounts.console_master);
    error = send_with_fds(inner->outer, "T", 1, &mounts->console_master, 1);
    if (error < 0)
        die(error, "pass on the terminal", NULL);
    (void)close(mounts->console_master);
    mounts->console_master = -1;
    if (inner->plan->app_count > 0 &&
        fchown(mounts->console_slave, inner->plan->app[0].uid, (gid_t)-1) < 0)
        warn(errno, "give the terminal to", inner->plan->app[0].name);
    inner->terminal = true;
}

/* Everything on the host that is needed by name later on. */
static void open_host(struct inner *inner) {
    struct plan *plan = inner->plan;

    if (plan->users.count == 0)
        mounts_open_sources(&plan->mounts);
    for (uint32_t i = 0; i < plan->app_count; i++) {
        if (plan->users.count == 0)
            mounts_open_sources(&plan->app[i].mounts);
        cgroups_open(&plan->app[i].cgroups);
    }
    output_open(plan);
    supervise_open(plan);
    inner->mounts.pod_root = open(plan->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (inner->mounts.pod_root < 0)
        die(errno, "open", plan->root);
}

/* Whether some root gets a control group file system, whose root is decided when it is mounted. */
static bool mounts_cgroups(const struct mount_ops *ops) {
    for (uint32_t i = 0; i < ops->count; i++)
        if (ops->item[i].kind == OP_FILE_SYSTEM && strncmp(ops->item[i].a, "cgroup", 6) == 0)
            return true;
    return false;
}

static void make_roots(struct inner *inner) {
    struct plan *plan = inner->plan;
    bool waited = mounts_cgroups(&plan->mounts);

    for (uint32_t i = 0; i < plan->app_count; i++)
        waited = waited || mounts_cgroups(&plan->app[i].mounts);
    if (waited)
        wait_for_cgroups(inner->outer);
    mounts_scratch(&inner->mounts, plan->root);
    inner->mounts.pod_root = mounts_run(&inner->mounts, &plan->mounts, plan->root, true);
    for (uint32_t i = 0; i < plan->app_count; i++) {
        struct app *app = &plan->app[i];

        app->root = mounts_run(&inner->mounts, &app->mounts, app->rootfs, false);
        app_open_notify(app);
        open_streams(inner, app);
    }
    open_terminal(inner);
    if (!waited)
        wait_for_cgroups(inner->outer);
}

/*
 * Keeps the mount name space that the pod's roots are made in, and goes on in a copy of it. Those
 * who make the root of an app added later go back there for as long as that takes; nobody else.
 */
static void keep_host(struct inner *inner) {
    inner->mounts.host = openat(inner->mounts.proc, "self/ns/mnt", O_RDONLY | O_CLOEXEC);
    if (inner->mounts.host < 0 || fchdir(inner->mounts.pod_root) < 0 || unshare(CLONE_NEWNS) < 0)
        die(errno, "make a mount name space for", inner->plan->root);
}

/* The pod's root becomes ours; the host's file systems are gone. */
static void enter_pod_root(struct inner *inner) {
    if ((inner->plan->flags & POD_MUTABLE) != 0)
        keep_host(inner);
    else if (fchdir(inner->mounts.pod_root) < 0)
        die(errno, "change to", inner->plan->root);
    if (sys_pivot_root_here() < 0 ||
        umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
        die(errno, "change the root to", inner->plan->root);
}

/*
 * Real-time signals stay unblocked: the kernel then drops them, for we are a process 1 without
 * handlers. Blocked they would queue up, as many as an app sends.
 */
static int open_signals(void) {
    sigset_t ordinary;
    int fd;

    (void)sigfillset(&ordinary);
    for (int number = SIGRTMIN; number <= SIGRTMAX; number++)
        (void)sigdelset(&ordinary, number);
    (void)sigprocmask(SIG_SETMASK, &ordinary, NULL);
    fd = signalfd(-1, &ordinary, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        die(errno, "open a signal descriptor", NULL);
    return fd;
}

/* What process 1 begins with. */
struct inner inner_of(struct plan *plan, int outer, int control, const int *streams) {
    return (struct inner){.plan = plan,
                          .mounts = {-1, -1, -1, -1, -1, -1, -1, -1, -1},
                          .outer = outer,
                          .control = control,
                          .signals = open_signals(),
                          .streams = streams};
}

static void leave_mounts(void) {
    if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
        die(errno, "part with the host's mounts", NULL);
}

/* Process 1 once everything of the host's is open. */
static _Noreturn void run(struct inner *inner) {
    struct plan *plan = inner->plan;

    loopback_up(plan);
    open_sockets(plan);
    if (sethostname(plan->hostname, strlen(plan->hostname)) < 0)
        die(errno, "set host name", plan->hostname);
    make_roots(inner);
    if (plan->users.count == 0)
        output_start(plan);
    enter_pod_root(inner);
    supervise(inner);
}

/* Process 1 from its first instruction on. */
_Noreturn void inner_main(struct plan *plan, int outer, int control, const int *streams) {
    struct inner inner = inner_of(plan, outer, control, streams);

    bind_to_outer(outer);
    (void)umask(0);
    leave_mounts();
    open_host(&inner);
    join_network(plan);
    run(&inner);
}

/*
 * The same for a pod with users of its own: he who opens what is the host's makes process 1 with
 * these flags of clone(2), and tells report.
 */
_Noreturn void inner_with_users(struct inner *inner, unsigned long flags, int report) {
    int space;

    (void)umask(0);
    space = users_open(inner->plan, &inner->mounts);
    open_host(inner);
    join_network(inner->plan);
    output_start(inner->plan);
    users_enter(inner->plan, space, flags, report);
    bind_to_outer(inner->outer);
    leave_mounts();
    run(inner);
}
