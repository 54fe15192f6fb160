/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The apps of a mutable pod in a machine, as its supervisor knows them: whose log and status files
 * are written. Each has the place here that it has in process 1 of the pod, which we choose.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "host.h"

#define DOCUMENT_LIMIT (1u << 20)

static struct {
    enum control_request asked; /* 0: nothing */
    uint32_t place;
} request[CHANNELS];

static uint32_t last; /* place given away */

static bool is_known(uint32_t place) {
    return place < host.plan.app_count && host.plan.app[place].state != APP_ABSENT;
}

/* Whether there can be an app at this place; and if there is one now, which. */
bool members_find(uint32_t place, struct app **ret_app) {
    *ret_app = is_known(place) ? &host.plan.app[place] : NULL;
    return place < host.plan.app_count;
}

static void forget(struct app *app) {
    int *const kept[] = {&app->log, &app->kubelet, &app->log_dir, &app->status_dir};

    for (unsigned i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        if (*kept[i] >= 0)
            (void)close(*kept[i]);
        *kept[i] = -1;
    }
    plan_forget_app(app);
    app->state = APP_ABSENT;
}

/* The next free place, so that what is said late of an app that has gone is not taken for that of
 * another. */
static int free_place(uint32_t *ret_place) {
    for (uint32_t i = 1; i <= APP_ROOM; i++) {
        uint32_t place = (last + i) % APP_ROOM;

        if (!is_known(place)) {
            *ret_place = last = place;
            return 0;
        }
    }
    return -ENOSPC;
}

static void send_parts(unsigned type, unsigned channel, const unsigned char *bytes, size_t size) {
    while (size > 0) {
        uint32_t part = size < WINDOW ? (uint32_t)size : WINDOW;

        host_send(type, channel, bytes, part);
        bytes += part;
        size -= part;
    }
}

/* Sends a whole document, which lies in a file in memory. */
static int send_document(unsigned type, unsigned channel, int fd) {
    struct stat status;
    void *bytes;

    if (fstat(fd, &status) < 0 || status.st_size <= 0)
        return -EBADMSG;
    if (status.st_size > DOCUMENT_LIMIT)
        return -E2BIG;
    bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return -errno;
    send_parts(type, channel, bytes, (size_t)status.st_size);
    (void)munmap(bytes, (size_t)status.st_size);
    return 0;
}

/* An app of the plan that is to come, with its files. */
static int open_member(const char *name, int plan, uint32_t *ret_place) {
    struct app app;
    struct app *place;
    int error = free_place(ret_place);

    if (error == 0)
        error = mutable_find_place(&host.plan, name, *ret_place, &place);
    if (error == 0)
        error = plan_read_app(plan, &app);
    if (error < 0)
        return error;
    error = strcmp(app.name, name) == 0 ? output_open_app(&app, false) : -EBADMSG;
    app.state = APP_ADDED;
    if (error < 0)
        forget(&app);
    else
        *place = app;
    return error;
}

/* Takes in an app, as far as that is ours, and sends the guest all it must know of it. */
int members_add(unsigned channel, struct reader *in, const int *fds, unsigned count) {
    const char *name = read_text(in);
    unsigned char bytes[1024];
    uint32_t place;
    size_t size = strlen(name);
    int error = in->bad || count != 2 || size > 512 ? -EBADMSG : 0;

    if ((host.plan.flags & POD_MUTABLE) == 0)
        return -EPERM;
    if (error == 0)
        error = open_member(name, fds[0], &place);
    if (error < 0)
        return error;
    error = send_document(FRAME_SETUP, channel, fds[1]);
    if (error == 0)
        error = send_document(FRAME_PLAN, channel, fds[0]);
    if (error < 0) {
        forget(&host.plan.app[place]);
        return error;
    }
    request[channel].asked = CONTROL_ADD;
    request[channel].place = place;
    memset(bytes, 0, sizeof(bytes));
    put32(bytes, CONTROL_ADD);
    put32(bytes + 4, (uint32_t)size);
    memcpy(bytes + 8, name, size);
    size = 8 + (size / 4 + 1) * 4;
    put32(bytes + size, place);
    host_send(FRAME_ENTER, channel, bytes, (uint32_t)size + 4);
    return 0;
}

/* Notes that somebody asks for the end of an app, or for something else. */
void members_ask(unsigned channel, uint32_t asked, struct reader *in) {
    const char *name = asked == CONTROL_REMOVE ? read_text(in) : "";

    request[channel].asked = 0;
    for (uint32_t i = 0; asked == CONTROL_REMOVE && i < host.plan.app_count; i++) {
        if (!is_known(i) || strcmp(host.plan.app[i].name, name) != 0)
            continue;
        request[channel].asked = CONTROL_REMOVE;
        request[channel].place = i;
    }
}

/* Whether what was asked for on a channel goes on when he who has asked has gone. */
bool members_wait(unsigned channel) {
    return request[channel].asked != 0;
}

/* What has become of it. Of a pod that has ended all apps stay: what they wrote is being kept. */
void members_told(unsigned channel, const unsigned char *reply) {
    bool done = get32(reply) == REPLY_EXITED && get32(reply + 4) == 0;
    enum control_request asked = request[channel].asked;

    request[channel].asked = 0;
    if (asked != 0 && host.ended_status < 0 && is_known(request[channel].place) &&
        done == (asked == CONTROL_REMOVE))
        forget(&host.plan.app[request[channel].place]);
}

/* The mount name space of the server of shares. */
int members_shares(void) {
    TEXT(path, 64);
    int fd;

    if ((host.plan.flags & POD_MUTABLE) == 0 || host.vmm.server <= 0)
        return -EPERM;
    text_add(&path, "/proc/");
    text_number(&path, (uint64_t)host.vmm.server, 0, 0);
    text_bytes(&path, "/ns/mnt", sizeof("/ns/mnt"));
    fd = open(path.at, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}
