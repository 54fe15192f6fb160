/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Apps that come to a mutable pod and leave it. The root of such an app is made, and taken apart,
 * by a child of process 1 in the mount name space that the pod's own root was made in, where the
 * host's file systems can be seen; process 1 itself never goes back there.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "podinit.h"

enum { OPENED_ALWAYS = 2, OPENED = 6 };

static int visitor = -1; /* in a child: who waits for it */

/* Says in a child of process 1 what has gone wrong to him who has asked. */
static void tell_visitor(const char *bytes, size_t size) {
    unsigned char packet[1024 + 4] = {REPLY_TEXT};

    if (size > sizeof(packet) - 4)
        size = sizeof(packet) - 4;
    memcpy(packet + 4, bytes, size);
    (void)send(visitor, packet, 4 + size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void enter_host(const struct inner *inner) {
    if (setns(inner->mounts.host, CLONE_NEWNS) < 0)
        die(errno, "enter the mount name space of", inner->plan->root);
}

/* What the child that makes an app's root opens for process 1; not every app has the last ones. */
static void opened(struct app *app, int *ret[OPENED]) {
    ret[0] = &app->root;
    ret[1] = &app->status_dir;
    ret[2] = &app->log_dir;
    ret[3] = &app->log;
    ret[4] = &app->notify;
    ret[5] = &app->kubelet;
}

/* In a child: passes on what is open, after a byte that says which of it there is. */
static int pass_on(struct app *app, int socket) {
    int *kept[OPENED];
    int fds[OPENED];
    unsigned char which = 0;
    unsigned count = 0;

    opened(app, kept);
    for (unsigned i = 0; i < OPENED; i++)
        if (*kept[i] >= 0) {
            which |= (unsigned char)(1u << i);
            fds[count++] = *kept[i];
        }
    return send_with_fds(socket, &which, 1, fds, count);
}

/* In a child: makes the app's root, and passes on what process 1 needs to keep. */
static _Noreturn void make_root(struct inner *inner, struct app *app, int socket) {
    struct mount_context mounts = inner->mounts;
    int error;

    report_to(tell_visitor, NULL);
    enter_host(inner);
    error = app->users.count == 0 ? output_open_app(app, (inner->plan->flags & POD_GUEST) != 0) : 0;
    if (error < 0)
        die(error, "open the files of app", app->name);
    if (app->users.count == 0)
        mounts_open_sources(&app->mounts);
    app->root = mounts_run(&mounts, &app->mounts, app->rootfs, false);
    app_open_notify(app);
    error = pass_on(app, socket);
    if (error < 0)
        die(error, "pass on the root of", app->name);
    _exit(0);
}

/* In a child: takes the app's root apart, as far as it has been made. */
static _Noreturn void unmake_root(struct inner *inner, const struct app *app) {
    enter_host(inner);
    while (umount2(app->rootfs, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
        continue;
    _exit(0);
}

static void close_kept(int *fd) {
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static void close_sources(struct app *app) {
    for (uint32_t i = 0; i < app->mounts.count; i++)
        close_kept(&app->mounts.item[i].source);
}

/* Gives back everything that an app holds; its place becomes free. */
static void forget(struct app *app) {
    int *const kept[] = {&app->root,    &app->mntns,        &app->start,        &app->notify,
                         &app->log_dir, &app->status_dir,   &app->log,          &app->out[0],
                         &app->out[1],  &app->stream[0].fd, &app->stream[1].fd, &app->in,
                         &app->feed,    &app->kubelet};

    for (unsigned i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        close_kept(kept[i]);
    for (uint32_t i = 0; i < app->cgroups.join.count; i++) {
        close_kept(&app->cgroups.procs[i]);
        close_kept(&app->cgroups.tasks[i]);
    }
    sockets_close(app);
    close_sources(app);
    plan_forget_app(app);
    for (int i = 0; i < 2; i++)
        app->stream[i].held = false;
    app->pid = -1;
    app->leftovers_until = app->kill_at = 0;
    app->ready = true;
    app->state = APP_ABSENT;
}

/* The place of a pod's app that has this number; all before it are made if they are missing. */
struct app *mutable_place(struct plan *plan, uint32_t number) {
    while (plan->app_count <= number) {
        struct app *app = &plan->app[plan->app_count++];

        *app = (struct app){0};
        app->root = app->mntns = app->start = app->notify = -1;
        app->log_dir = app->status_dir = app->log = app->kubelet = app->in = app->feed = -1;
        app->out[0] = app->out[1] = app->stream[0].fd = app->stream[1].fd = -1;
        app->pid = -1;
        app->ready = true;
        app->state = APP_ABSENT;
    }
    return &plan->app[number];
}

/* A free place for an app called name, the one that is wanted or any; -EEXIST if there is such an
 * app already. */
int mutable_find_place(struct plan *plan, const char *name, uint32_t wanted,
                       struct app **ret_app) {
    uint32_t free = plan->app_count;

    for (uint32_t i = 0; i < plan->app_count; i++) {
        if (plan->app[i].state == APP_ABSENT)
            free = i;
        else if (strcmp(plan->app[i].name, name) == 0)
            return -EEXIST;
    }
    if (wanted != ANY_PLACE)
        free = wanted;
    if (free >= APP_ROOM)
        return -ENOSPC;
    *ret_app = mutable_place(plan, free);
    return (*ret_app)->state == APP_ABSENT ? 0 : -EBUSY;
}

/* Takes over copies of the descriptors that the control groups are joined by. */
static int take_groups(struct app *app, const int *fds, unsigned count) {
    if (app->cgroups.join.count != count)
        return -EBADMSG;
    for (unsigned i = 0; i < count; i++) {
        app->cgroups.procs[i] = fcntl(fds[2 * i], F_DUPFD_CLOEXEC, 3);
        if (fds[2 * i + 1] >= 0)
            app->cgroups.tasks[i] = fcntl(fds[2 * i + 1], F_DUPFD_CLOEXEC, 3);
        if (app->cgroups.procs[i] < 0 || (fds[2 * i + 1] >= 0 && app->cgroups.tasks[i] < 0))
            return -errno;
    }
    return 0;
}

static int copy_fd(int fd, int *ret_copy) {
    *ret_copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    return *ret_copy < 0 ? -errno : 0;
}

/* Takes over what has been opened of the host's, which a pod with users of its own cannot name. */
static int take_opened(struct app *app, const struct addition *addition) {
    const int *records = addition->opened + addition->mounts;
    struct stat status;
    int error = 0;

    for (uint32_t i = 0; i < app->mounts.count; i++)
        app->mounts.item[i].detached = app->mounts.item[i].kind <= OP_BIND;
    for (unsigned i = 0; i < addition->mounts && error == 0; i++) {
        uint32_t number = addition->operation[i];

        if (number >= app->mounts.count || !app->mounts.item[number].detached ||
            app->mounts.item[number].source >= 0)
            return -EBADMSG;
        error = copy_fd(addition->opened[i], &app->mounts.item[number].source);
    }
    if (error < 0 || addition->mounts == 0 || addition->records < ADDED_RECORDS)
        return error < 0 ? error : -EBADMSG;
    if (fstat(records[2], &status) < 0)
        return -errno;
    app->log_bytes = (uint64_t)status.st_size;
    error = copy_fd(records[0], &app->status_dir);
    if (error == 0)
        error = copy_fd(records[1], &app->log_dir);
    if (error == 0)
        error = copy_fd(records[2], &app->log);
    if (error == 0 && addition->records > ADDED_RECORDS)
        error = copy_fd(records[ADDED_RECORDS], &app->kubelet);
    return error;
}

/* Starts a child that works on the app's root. */
static int fork_worker(struct inner *inner, struct app *app, int visit) {
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    app->pid = fork();
    if (app->pid == 0) {
        visitor = visit;
        if (app->state == APP_ADDED)
            make_root(inner, app, ends[1]);
        unmake_root(inner, app);
    }
    (void)close(ends[1]);
    if (app->pid < 0) {
        int error = -errno;

        (void)close(ends[0]);
        return error;
    }
    app->start = ends[0];
    return 0;
}

/*
 * Begins to take in the app of a plan. Its control groups have been made and opened outside. Once
 * control_tell has been called it can be started.
 */
int mutable_add(struct inner *inner, const struct addition *addition, struct app **ret_app) {
    struct plan *pod = inner->plan;
    struct app *place;
    struct app app;
    int error = mutable_find_place(pod, addition->name, addition->place, &place);

    if (error == 0)
        error = plan_read_app(addition->plan, &app);
    if (error < 0)
        return error;
    error = strcmp(app.name, addition->name) == 0 && app.users.first == pod->users.first
                ? take_groups(&app, addition->groups, addition->group_count)
                : -EBADMSG;
    if (error == 0 && pod->users.count != 0) {
        users_place_app(pod, &app);
        error = take_opened(&app, addition);
    }
    if (error == 0)
        error = app_open_streams(&app, inner->mounts.pod_root);
    if (error == 0)
        error = sockets_open(&app);
    app.state = APP_ADDED;
    app.ready = true;
    if (error == 0)
        error = fork_worker(inner, &app, addition->visit);
    if (error < 0) {
        forget(&app);
        return error;
    }
    close_sources(&app);
    *place = app;
    *ret_app = place;
    return 0;
}

/* Takes what the child that makes an app's root has sent. */
void mutable_take(struct app *app) {
    int *kept[OPENED];
    int fds[OPENED];
    unsigned count = OPENED;
    unsigned next = 0;
    unsigned char which = 0;
    ssize_t n = receive_with_fds(app->start, &which, 1, fds, &count);

    if (n != 1 || count < OPENED_ALWAYS || count != (unsigned)__builtin_popcount(which)) {
        for (unsigned i = 0; i < count; i++)
            (void)close(fds[i]);
        close_kept(&app->start);
        return;
    }
    opened(app, kept);
    for (unsigned i = 0; i < OPENED && next < count; i++)
        if ((which >> i & 1) != 0) {
            close_kept(kept[i]);
            *kept[i] = fds[next++];
        }
}

/* Begins to take an app out of the pod; whatever still runs in it is killed. */
int mutable_remove(struct inner *inner, struct app *app) {
    int error;

    if (app->state != APP_DONE)
        return -EBUSY;
    (void)cgroups_signal(&app->cgroups, SIGKILL, -1);
    app->leftovers_until = 0;
    close_kept(&app->mntns);
    close_kept(&app->root);
    close_kept(&app->start);
    app->state = APP_LEAVING;
    error = fork_worker(inner, app, -1);
    if (error < 0)
        app->state = APP_DONE;
    return error;
}

/* The child that worked on an app's root has ended. */
void mutable_ended(struct inner *inner, struct app *app, int status) {
    bool made = app->state == APP_ADDED && status == 0 && app->root >= 0;

    close_kept(&app->start);
    if (made) {
        app->state = APP_DONE;
        control_tell(app, CONTROL_ADD, 0);
        return;
    }
    if (app->state == APP_LEAVING) {
        control_tell(app, CONTROL_REMOVE, 0);
        forget(app);
        return;
    }
    control_tell(app, CONTROL_ADD, EXIT_START);
    app->state = APP_LEAVING; /* what has been mounted already */
    if (fork_worker(inner, app, -1) < 0)
        forget(app);
}
