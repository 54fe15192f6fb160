/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `pod-init app`: asks process 1 of a mutable pod to take in, start, stop or give up an app, and
 * waits until that is done. Control groups are made here, for process 1 stands inside its own. For a
 * machine they are made in the guest, by the same code; here, the trees and volumes of the app are
 * bound for the server of shares.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "machine.h"

/* Exit statuses, known to the Java class PodInit. */
enum { ASKED_OK = 0, ASKED_FAILED = 1, ASKED_NO_APP = 3, ASKED_APP_EXISTS = 4, ASKED_IMMUTABLE = 5 };

static struct {
    size_t used;
    unsigned char bytes[4096];
} request;

#define SHARES 1024u

static struct app added; /* the app to add */
static const char *pod_directory;

static void put_number(uint32_t number) {
    for (int i = 0; i < 4 && request.used < sizeof(request.bytes); i++)
        request.bytes[request.used++] = (unsigned char)(number >> (8 * i));
}

static void put_text(const char *text) {
    size_t length = strlen(text);

    if (length > 512)
        die(E2BIG, "ask for app", text);
    put_number((uint32_t)length);
    memcpy(request.bytes + request.used, text, length);
    request.used += (length / 4 + 1) * 4;
}

/* Gives back what has been made for an app that does not come. */
void ask_undo(void) {
    cgroups_remove(&added.cgroups);
}

