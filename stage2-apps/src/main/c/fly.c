/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pod that is a change of root and nothing else. `pod-init fly` makes the root in a mount name
 * space of its own and becomes the app, so that nobody looks after the pod: the app has the process
 * id that `rkt run` had, and the lock on the pod's directory. `pod-init fly-enter` joins it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "podinit.h"

/*
 * Copies of the mounts that go in, taken while they are the host's own: what the app later mounts
 * on a shared volume, the host sees, which rkt's users of this flavour rely on.
 */
static void open_sources(struct mount_ops *ops) {
    for (uint32_t i = 0; i < ops->count; i++) {
        struct mount_op *op = &ops->item[i];
        unsigned recursive = (op->flags & FLAG_RECURSIVE) != 0 ? AT_RECURSIVE_ : 0;

        if (op->kind != OP_BIND)
            continue;
        op->source = sys_open_tree(AT_FDCWD, op->a, OPEN_TREE_CLONE_ | O_CLOEXEC | recursive);
        op->detached = op->source >= 0;
    }
    mounts_open_sources(ops); /* those that are missing, or could not be copied */
}

/* The root, in a mount name space that nothing leaves: no mount of ours is seen by the host. */
static void make_root(struct app *app) {
    struct mount_context context = {-1, -1, -1, -1, -1, -1, -1, -1, -1};

    open_sources(&app->mounts);
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
        die(errno, "make a mount name space for", app->name);
    app->root = mounts_run(&context, &app->mounts, app->rootfs, false);
    if (fchdir(app->root) < 0 || sys_pivot_root_here() < 0 || umount2(".", MNT_DETACH) < 0 ||
        chdir("/") < 0)
        die(errno, "change the root to", app->rootfs);
    (void)close(app->root);
    if (app->read_only_root && mount_read_only_root() < 0)
        die(errno, "write-protect the root of", app->name);
}

static void enter_directory(const char *path) {
    int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int dir = root < 0 ? -errno : path_open(root, path, O_PATH | O_DIRECTORY);

    if (dir < 0 || fchdir(dir) < 0)
        die(dir < 0 ? dir : errno, "change to the working directory", path);
    (void)close(dir);
    (void)close(root);
    (void)umask(022);
}

static void set_identity(const struct app *app) {
    if (syscall(SYS_setgroups, app->gid_count, app->gids) < 0 ||
        syscall(SYS_setresgid, app->gid, app->gid, app->gid) < 0)
        die(errno, "set the groups of", app->name);
    if (syscall(SYS_setresuid, app->uid, app->uid, app->uid) < 0)
        die(errno, "set the user of", app->name);
}

/* Becomes the program, with signals as they are by default. */
static _Noreturn void become(const struct app *app, char **argv, char **environment, int status) {
    char path[4096];
    sigset_t none;

    if (!program_find(app, argv[0], path) || !program_check(path))
        _exit(status);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)execve(path, argv, environment);
    program_failed(path, errno, status);
}

static void read_plan(int fd, struct plan *ret_plan) {
    int error;

    reset_process(NULL);
    error = plan_read(fd, ret_plan);
    if (error < 0 || ret_plan->app_count != 1)
        die(error < 0 ? error : EBADMSG, "read the plan", NULL);
    (void)close(fd);
}

/*
 * Becomes the app, which then holds the pod's lock. Who reads the file pid may enter, so it is
 * written when the root is ours; by the lock's descriptor, for by name it is out of reach then.
 */
_Noreturn void fly_main(int plan_fd, int lock_fd) {
    struct plan plan;
    struct app *app;

    read_plan(plan_fd, &plan);
    app = &plan.app[0];
    make_root(app);
    write_process_id(lock_fd, "pgid", getpgrp());
    write_process_id(lock_fd, "pid", getpid());
    enter_directory(app->working_directory);
    set_identity(app);
    become(app, app->arguments.item, app->environment.item, EXIT_START);
}

/* The app's variables, and TERM if it has none. */
static char **environment_of(const struct app *app) {
    const struct strings *theirs = &app->environment;
    const char *term = getenv("TERM");
    char **all = reserve((theirs->count + 2) * sizeof(char *));
    char *entry;

    for (uint32_t i = 0; i < theirs->count; i++) {
        all[i] = theirs->item[i];
        if (strncmp(all[i], "TERM=", 5) == 0)
            return theirs->item;
    }
    if (term == NULL)
        return theirs->item;
    entry = reserve(strlen(term) + 6);
    memcpy(entry, "TERM=", 5);
    memcpy(entry + 5, term, strlen(term) + 1);
    all[theirs->count] = entry;
    return all;
}

/* Becomes a command in the root of the app whose process is open, with the app's identity. */
_Noreturn void fly_enter_main(int plan_fd, int process, char **command) {
    struct plan plan;
    struct app *app;

    read_plan(plan_fd, &plan);
    app = &plan.app[0];
    if (setns(process, CLONE_NEWNS) < 0 || chdir("/") < 0)
        die(errno, "enter app", app->name);
    (void)close(process);
    (void)umask(022);
    set_identity(app);
    become(app, command, environment_of(app), EXIT_EXEC);
}
