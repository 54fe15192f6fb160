/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Visitors who share the standard streams of an app, in process 1.
 *
 * What the app writes goes to all who are attached to that stream. Who does not take it makes the
 * app wait, but only for a while: then it is left out for him, and he is told how much. What a
 * visitor sends goes to the app whole, packet by packet; while the app does not read it, nothing
 * more is taken from that visitor.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>

#include "podinit.h"

#define STALL_MILLIS 2000
#define LAST_MILLIS 50 /* what is left of an app that has ended waits so long for each packet */

static struct attachment {
    int fd; /* -1: free */
    struct app *app;
    uint32_t endpoints;
    int64_t stalled; /* since when he takes nothing; 0: he does */
    bool skipping;
    uint64_t skipped;
    size_t begin; /* of what he has sent and the app has not got yet */
    size_t end;
    bool feeding; /* a part of it the app has got */
    char *bytes;  /* INPUT_BYTES */
} attached[CONTROL_VISITS];

static unsigned count; /* of those attached */

static struct attachment *at(unsigned index) {
    struct attachment *attachment = &attached[index];

    return count > 0 && attachment->app != NULL ? attachment : NULL;
}

static bool is_open(enum stream_mode mode) {
    return mode == MODE_STREAM || mode == MODE_TTY;
}

/* Attaches a visitor to those of an app's streams that can be shared. */
int attach_begin(unsigned index, int fd, struct app *app, uint32_t endpoints) {
    struct attachment *attachment = &attached[index];
    char *bytes = attachment->bytes;

    if (endpoints == 0 || (endpoints & ~(uint32_t)ATTACH_ALL) != 0)
        return -EBADMSG;
    for (int i = 0; i < 3; i++)
        if ((endpoints >> i & 1) != 0 && !is_open(app->mode[i]))
            return -EINVAL;
    *attachment = (struct attachment){.fd = fd, .app = app, .endpoints = endpoints, .bytes = bytes};
    if (bytes == NULL)
        attachment->bytes = reserve(INPUT_BYTES);
    count++;
    return 0;
}

/* Forgets a visitor, and what of his has not reached the app. */
void attach_end(unsigned index) {
    struct attachment *attachment = at(index);

    if (attachment == NULL)
        return;
    attachment->app = NULL;
    count--;
}

/* ---- to the app ---- */

static bool others_feed(const struct attachment *attachment) {
    for (unsigned i = 0; i < CONTROL_VISITS; i++)
        if (&attached[i] != attachment && attached[i].app == attachment->app &&
            attached[i].feeding)
            return true;
    return false;
}

static void feed(struct attachment *attachment) {
    ssize_t n;

    if (attachment->begin == attachment->end || others_feed(attachment))
        return;
    n = write(attachment->app->feed, attachment->bytes + attachment->begin,
              attachment->end - attachment->begin);
    if (n > 0)
        attachment->begin += (size_t)n;
    else if (n < 0 && errno != EAGAIN && errno != EINTR)
        attachment->begin = attachment->end;
    attachment->feeding = attachment->begin != 0 && attachment->begin < attachment->end;
    if (attachment->begin == attachment->end)
        attachment->begin = attachment->end = 0;
}

/* Takes what a visitor has for the app's standard input. */
int attach_input(unsigned index, const void *bytes, size_t size) {
    struct attachment *attachment = at(index);

    if (attachment == NULL || (attachment->endpoints & ATTACH_IN) == 0)
        return -EPERM;
    if (size > INPUT_BYTES - attachment->end)
        return -EMSGSIZE;
    memcpy(attachment->bytes + attachment->end, bytes, size);
    attachment->end += size;
    feed(attachment);
    return 0;
}

/* Gives the app's terminal a size; the last who asks is heard. */
int attach_resize(unsigned index, uint32_t rows, uint32_t columns) {
    struct attachment *attachment = at(index);
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};

    if (attachment != NULL && attachment->app->feed >= 0)
        (void)ioctl(attachment->app->feed, TIOCSWINSZ, &size);
    return 0;
}

/* ---- from the app ---- */