/* The plan on standard input, as a file of its own in memory. */
static int receive_plan(void) {
    char bytes[16384];
    int fd = memfd_create("app-plan", MFD_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        die(errno, "make a file in memory", NULL);
    while ((n = read(STDIN_FILENO, bytes, sizeof(bytes))) != 0) {
        struct text text = {bytes, sizeof(bytes), n > 0 ? (size_t)n : 0};
        int error = n < 0 ? -errno : text_write(&text, fd);

        if (error < 0 && error != -EINTR)
            die(error, "read the plan", NULL);
    }
    return fd;
}

/*
 * What an app with users of its own needs of the host: copies of mounts, each with the number of
 * the operation that attaches it, and its records.
 */
static unsigned open_host(int *fds, unsigned used) {
    const struct mount_ops *ops = &added.mounts;
    uint32_t trees = 0;

    if (added.users.count == 0) {
        put_number(0);
        return used;
    }
    users_open_app(&added, pod_directory);
    for (uint32_t i = 0; i < ops->count; i++)
        trees += ops->item[i].source >= 0 ? 1 : 0;
    if (used + trees + ADDED_RECORDS + 1 > CONTROL_FDS)
        die(E2BIG, "pass on the mounts of", added.name);
    put_number(trees);
    for (uint32_t i = 0; i < ops->count; i++) {
        if (ops->item[i].source < 0)
            continue;
        put_number(i);
        fds[used++] = ops->item[i].source;
    }
    fds[used++] = added.status_dir;
    fds[used++] = added.log_dir;
    fds[used++] = added.log;
    if (added.kubelet >= 0)
        fds[used++] = added.kubelet;
    return used;
}

/* Makes the control groups of an app, and asks process 1 to take it in. */
void ask_add(int socket, const char *name, uint32_t place, int plan) {
    int fds[CONTROL_FDS] = {plan};
    unsigned used = 1;
    int error = plan_read_app(plan, &added);

    if (error < 0)
        die(error, "read the plan of app", name);
    on_die(ask_undo);
    cgroups_make(&added.cgroups);
    cgroups_open(&added.cgroups);
    put_number(CONTROL_ADD);
    put_text(name);
    put_number(place);
    put_number(added.cgroups.join.count);
    for (uint32_t i = 0; i < added.cgroups.join.count; i++) {
        bool tasks = added.cgroups.tasks[i] >= 0;

        if (used + 2 > CONTROL_FDS)
            die(E2BIG, "pass on the control groups of", name);
        fds[used++] = added.cgroups.procs[i];
        if (tasks)
            fds[used++] = added.cgroups.tasks[i];
        put_number(tasks ? 1 : 0);
    }
    used = open_host(fds, used);
    error = send_with_fds(socket, request.bytes, request.used, fds, used);
    if (error < 0 && error != -EPIPE)
        die(error, "ask the pod for app", name);
}

/* Goes to the mount name space of the server of shares. */
static void enter_shares(int socket) {
    unsigned char bytes[8];
    unsigned count = 1;
    int ns = -1;

    put32(bytes, CONTROL_SHARES);
    if (send(socket, bytes, 4, MSG_NOSIGNAL) < 0 ||
        receive_with_fds(socket, bytes, sizeof(bytes), &ns, &count) != 8 || count != 1 ||
        setns(ns, CLONE_NEWNS) < 0)
        die(0, "reach the shared directories of the machine", NULL);
    (void)close(ns);
}

static int memory_file(const void *bytes, uint32_t size) {
    struct text text = {(char *)(uintptr_t)bytes, size, size};
    int fd = memfd_create("app", MFD_CLOEXEC);
    int error = fd < 0 ? -errno : text_write(&text, fd);

    if (error < 0)
        die(error, "make a file in memory", NULL);
    return fd;
}

/* Shares what an app of a machine needs, then asks for it. */
static void ask_machine_add(int socket, const char *name) {
    struct machine_app app;
    int fds[2];
    int error = machine_app_read(receive_plan(), &app);

    if (error < 0)
        die(error, "read the plan of app", name);
    fds[0] = memory_file(app.plan, app.plan_size);
    fds[1] = memory_file(app.setup, app.setup_size);
    mounts_detach(&app.shares);
    enter_shares(socket);
    mounts_add(&app.shares);
    put_number(CONTROL_ADD);
    put_text(name);
    error = send_with_fds(socket, request.bytes, request.used, fds, 2);
    if (error < 0)
        die(error, "ask the pod for app", name);
}

/* Ends the sharing of what an app has needed, which is called NAME.0, NAME.1, and so on; we are in
 * the name space of its server. */
static void end_shares(const char *app) {
    for (unsigned i = 0; i < SHARES; i++) {
        TEXT(path, 600);

        text_add(&path, "/");
        text_add(&path, app);
        text_add(&path, ".");
        text_number(&path, i, 0, 0);
        text_bytes(&path, "", 1);
        while (umount2(path.at, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
            continue;
        if (rmdir(path.at) < 0 && unlink(path.at) < 0 && errno == ENOENT)
            return;
    }
}

static enum control_request parse_verb(const char *verb) {
    if (strcmp(verb, "add") == 0 || strcmp(verb, "add-in-machine") == 0)
        return CONTROL_ADD;
    if (strcmp(verb, "start") == 0)
        return CONTROL_START;
    if (strcmp(verb, "stop") == 0)
        return CONTROL_STOP;
    if (strcmp(verb, "rm") == 0 || strcmp(verb, "rm-in-machine") == 0)
        return CONTROL_REMOVE;
    die(EINVAL, "do", verb);
}

static int refused(int error, const char *verb, const char *app) {
    if (error == ESRCH)
        return ASKED_NO_APP;
    if (error == EEXIST)
        return ASKED_APP_EXISTS;
    if (error == EPERM)
        return ASKED_IMMUTABLE;
    warn(error, verb, app);
    return ASKED_FAILED;
}

/* Waits for the answer; our exit status. */
static int answer(int socket, const char *verb, const char *app) {
    for (;;) {
        unsigned char bytes[2048];
        unsigned count = 0;
        ssize_t n = receive_with_fds(socket, bytes, sizeof(bytes), NULL, &count);
        struct reader in = {bytes, bytes + (n > 0 ? n : 0), false};
        uint32_t kind = read_number(&in);

        if (n <= 0)
            die(0, "go on: the pod has ended while it was asked for app", app);
        if (kind == REPLY_TEXT) {
            struct text text = {(char *)bytes + 4, (size_t)n - 4, (size_t)n - 4};

            (void)text_write(&text, STDERR_FILENO);
            continue;
        }
        if (kind == REPLY_EXITED)
            return read_number(&in) == 0 ? ASKED_OK : ASKED_FAILED;
        return refused(kind == REPLY_ERROR ? (int)read_number(&in) : EPROTO, verb, app);
    }
}

/* Asks for an app what verb says; the exit status. */
int ask_main(const char *pod_dir, const char *verb, const char *app) {
    enum control_request what = parse_verb(verb);
    bool machine = strstr(verb, "-in-machine") != NULL;
    int socket = control_connect(pod_dir);
    int status;

    pod_directory = pod_dir;
    if (what == CONTROL_ADD && machine) {
        ask_machine_add(socket, app);
    } else if (what == CONTROL_ADD) {
        ask_add(socket, app, ANY_PLACE, receive_plan());
    } else {
        int error;

        put_number(what);
        put_text(app);
        error = send_with_fds(socket, request.bytes, request.used, NULL, 0);
        if (error < 0 && error != -EPIPE) /* or else it has said why it does not listen */
            die(error, "ask the pod for app", app);
    }
    status = answer(socket, verb, app);
    if (status != ASKED_OK && what == CONTROL_ADD)
        ask_undo();
    if (machine && what == CONTROL_ADD && status == ASKED_FAILED)
        end_shares(app);
    if (machine && what == CONTROL_REMOVE && status != ASKED_FAILED) {
        enter_shares(control_connect(pod_dir));
        end_shares(app);
    }
    return status;
}
