/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's journal, where there is one: each line of an app as an entry in journald's own form
 * (a field on each line, NAME=VALUE), in one packet that is sent at once or not at all.
 */
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "podinit.h"

#define JOURNAL "/run/systemd/journal/socket"

static int journal = -1;
static const char *pod_uuid;

/* Opens the journal's socket, while the host's file systems can be seen. */
void journal_open(const char *uuid) {
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = JOURNAL};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    pod_uuid = uuid;
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        journal = fd;
    else if (fd >= 0)
        (void)close(fd);
}

/* Tells the journal a line; what it does not take at once is in the log file only. */
void journal_line(const struct app *app, bool error, const char *line, size_t size) {
    TEXT(fields, 1024);
    struct iovec parts[3];
    struct msghdr entry = {.msg_iov = parts, .msg_iovlen = 3};

    if (journal < 0)
        return;
    text_add(&fields, "PRIORITY=6\nSYSLOG_IDENTIFIER=");
    text_add(&fields, app->name);
    text_add(&fields, "\nRKT_APP_NAME=");
    text_add(&fields, app->name);
    text_add(&fields, "\nRKT_POD_UUID=");
    text_add(&fields, pod_uuid);
    text_add(&fields, error ? "\nRKT_STREAM=stderr" : "\nRKT_STREAM=stdout");
    text_add(&fields, "\nMESSAGE=");
    parts[0] = (struct iovec){fields.at, fields.used};
    parts[1] = (struct iovec){(void *)(uintptr_t)line, size};
    parts[2] = (struct iovec){(void *)(uintptr_t)"\n", 1};
    (void)sendmsg(journal, &entry, MSG_NOSIGNAL | MSG_DONTWAIT);
}
