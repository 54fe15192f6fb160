/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `pod-init attach`: joins our standard streams or terminal to those of an app, through process 1
 * of its pod (attached.c). Ends with status 0 when the app has ended, when the user detaches by
 * ctrl-p ctrl-q, or when our input has ended and nothing else is attached; with 1 when the pod has
 * been killed, or could not tell us of the app's end, because we were too slow.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <termios.h>

#include "podinit.h"

#define DETACH_FIRST 0x10  /* ctrl-p */
#define DETACH_SECOND 0x11 /* ctrl-q */

static struct {
    int fd;
    int signals;
    const char *app;
    uint32_t endpoints;
    bool in_open;
    bool held; /* the first of the two keys has been typed */
    bool started;
    size_t used; /* bytes of packet, on their way to the pod */
    unsigned char packet[8 + INPUT_BYTES];
    unsigned char reply[8 + INPUT_BYTES];
} joined COLD_ZEROS;

static _Noreturn void leave(int status) {
    terminal_restore();
    _exit(status);
}

static void put(unsigned char *to, uint32_t number) {
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(number >> (8 * i));
}

static bool our_size(struct winsize *ret_size) {
    return (joined.endpoints & ATTACH_IN) != 0 && ioctl(STDIN_FILENO, TIOCGWINSZ, ret_size) == 0;
}

static void send_request(void) {
    struct winsize size = {0};
    unsigned char bytes[600] = {CONTROL_ATTACH};
    size_t length = strlen(joined.app);
    size_t used = 8 + (length / 4 + 1) * 4;

    if (length > 512)
        die(E2BIG, "attach to app", joined.app);
    if (!terminal_is_raw() || !our_size(&size))
        size.ws_row = size.ws_col = 0;
    put(bytes + 4, (uint32_t)length);
    memcpy(bytes + 8, joined.app, length);
    put(bytes + used, joined.endpoints);
    put(bytes + used + 4, size.ws_row);
    put(bytes + used + 8, size.ws_col);
    if (send(joined.fd, bytes, used + 12, MSG_NOSIGNAL) < 0 && errno != EPIPE)
        die(errno, "ask the pod", NULL);
}

static void send_size(void) {
    struct winsize size;
    unsigned char bytes[12] = {CONTROL_RESIZE};

    if (!terminal_is_raw() || !our_size(&size))
        return;
    put(bytes + 4, size.ws_row);
    put(bytes + 8, size.ws_col);
    (void)send(joined.fd, bytes, sizeof(bytes), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Whether the user wants out; the first of the two keys is held back until the next one. */
static bool detaches(const unsigned char *typed, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (joined.held && typed[i] == DETACH_SECOND)
            return true;
        if (joined.held)
            joined.packet[joined.used++] = DETACH_FIRST;
        joined.held = typed[i] == DETACH_FIRST;
        if (!joined.held)
            joined.packet[joined.used++] = typed[i];
    }
    return false;
}

static void flush_input(void) {
    if (joined.used <= 4)
        return;
    if (send(joined.fd, joined.packet, joined.used, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
        (errno == EAGAIN || errno == EINTR))
        return;
    joined.used = 0;
}

/* Our input has ended: others may go on writing to the app, so its input does not end. */
static void input_ended(void) {
    joined.in_open = false;
    if ((joined.endpoints & (ATTACH_OUT | ATTACH_ERR)) == 0 && joined.used == 0)
        leave(0);
}

static void read_input(void) {
    unsigned char typed[INPUT_BYTES / 2];
    ssize_t n = read(STDIN_FILENO, typed, sizeof(typed));

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n <= 0) {
        input_ended();
        return;
    }
    put(joined.packet, CONTROL_INPUT);
    joined.used = 4;
    if (terminal_is_raw()) {
        if (detaches(typed, (size_t)n))
            leave(0);
    } else {
        memcpy(joined.packet + joined.used, typed, (size_t)n);
        joined.used += (size_t)n;
    }
    flush_input();
    if (joined.used == 4)
        joined.used = 0;
}

static void warn_skipped(uint32_t bytes) {
    TEXT(text, 64);

    text_number(&text, bytes, 0, 0);
    text_bytes(&text, " bytes", sizeof(" bytes"));
    warn_plain("too slow: left out of the app's output were", text.at);
}

static void read_reply(void) {
    struct reader in = {joined.reply, joined.reply, false};
    ssize_t n = recv(joined.fd, joined.reply, sizeof(joined.reply), 0);
    uint32_t kind;
    uint32_t value;

    if (n < 0 && errno == EINTR)
        return;
    in.end = joined.reply + (n > 0 ? n : 0);
    kind = read_number(&in);
    value = read_number(&in);
    if (kind == REPLY_OUTPUT && !in.bad) {
        struct text text = {(char *)joined.reply + 8, (size_t)n - 8, (size_t)n - 8};

        if (text_write(&text, value == 2 ? STDERR_FILENO : STDOUT_FILENO) < 0)
            leave(0); /* nobody listens any more */
    } else if (kind == REPLY_SKIPPED) {
        warn_skipped(value);
    } else if (kind == REPLY_STARTED) {
        joined.started = true;
    } else if (kind == REPLY_ERROR) {
        terminal_restore();
        die((int)value, "attach to app", joined.app);
    } else if (kind == REPLY_EXITED) {
        leave(0);
    } else {
        terminal_restore();
        warn_plain("the pod has let go; the last of the output may be missing, of app", joined.app);
        leave(EXIT_NSPAWN);
    }
}

static void read_signals(void) {
    struct signalfd_siginfo info;

    while (read(joined.signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        int number = (int)info.ssi_signo;

        if (number == SIGWINCH)
            send_size();
        else if (number == SIGTERM || number == SIGINT || number == SIGQUIT || number == SIGHUP)
            leave(128 + number);
    }
}

static unsigned gather(struct pollfd fds[3]) {
    bool sending = joined.used > 0;
    bool reading = joined.started && joined.in_open && !sending;

    fds[0] = (struct pollfd){joined.fd, (short)(POLLIN | (sending ? POLLOUT : 0)), 0};
    fds[1] = (struct pollfd){joined.signals, POLLIN, 0};
    fds[2] = (struct pollfd){reading ? STDIN_FILENO : -1, POLLIN, 0};
    return 3;
}

/* Joins our streams to those of an app of the pod whose directory is given. */
_Noreturn void attach_main(const char *pod_dir, const char *app, uint32_t endpoints, bool as_raw) {
    struct pollfd fds[3];
    sigset_t all;

    joined.app = app;
    joined.endpoints = endpoints;
    joined.in_open = (endpoints & ATTACH_IN) != 0;
    joined.fd = control_connect(pod_dir);
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, NULL);
    joined.signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
    if (joined.signals < 0)
        die(errno, "open a signal descriptor", NULL);
    if (as_raw && joined.in_open && isatty(STDIN_FILENO)) {
        on_die(terminal_restore);
        terminal_raw();
    }
    send_request();
    for (;;) {
        if (poll(fds, gather(fds), -1) < 0 && errno != EINTR)
            die(errno, "wait for events", NULL);
        if (fds[1].revents != 0)
            read_signals();
        if ((fds[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
            read_reply();
        if (joined.used > 0) {
            flush_input();
            if (!joined.in_open && joined.used == 0)
                input_ended();
        } else if (fds[2].revents != 0) {
            read_input();
        }
    }
}
