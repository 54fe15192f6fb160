/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the apps of a machine have written, kept in the pod's directory as the guest sends it when
 * the pod has ended (changes.c), so that it can be exported. It is not looked into here: who reads
 * it does not believe a byte of it. A guest can neither say more than its memory holds nor take
 * longer than it is given.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h> /* renameat */
#include <string.h>
#include <sys/stat.h>

#include "host.h"

#define DIRECTORY "left"

static struct {
    int dir;
    int file;
    bool going;    /* an app's has begun and not ended */
    uint32_t app;  /* whose */
    uint32_t next; /* the first of whom nothing has been said */
    uint64_t room;
} keep = {.dir = -1, .file = -1};

static void temporary_name(struct text *name) {
    text_add(name, ".");
    text_add(name, host.plan.app[keep.app].name);
    text_bytes(name, "", 1);
}

static void say_lost(int error) {
    warn(error, "keep what was written by app", host.plan.app[keep.app].name);
}

/* Gives up a file that has not been finished. */
static void give_up(int error) {
    TEXT(name, 300);

    if (keep.file < 0)
        return;
    temporary_name(&name);
    (void)close(keep.file);
    keep.file = -1;
    (void)unlinkat(keep.dir, name.at, 0);
    say_lost(error);
}

static void begin(uint32_t app) {
    TEXT(name, 300);

    keep.app = app;
    keep.next = app + 1;
    keep.going = true;
    if (keep.dir < 0) {
        int pod = open(host.plan.pod_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        keep.room = host.machine.memory;
        (void)mkdirat(pod, DIRECTORY, 0700);
        keep.dir = openat(pod, DIRECTORY, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        (void)close(pod);
    }
    temporary_name(&name);
    keep.file =
        openat(keep.dir, name.at, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (keep.file < 0)
        say_lost(errno);
}

/* The file gets its name, which says that it is whole. */
static void finish(void) {
    TEXT(name, 300);

    keep.going = false;
    if (keep.file < 0)
        return;
    temporary_name(&name);
    if (close(keep.file) < 0 ||
        renameat(keep.dir, name.at, keep.dir, host.plan.app[keep.app].name) < 0)
        say_lost(errno);
    keep.file = -1;
}

/* Takes a part of what an app has written: its number, then bytes; none when that was all. */
void keep_frame(const struct frame *frame) {
    uint32_t app = frame->size >= 4 ? get32(frame->data) : UINT32_MAX;
    size_t size = frame->size >= 4 ? frame->size - 4 : 0;
    struct text bytes = {(char *)(uintptr_t)frame->data + 4, size, size};
    struct app *known;
    int error;

    if (host.ended_status < 0 || !members_find(app, &known) || known == NULL ||
        (app < keep.next && !(keep.going && app == keep.app))) {
        host_fail("the machine breaks the rules of its control port");
        return;
    }
    if (app >= keep.next) {
        give_up(EPIPE);
        begin(app);
    }
    if (size == 0)
        finish();
    if (keep.file < 0)
        return;
    error = size > keep.room ? -EFBIG : text_write(&bytes, keep.file);
    if (error < 0)
        give_up(error);
    else
        keep.room -= size;
}

/* What has not been finished by now is lost. */
void keep_end(void) {
    give_up(EPIPE);
}
