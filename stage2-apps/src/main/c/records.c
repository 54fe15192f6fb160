/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of each app, in files that rkt reads. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h> /* renameat */
#include <string.h>
#include <sys/wait.h>

#include "podinit.h"

static void write_small(int dir, const char *name, const char *suffix, const char *bytes,
                        size_t size) {
    TEXT(final, 300);
    TEXT(temporary, 300);
    int fd;
    ssize_t n = -1;

    text_add(&final, name);
    text_bytes(&final, suffix, strlen(suffix) + 1);
    text_add(&temporary, ".");
    text_add(&temporary, name);
    text_add(&temporary, suffix);
    text_bytes(&temporary, ".tmp", sizeof(".tmp"));
    if (final.used == final.size || temporary.used == temporary.size)
        return;
    fd = openat(dir, temporary.at, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd >= 0) {
        n = write(fd, bytes, size);
        (void)close(fd);
    }
    if (n != (ssize_t)size || renameat(dir, temporary.at, dir, final.at) < 0)
        warn(errno, "write status file", final.at);
}

/* Records how an app has ended: its status for rkt, and the reason beside it. */
void record_status(const struct app *app, int status, bool core) {
    const char *name = strrchr(app->status_file, '/') + 1;
    TEXT(number, 32);
    TEXT(reason, 64);

    text_number(&number, (uint64_t)app->status, 0, 0);
    text_add(&number, "\n");
    if (WIFSIGNALED(status)) {
        text_add(&reason, "killed ");
        text_add(&reason, signal_name(WTERMSIG(status)));
        if (WTERMSIG(status) > SIGSYS)
            text_number(&reason, (uint64_t)WTERMSIG(status), 0, 0);
        text_add(&reason, core ? ", core dumped\n" : "\n");
    } else {
        text_add(&reason, "exited ");
        text_number(&reason, (uint64_t)app->status, 0, 0);
        text_add(&reason, "\n");
    }
    write_small(app->status_dir, name, ".reason", reason.at, reason.used);
    write_small(app->status_dir, name, "", number.at, number.used);
}

/* Records that an app is about to start, perhaps not for the first time. */
void record_start(const struct app *app) {
    const char *name = strrchr(app->status_file, '/') + 1;

    write_small(app->status_dir, name, "-started", "", 0);
    (void)unlinkat(app->status_dir, name, 0);
    if (app->kubelet >= 0 && ftruncate(app->kubelet, 0) < 0)
        warn(errno, "empty log file", app->kubelet_file);
}