static bool hears(const struct attachment *attachment, const struct app *app,
                  const struct stream *stream) {
    return attachment->app == app &&
           (attachment->endpoints & (stream->error ? ATTACH_ERR : ATTACH_OUT)) != 0;
}

static bool takes(const struct attachment *attachment, int millis) {
    struct pollfd ready = {attachment->fd, POLLOUT, 0};

    return poll(&ready, 1, millis) > 0;
}

static int send_packet(const struct attachment *attachment, uint32_t kind, uint32_t value,
                       const char *bytes, size_t size) {
    unsigned char packet[8 + INPUT_BYTES] = {(unsigned char)kind};

    for (int i = 0; i < 4; i++)
        packet[4 + i] = (unsigned char)(value >> (8 * i));
    memcpy(packet + 8, bytes, size);
    return send(attachment->fd, packet, 8 + size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

/* Whether a stream is not to be read for now, because somebody who is attached to it is slow. */
bool attach_holds(const struct app *app, const struct stream *stream) {
    bool holds = false;

    for (unsigned i = 0; count > 0 && i < CONTROL_VISITS; i++) {
        struct attachment *attachment = &attached[i];

        if (!hears(attachment, app, stream) || attachment->skipping)
            continue;
        if (takes(attachment, 0)) {
            attachment->stalled = 0;
            continue;
        }
        if (attachment->stalled == 0)
            attachment->stalled = now_millis();
        if (now_millis() >= attachment->stalled + STALL_MILLIS)
            attachment->skipping = true;
        else
            holds = true;
    }
    return holds;
}

static void pass(struct attachment *attachment, const struct stream *stream, const char *bytes,
                 size_t size) {
    uint64_t skipped = attachment->skipped;
    int error = -EAGAIN;

    if (attachment->skipping && takes(attachment, 0) &&
        send_packet(attachment, REPLY_SKIPPED, skipped > UINT32_MAX ? UINT32_MAX : (uint32_t)skipped,
                    "", 0) == 0) {
        attachment->skipping = false;
        attachment->skipped = 0;
        attachment->stalled = 0;
    }
    if (!attachment->skipping && takes(attachment, LAST_MILLIS))
        error = send_packet(attachment, REPLY_OUTPUT, stream->error ? 2 : 1, bytes, size);
    if (error == -EAGAIN) {
        attachment->skipping = true;
        attachment->skipped += size;
    }
}

/* Passes on what an app has written. */
void attach_output(const struct app *app, const struct stream *stream, const char *bytes,
                   size_t size) {
    for (unsigned i = 0; count > 0 && i < CONTROL_VISITS; i++)
        if (hears(&attached[i], app, stream))
            pass(&attached[i], stream, bytes, size);
}

/* When attach_holds wants to be asked again; 0: never. */
int64_t attach_deadline(void) {
    int64_t at_millis = 0;

    for (unsigned i = 0; count > 0 && i < CONTROL_VISITS; i++) {
        const struct attachment *attachment = &attached[i];

        if (attachment->app == NULL || attachment->skipping || attachment->stalled == 0)
            continue;
        if (at_millis == 0 || attachment->stalled + STALL_MILLIS < at_millis)
            at_millis = attachment->stalled + STALL_MILLIS;
    }
    return at_millis;
}

/* ---- waiting ---- */

/* What the loop waits for at a visitor's connection; 0: nothing, not even its end, for what he has
 * sent before it comes first. */
short attach_events(unsigned index) {
    const struct attachment *attachment = at(index);

    if (attachment == NULL)
        return POLLIN;
    return (short)((attachment->end == 0 ? POLLIN : 0) |
                   (attachment->stalled != 0 && !attachment->skipping ? POLLOUT : 0));
}

/* Where something of a visitor's waits to be written to, or -1. */
int attach_feed(unsigned index) {
    const struct attachment *attachment = at(index);

    return attachment == NULL || attachment->end == 0 || others_feed(attachment)
               ? -1
               : attachment->app->feed;
}

/* Goes on with what could not be written. */
void attach_ready(unsigned index, short visit, short input) {
    struct attachment *attachment = at(index);

    if (attachment == NULL)
        return;
    if ((visit & POLLOUT) != 0)
        attachment->stalled = 0;
    if (input != 0)
        feed(attachment);
}
