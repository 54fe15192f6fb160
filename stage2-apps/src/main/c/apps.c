/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Apps that come to a mutable pod in a machine and leave it, in the machine's first process. What
 * on a host is made around process 1 of the pod (ask.c, and what stage0 removes) is made here by a
 * child, which then passes on what process 1 says to it.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "guest.h"

#define DOCUMENT_LIMIT (2u << 20)
#define DEPTH 4096

struct document {
    unsigned char *bytes;
    uint32_t size;
};

static struct document setup;
static struct document plan;

static struct {
    enum control_request asked; /* 0: nothing */
    uint32_t place;
    struct app app; /* that is to come */
} request[CHANNELS] COLD_ZEROS;

static int answers = -1; /* in a child: where what it has to say goes */

/* Takes a part of what must be known of an app before it is asked for. */
void apps_part(const struct frame *frame) {
    struct document *document = frame->type == FRAME_PLAN ? &plan : &setup;

    if (document->bytes == NULL)
        document->bytes = reserve(DOCUMENT_LIMIT);
    if (frame->size > DOCUMENT_LIMIT - document->size)
        return; /* it will not be understood */
    memcpy(document->bytes + document->size, frame->data, frame->size);
    document->size += frame->size;
}

/* ---- in a child ---- */

static void say(const char *bytes, size_t size) {
    unsigned char packet[4 + 1024] = {REPLY_TEXT};

    if (size > sizeof(packet) - 4)
        size = sizeof(packet) - 4;
    memcpy(packet + 4, bytes, size);
    (void)send(answers, packet, 4 + size, MSG_NOSIGNAL);
}

static void give_up(int status) {
    unsigned char packet[8] = {REPLY_EXITED, 0, 0, 0, (unsigned char)status};

    (void)send(answers, packet, sizeof(packet), MSG_NOSIGNAL);
    _exit(status);
}

/* Passes on what process 1 says; true if the last of it, which is kept, says that all is well. */
static bool pass_answers(int socket, unsigned char last[8]) {
    for (;;) {
        unsigned char packet[PACKET_LIMIT];
        unsigned count = 0;
        ssize_t n = receive_with_fds(socket, packet, sizeof(packet), NULL, &count);

        if (n < 8)
            die(n < 0 ? (int)n : ESRCH, "hear of the app", NULL);
        if (get32(packet) == REPLY_TEXT) {
            (void)send(answers, packet, (size_t)n, MSG_NOSIGNAL);
            continue;
        }
        memcpy(last, packet, 8);
        return get32(packet) == REPLY_EXITED && get32(packet + 4) == 0;
    }
}

static _Noreturn void add(const struct app *app, uint32_t place) {
    struct text bytes = {(char *)plan.bytes, plan.size, plan.size};
    unsigned char last[8];
    int file;
    int socket;
    int error;

    guest_setup(setup.bytes, setup.size);
    file = memfd_create("app-plan", MFD_CLOEXEC);
    error = file < 0 ? -errno : text_write(&bytes, file);
    socket = visits_connect();
    if (error < 0 || socket < 0)
        die(error < 0 ? error : ESRCH, "take in app", app->name);
    ask_add(socket, app->name, place, file);
    if (!pass_answers(socket, last))
        ask_undo();
    (void)send(answers, last, sizeof(last), MSG_NOSIGNAL);
    _exit(0);
}

/* Removes a file, or a directory with all that is in it; what cannot be removed stays. */
static void remove_tree(int parent, const char *name, unsigned depth) {
    _Alignas(8) char entries[512];
    int fd;
    long n;

    if (unlinkat(parent, name, 0) == 0 || depth == DEPTH)
        return;
    fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    while (fd >= 0 && (n = syscall(SYS_getdents64, fd, entries, sizeof(entries))) > 0) {
        for (long at = 0; at < n;) {
            const struct directory_entry *entry = (const void *)(entries + at);

            if (strcmp(entry->name, ".") != 0 && strcmp(entry->name, "..") != 0)
                remove_tree(fd, entry->name, depth + 1);
            at += entry->length;
        }
    }
    if (fd >= 0)
        (void)close(fd);
    (void)unlinkat(parent, name, AT_REMOVEDIR);
}

/* Asks for the end of an app, and gives back what it had. */
static _Noreturn void take_out(const struct app *app, const struct frame *frame) {
    unsigned char last[8];
    int socket = visits_connect();
    int error = socket < 0 ? -ESRCH : send_with_fds(socket, frame->data, frame->size, NULL, 0);

    if (error < 0)
        die(error, "ask for the end of an app", NULL);
    if (pass_answers(socket, last) && app != NULL) {
        cgroups_remove(&app->cgroups);
        for (uint32_t i = 0; i < app->mounts.count; i++)
            if (app->mounts.item[i].kind == OP_OVERLAY) {
                remove_tree(AT_FDCWD, app->mounts.item[i].b, 0);
                remove_tree(AT_FDCWD, app->mounts.item[i].c, 0);
            }
        remove_tree(AT_FDCWD, app->rootfs, 0);
    }
    (void)send(answers, last, sizeof(last), MSG_NOSIGNAL);
    _exit(0);
}

/* ---- in the first process itself ---- */

static struct app *find(struct plan *pod, const char *name, uint32_t *ret_place) {
    for (uint32_t i = 0; i < pod->app_count; i++)
        if (pod->app[i].state != APP_ABSENT && strcmp(pod->app[i].name, name) == 0) {
            *ret_place = i;
            return &pod->app[i];
        }
    return NULL;
}

/* Begins what is asked for: the connection to the child who sees to it, or a negative errno. */
int apps_begin(struct plan *pod, const struct frame *frame) {
    struct reader in = {frame->data + 4, frame->data + frame->size, false};
    bool adding = get32(frame->data) == CONTROL_ADD;
    const char *name = read_text(&in);
    uint32_t place = adding ? read_number(&in) : 0;
    struct app *leaving = adding ? NULL : find(pod, name, &place);
    struct app app = {0};
    int ends[2];
    int error = in.bad || place >= APP_ROOM ? -EBADMSG : 0;
    pid_t pid;

    if (error == 0 && adding)
        error = plan_parse_app(plan.bytes, plan.size, &app);
    if (error == 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        error = -errno;
    if (error < 0) {
        plan_forget_app(&app);
        return error;
    }
    pid = fork();
    if (pid == 0) {
        answers = ends[1];
        report_to(say, give_up);
        if (adding)
            add(&app, place);
        take_out(leaving, frame);
    }
    (void)close(ends[1]);
    setup.size = plan.size = 0;
    request[frame->channel].asked = adding ? CONTROL_ADD : CONTROL_REMOVE;
    request[frame->channel].place = adding || leaving != NULL ? place : ANY_PLACE;
    request[frame->channel].app = app;
    return ends[0];
}

/* What has become of what was asked for on a channel, if anything was. */
void apps_told(struct plan *pod, unsigned channel, const unsigned char *reply) {
    bool done = get32(reply) == REPLY_EXITED && get32(reply + 4) == 0;
    enum control_request asked = request[channel].asked;
    uint32_t place = request[channel].place;

    request[channel].asked = 0;
    if (asked == CONTROL_ADD && done) {
        struct app *app = mutable_place(pod, place);

        *app = request[channel].app;
        app->state = APP_DONE;
    } else if (asked == CONTROL_ADD) {
        plan_forget_app(&request[channel].app);
    } else if (asked == CONTROL_REMOVE && done && place != ANY_PLACE) {
        plan_forget_app(&pod->app[place]);
        pod->app[place].state = APP_ABSENT;
    }
}
