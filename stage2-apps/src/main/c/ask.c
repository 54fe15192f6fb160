/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `pod-init app`: asks process 1 of a mutable pod to take in, start, stop or give up an app, and
 * waits until that is done. Control groups are made here, for process 1 stands inside its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "podinit.h"

/* Exit statuses, known to the Java class PodInit. */
enum { ASKED_OK = 0, ASKED_FAILED = 1, ASKED_NO_APP = 3, ASKED_APP_EXISTS = 4, ASKED_IMMUTABLE = 5 };

static struct {
    size_t used;
    unsigned char bytes[1024];
} request;

static struct app added; /* the app to add */

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

static void undo(void) {
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

static void ask_add(int socket, const char *name) {
    int plan = receive_plan();
    int fds[CONTROL_FDS] = {plan};
    unsigned used = 1;
    int error = plan_read_app(plan, &added);

    if (error < 0)
        die(error, "read the plan of app", name);
    on_die(undo);
    cgroups_make(&added.cgroups);
    cgroups_open(&added.cgroups);
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
    error = send_with_fds(socket, request.bytes, request.used, fds, used);
    if (error < 0 && error != -EPIPE)
        die(error, "ask the pod for app", name);
}

static enum control_request parse_verb(const char *verb) {
    if (strcmp(verb, "add") == 0)
        return CONTROL_ADD;
    if (strcmp(verb, "start") == 0)
        return CONTROL_START;
    if (strcmp(verb, "stop") == 0)
        return CONTROL_STOP;
    if (strcmp(verb, "rm") == 0)
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
    int socket = control_connect(pod_dir);
    int status;

    put_number(what);
    put_text(app);
    if (what == CONTROL_ADD) {
        ask_add(socket, app);
    } else {
        int error = send_with_fds(socket, request.bytes, request.used, NULL, 0);

        if (error < 0 && error != -EPIPE) /* or else it has said why it does not listen */
            die(error, "ask the pod for app", app);
    }
    status = answer(socket, verb, app);
    if (status != ASKED_OK && what == CONTROL_ADD)
        undo();
    return status;
}
