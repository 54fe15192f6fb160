/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `pod-init enter`: asks process 1 of a pod to run a command in an app, joined to our standard
 * streams or terminal; ends as the command ends. Nothing of this process enters the pod.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "podinit.h"

static struct {
    size_t used;
    unsigned char *bytes; /* CONTROL_MESSAGE */
} request;

static void put_number(uint32_t number) {
    if (CONTROL_MESSAGE - request.used < 4)
        die(E2BIG, "pass on the command", NULL);
    for (int i = 0; i < 4; i++)
        request.bytes[request.used++] = (unsigned char)(number >> (8 * i));
}

static void put_text(const char *text) {
    size_t length = strlen(text);

    if (length + 8 > CONTROL_MESSAGE - request.used)
        die(E2BIG, "pass on the command", NULL);
    put_number((uint32_t)length);
    memcpy(request.bytes + request.used, text, length);
    request.used += (length / 4 + 1) * 4;
}

/* A connection to the pod's first process. */
int control_connect(const char *pod_dir) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct text path = {address.sun_path, sizeof(address.sun_path), 0};
    char name[FD_PATH];
    int dir = open(pod_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    if (dir < 0 || fd < 0)
        die(errno, "open pod directory", pod_dir);
    text_add(&path, path_of_fd(dir, name));
    text_bytes(&path, "/control", sizeof("/control"));
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        die(errno, "reach the pod in", pod_dir);
    (void)close(dir);
    return fd;
}

static void send_request(int fd, const char *app, char **command, struct streams *streams) {
    const char *term = getenv("TERM");
    uint32_t count = 0;
    int error;

    while (command[count] != NULL)
        count++;
    put_number(CONTROL_ENTER);
    put_number(streams == NULL ? ENTER_TERMINAL : 0);
    put_text(app);
    put_text(term == NULL ? "" : term);
    put_number(count);
    for (uint32_t i = 0; i < count; i++)
        put_text(command[i]);
    error = streams == NULL ? send_with_fds(fd, request.bytes, request.used, NULL, 0)
                            : send_with_fds(fd, request.bytes, request.used, streams->theirs, 3);
    if (error < 0 && error != -EPIPE) /* or else it has said why it does not listen */
        die(error, "ask the pod", NULL);
    if (streams != NULL)
        streams_close_theirs(streams);
}

/* Ends as the command has ended. */
static _Noreturn void end_as(uint32_t kind, uint32_t value) {
    sigset_t all;

    if (kind == REPLY_EXITED)
        _exit((int)value);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* it is not we who dump core */
    (void)sigemptyset(&all);
    (void)kill(getpid(), (int)value);
    (void)sigprocmask(SIG_SETMASK, &all, NULL);
    _exit(128 + (int)value);
}

/* Tells the size of our terminal, for pods whose terminal is out of our reach. */
static void send_size(int fd) {
    struct winsize size;

    if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) < 0)
        return;
    request.used = 0;
    put_number(CONTROL_RESIZE);
    put_number(size.ws_row);
    put_number(size.ws_col);
    (void)send_with_fds(fd, request.bytes, request.used, NULL, 0);
}

static void forward_signals(int fd, int signals, const struct relay *relay) {
    struct signalfd_siginfo info;

    while (read(signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        int number = (int)info.ssi_signo;

        if (number == SIGWINCH && relay != NULL) {
            terminal_copy_size(relay->master);
            send_size(fd);
        } else if (number == SIGTERM || number == SIGINT || number == SIGQUIT || number == SIGHUP ||
                   number == SIGUSR1 || number == SIGUSR2) {
            request.used = 0;
            put_number(CONTROL_SIGNAL);
            put_number((uint32_t)number);
            (void)send_with_fds(fd, request.bytes, request.used, NULL, 0);
        }
    }
}

/* Takes a reply: joins the terminal, or ends. */
static void handle_reply(int fd, const char *app, struct relay *relay, bool *relaying,
                         struct streams *streams) {
    unsigned char bytes[8];
    struct reader in = {bytes, bytes + sizeof(bytes), false};
    unsigned count = 1;
    int master = -1;
    ssize_t n = receive_with_fds(fd, bytes, sizeof(bytes), &master, &count);
    uint32_t kind = n == 8 ? read_number(&in) : 0;
    uint32_t value = n == 8 ? read_number(&in) : 0;

    if (kind == REPLY_STARTED) {
        if (count == 1) {
            relay_start(relay, master);
            *relaying = true;
            terminal_copy_size(master);
            send_size(fd);
            on_die(terminal_restore);
            terminal_raw();
        }
        return;
    }
    if (*relaying)
        relay_drain(relay);
    if (streams != NULL)
        streams_drain(streams);
    terminal_restore();
    if (kind == REPLY_EXITED || kind == REPLY_KILLED)
        end_as(kind, value);
    if (kind == REPLY_ERROR)
        die((int)value, "enter app", app);
    die(0, "go on: the pod has ended while in app", app);
}

/* Runs a command in an app of the pod whose directory is given; does not return. */
int enter_main(const char *pod_dir, const char *app, char **command) {
    bool terminal = isatty(STDIN_FILENO);
    bool relaying = false;
    struct relay relay = {.master = -1};
    struct streams copied = {.used = 0};
    struct id_range users = users_of(pod_dir);
    struct streams *streams = terminal ? NULL : &copied;
    struct pollfd fds[2 + RELAY_POLLS];
    sigset_t all;
    int fd;
    int error;

    /* first of all, so that no descriptor of ours becomes a standard stream */
    error = streams == NULL ? 0 : streams_open(streams, users.count != 0);
    if (error < 0)
        die(error, "pass on the standard streams", NULL);
    fd = control_connect(pod_dir);
    if (streams != NULL)
        streams_give(streams, users.first);

    request.bytes = reserve(CONTROL_MESSAGE);
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, NULL);
    fds[0] = (struct pollfd){fd, POLLIN, 0};
    fds[1] = (struct pollfd){signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK), POLLIN, 0};
    if (fds[1].fd < 0)
        die(errno, "open a signal descriptor", NULL);
    send_request(fd, app, command, streams);
    for (;;) {
        unsigned count = 2;

        if (relaying)
            count += relay_poll(&relay, fds + 2);
        else if (streams != NULL)
            count += streams_poll(streams, fds + 2);

        if (poll(fds, count, -1) < 0 && errno != EINTR)
            die(errno, "wait for events", NULL);
        if (streams != NULL)
            streams_handle(streams, fds + 2);
        else if (count > 2 && !relay_handle(&relay, fds + 2)) {
            terminal_restore();
            _exit(EXIT_NSPAWN);
        }
        if (fds[1].revents != 0)
            forward_signals(fd, fds[1].fd, relaying ? &relay : NULL);
        if (fds[0].revents != 0)
            handle_reply(fd, app, &relay, &relaying, streams);
    }
}
