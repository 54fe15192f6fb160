/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What apps write. Every line goes to the app's log file as
 *
 *     2026-11-23T19:04:58.123456789Z stdout F text
 *
 * (time, stream, F or P: the line's end or a part of a long line, text), and to rkt's stdout as
 *
 *     [ 1234.567890] APP[PID]: text
 *
 * A console that takes nothing makes apps wait only for a while: then its lines are left out, and
 * counted, until it takes some again. The log always has them all. A log file that has grown to
 * its limit becomes FILE.1, which becomes FILE.2, and so on, as many as the plan says.
 *
 * Where the host has a journal, it gets each line, too, if it takes it at once.
 *
 * A kubelet reads what an app writes to streams from a file of its own, without the letter and up
 * to 4096 bytes a line:
 *
 *     2026-11-23T19:04:58.123456789Z stdout text
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h> /* renameat */
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

#include "podinit.h"

#define CONSOLE_BYTES 65536
#define CONSOLE_FULL (CONSOLE_BYTES - 3 * STREAM_BYTES)
#define LOG_BYTES (2 * STREAM_BYTES)
#define STALL_MILLIS 2000

static struct {
    int fd;
    bool socket;
    bool closed;
    bool dropping;
    uint64_t dropped;
    int64_t stalled; /* since when nothing could be written; 0: it could */
    size_t begin;
    size_t end;
    char *bytes; /* CONSOLE_BYTES */
} console;

static char *log_bytes; /* LOG_BYTES */
static uint64_t log_limit;
static uint32_t log_files;

/* The first app, in the guest of a machine: there every line goes to the host, as a record. */
static const struct app *framed;

static int open_log(struct app *app) {
    struct stat status;
    const char *name;
    int error;

    if (*app->log_file == 0)
        return 0;
    error = path_split(app->log_file, &app->log_dir, &name);
    if (error < 0)
        return error;
    app->log =
        openat(app->log_dir, name, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0640);
    if (app->log < 0 || fstat(app->log, &status) < 0)
        return -errno;
    app->log_bytes = (uint64_t)status.st_size;
    return 0;
}

/* Makes the file that a kubelet reads. */
static int open_kubelet(struct app *app) {
    const char *name;
    int dir;
    int error;

    if (*app->kubelet_file == 0)
        return 0;
    error = path_split(app->kubelet_file, &dir, &name);
    if (error < 0)
        return error;
    app->kubelet = openat(dir, name,
                          O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_NONBLOCK |
                              O_NOCTTY | O_CLOEXEC,
                          0640);
    error = app->kubelet < 0 ? -errno : 0;
    (void)close(dir);
    if (error < 0)
        warn(error, "open log file", app->kubelet_file);
    return error;
}

/* Opens what of an app lies on the host (a guest has no log files): its log file, and the directory
 * of its status file. */
int output_open_app(struct app *app, bool guest) {
    const char *name;
    int error = guest ? 0 : open_log(app);

    if (error == 0 && !guest)
        error = open_kubelet(app);
    return error < 0 ? error : path_split(app->status_file, &app->status_dir, &name);
}

/* Opens everything that lies on the host. */
void output_open(struct plan *plan) {
    log_limit = plan->log_limit;
    log_files = plan->log_files;
    if ((plan->flags & POD_GUEST) == 0)
        journal_open(plan->uuid);
    for (uint32_t i = 0; i < plan->app_count; i++) {
        int error = output_open_app(&plan->app[i], (plan->flags & POD_GUEST) != 0);

        if (error < 0)
            die(error, "open the files of app", plan->app[i].name);
    }
}

/* Gets a console descriptor of our own that never makes us wait, where that is possible. */
void output_start(const struct plan *plan) {
    struct stat status;
    char name[FD_PATH];
    int fd;

    if ((plan->flags & (POD_GUEST | POD_INTERACTIVE)) == POD_GUEST)
        framed = plan->app;
    console.fd = STDOUT_FILENO;
    console.bytes = reserve(CONSOLE_BYTES);
    log_bytes = reserve(LOG_BYTES);
    if (fstat(STDOUT_FILENO, &status) < 0) {
        console.closed = true;
        return;
    }
    console.socket = S_ISSOCK(status.st_mode);
    if (S_ISFIFO(status.st_mode) || isatty(STDOUT_FILENO)) {
        fd = open(path_of_fd(STDOUT_FILENO, name), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd >= 0)
            console.fd = fd;
    }
}

static ssize_t console_write(const char *bytes, size_t size) {
    struct pollfd ready = {console.fd, POLLOUT, 0};

    if (console.socket)
        return send(console.fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (console.fd != STDOUT_FILENO)
        return write(console.fd, bytes, size);
    if (poll(&ready, 1, 0) <= 0) {
        errno = EAGAIN;
        return -1;
    }
    return write(console.fd, bytes, size > STREAM_BYTES ? STREAM_BYTES : size);
}

/* Writes out what the console takes now. */
void output_flush(void) {
    while (!console.closed && console.begin < console.end) {
        ssize_t n = console_write(console.bytes + console.begin, console.end - console.begin);

        if (n > 0) {
            console.begin += (size_t)n;
            console.stalled = 0;
            continue;
        }
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN) {
            if (console.stalled == 0)
                console.stalled = now_millis();
            return;
        }
        console.closed = true;
    }
    console.begin = console.end = 0;
}

/* Ends leaving lines out once the console has taken all that waited. */
static void console_resume(void) {
    struct text note = {console.bytes, CONSOLE_BYTES, 0};

    if (!console.dropping || console.end != 0)
        return;
    console.dropping = false;
    text_add(&note, "pod-init: warning: ");
    text_number(&note, console.dropped, 0, 0);
    text_add(&note, " bytes of output are only in the log files\n");
    console.dropped = 0;
    console.end = note.used;
    output_flush();
}

/* Puts bytes on their way to the console. */
void output_console(const char *bytes, size_t length) {
    if (console.closed)
        return;
    while (framed != NULL && length > CONSOLE_BYTES - console.end && !console.closed) {
        (void)poll(&(struct pollfd){console.fd, POLLOUT, 0}, 1, -1);
        output_flush();
    }
    if (console.dropping || length > CONSOLE_BYTES - console.end) {
        console.dropping = true;
        console.dropped += length;
        return;
    }
    memcpy(console.bytes + console.end, bytes, length);
    console.end += length;
}

/* Whether something waits for the console. */
bool output_pending(void) {
    return console.end != 0 && !console.closed;
}

/* Whether apps should wait for the console. */
bool output_paused(void) {
    return output_pending() && !console.dropping && console.end > CONSOLE_FULL;
}

/* The console's descriptor, to wait for. */
int output_fd(void) {
    return console.fd;
}

/* When output_tick wants to be called; 0: never. */
int64_t output_deadline(void) {
    return framed == NULL && output_paused() && console.stalled != 0
               ? console.stalled + STALL_MILLIS
               : 0;
}

/* Looks after the console: writes, and gives up waiting for it. */
void output_tick(void) {
    output_flush();
    console_resume();
    if (framed == NULL && output_paused() && console.stalled != 0 &&
        now_millis() >= console.stalled + STALL_MILLIS)
        console.dropping = true;
}

/* The name of a log file that has been put aside; number 0 is the current one. */
static bool aside(struct text *ret_name, const char *name, uint32_t number) {
    text_add(ret_name, name);
    if (number > 0) {
        text_add(ret_name, ".");
        text_number(ret_name, number, 0, 0);
    }
    text_bytes(ret_name, "", 1);
    return ret_name->used < ret_name->size;
}

/* Puts the log file aside and begins a new one; on failure the old one grows on. */
static void rotate(struct app *app) {
    const char *name = strrchr(app->log_file, '/') + 1;
    int fd;

    for (uint32_t i = log_files - 1; i > 0; i--) {
        TEXT(from, 300);
        TEXT(to, 300);

        if (!aside(&from, name, i - 1) || !aside(&to, name, i) ||
            (renameat(app->log_dir, from.at, app->log_dir, to.at) < 0 && errno != ENOENT))
            return;
    }
    if (log_files == 1)
        (void)unlinkat(app->log_dir, name, 0);
    fd = openat(app->log_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0640);
    if (fd < 0)
        return;
    (void)close(app->log);
    app->log = fd;
    app->log_bytes = 0;
}

/* Appends a number of two digits and what follows it. */
static void add_two(struct text *text, uint64_t number, const char *after) {
    text_number(text, number, 2, '0');
    text_add(text, after);
}

/* Appends the time of day, UTC; years count from March here, so that leap days come last. */
static void add_time(struct text *text) {
    struct timespec now;
    uint64_t seconds;
    uint64_t days;
    uint64_t era;
    uint64_t year;
    uint64_t month;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    seconds = (uint64_t)now.tv_sec % 86400;
    days = (uint64_t)now.tv_sec / 86400 + 719468; /* since 0000-03-01 */
    era = days / 146097;
    days %= 146097;
    year = (days - days / 1460 + days / 36524 - days / 146096) / 365;
    days -= 365 * year + year / 4 - year / 100;
    month = (5 * days + 2) / 153;
    days -= (153 * month + 2) / 5;
    text_number(text, 400 * era + year + (month >= 10), 4, '0');
    text_add(text, "-");
    add_two(text, month < 10 ? month + 3 : month - 9, "-");
    add_two(text, days + 1, "T");
    add_two(text, seconds / 3600, ":");
    add_two(text, seconds / 60 % 60, ":");
    add_two(text, seconds % 60, ".");
    text_number(text, (uint64_t)now.tv_nsec, 9, '0');
    text_add(text, "Z");
}

/* Tells of a log file that cannot be written to, once. */
static void check_log(struct app *app, const char *file, int error) {
    if (error == 0 || app->log_failed)
        return;
    app->log_failed = true;
    warn(error, "write log file", file);
}

/* Puts a line with its time and stream together; more comes between them and the text. */
static void compose(struct text *text, const struct stream *stream, const char *more,
                    const char *line, size_t size) {
    add_time(text);
    text_add(text, stream->error ? " stderr " : " stdout ");
    text_add(text, more);
    text_bytes(text, line, size);
    text_add(text, "\n");
}

static void log_line(struct app *app, const struct stream *stream, const char *line, size_t size,
                     bool whole) {
    struct text text = {log_bytes, LOG_BYTES, 0};
    int error;

    if (app->log < 0)
        return;
    compose(&text, stream, whole ? "F " : "P ", line, size);
    if (app->log_bytes >= log_limit)
        rotate(app);
    error = text_write(&text, app->log);
    if (error == 0)
        app->log_bytes += text.used;
    check_log(app, app->log_file, error);
}

static void kubelet_line(struct app *app, const struct stream *stream, const char *line,
                         size_t size) {
    struct text text = {log_bytes, LOG_BYTES, 0};

    if (app->kubelet < 0 || app->mode[stream->error ? 2 : 1] != MODE_STREAM)
        return;
    compose(&text, stream, "", line, size);
    check_log(app, app->kubelet_file, text_write(&text, app->kubelet));
}

static void console_line(const struct app *app, const char *line, size_t size) {
    struct timespec now;
    TEXT(prefix, 384);

    if (console.closed)
        return;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    text_add(&prefix, "[");
    text_number(&prefix, (uint64_t)now.tv_sec, 5, ' ');
    text_add(&prefix, ".");
    text_number(&prefix, (uint64_t)now.tv_nsec / 1000, 6, '0');
    text_add(&prefix, "] ");
    text_add(&prefix, app->name);
    text_add(&prefix, "[");
    text_number(&prefix, (uint64_t)(app->main > 0 ? app->main : app->pid), 0, 0);
    text_add(&prefix, "]: ");
    if (prefix.used + size + 1 > CONSOLE_BYTES - console.end) {
        output_console(console.bytes, prefix.used + size + 1); /* too much: left out */
        return;
    }
    output_console(prefix.at, prefix.used);
    output_console(line, size);
    output_console("\n", 1);
}

/* A line as a record: app, 1: stderr, 2: whole, process, size (machine.c takes it apart). */
static void frame_line(const struct app *app, const struct stream *stream, const char *line,
                       size_t size, bool whole) {
    uint32_t record[4] = {(uint32_t)(app - framed), (stream->error ? 1u : 0u) | (whole ? 2u : 0u),
                          (uint32_t)(app->main > 0 ? app->main : app->pid), (uint32_t)size};

    output_console((const char *)record, sizeof(record));
    output_console(line, size);
}

static void emit(struct app *app, struct stream *stream, const char *line, size_t size,
                 bool whole) {
    if (framed != NULL) {
        frame_line(app, stream, line, size, whole);
        return;
    }
    log_line(app, stream, line, size, whole);
    if (!stream->continued || size != 0) {
        journal_line(app, stream->error, line, size);
        kubelet_line(app, stream, line, size);
        if (app->mode[stream->error ? 2 : 1] == MODE_DEFAULT)
            console_line(app, line, size);
    }
    stream->continued = !whole;
}

/* Passes on a line that has been put together elsewhere. */
void output_line(struct app *app, bool error, bool whole, const char *line, size_t size) {
    emit(app, &app->stream[error ? 1 : 0], line, size, whole);
}

/* Terminals end lines with a carriage return, too. */
static size_t line_length(const struct app *app, const struct stream *stream, const char *line,
                          const char *end) {
    bool terminal = app->mode[stream->error ? 2 : 1] == MODE_TTY;

    return (size_t)(end - line) - (terminal && end > line && end[-1] == '\r' ? 1 : 0);
}

/* Passes on the whole lines that a stream holds, as far as the console lets us. */
static void pass_lines(struct app *app, struct stream *stream) {
    char *line = stream->line;
    char *end;

    stream->held = false;
    while ((end = memchr(line, '\n', stream->used)) != NULL) {
        if (output_paused()) {
            output_flush();
            if (output_paused()) {
                stream->held = true;
                break;
            }
        }
        emit(app, stream, line, line_length(app, stream, line, end), true);
        stream->used -= (uint32_t)(end + 1 - line);
        line = end + 1;
    }
    if (!stream->held && stream->used == STREAM_BYTES) {
        emit(app, stream, line, STREAM_BYTES, false);
        stream->used = 0;
    } else if (line != stream->line) {
        memmove(stream->line, line, stream->used);
    }
}

/* Reads once from a stream, as much as there is room for, and passes on the lines in it. */
void output_read(struct app *app, struct stream *stream, bool readable) {
    ssize_t n = 0;

    if (readable && stream->used < STREAM_BYTES)
        n = read(stream->fd, stream->line + stream->used, STREAM_BYTES - stream->used);
    if (n > 0) {
        attach_output(app, stream, stream->line + stream->used, (size_t)n);
        stream->used += (uint32_t)n;
    }
    if (n > 0 || stream->held)
        pass_lines(app, stream);
}

/* Passes on what is left of a stream, up to a limit against one who never ends. */
static void finish_stream(struct app *app, struct stream *stream) {
    struct pollfd more = {stream->fd, POLLIN, 0};

    for (int rounds = 0; rounds < 4096 && stream->fd >= 0; rounds++) {
        if (!stream->held && (poll(&more, 1, 0) <= 0 || (more.revents & POLLIN) == 0))
            break;
        output_read(app, stream, !stream->held);
        output_tick();
        if (stream->held)
            (void)poll(&(struct pollfd){console.fd, POLLOUT, 0}, 1, 50);
    }
    if (stream->used != 0)
        emit(app, stream, stream->line, stream->used, true);
    stream->used = 0;
}

/* Passes on what an app has left when it has ended. */
void output_end(struct app *app) {
    for (int i = 0; i < 2; i++)
        finish_stream(app, &app->stream[i]);
}

/* Passes on all that is left once nobody writes any more. */
void output_finish(struct plan *plan) {
    int64_t until = now_millis() + (framed == NULL ? STALL_MILLIS : 3600000);

    for (uint32_t i = 0; i < plan->app_count; i++)
        output_end(&plan->app[i]);
    while (output_pending() && now_millis() < until) {
        struct pollfd ready = {console.fd, POLLOUT, 0};

        (void)poll(&ready, 1, 100);
        output_tick();
    }
}
