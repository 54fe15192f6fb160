/* SPDX-License-Identifier: Apache-2.0 */
/* A caller's terminal joined to a pseudo terminal of the pod. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "podinit.h"

#define ESCAPE 0x1d /* ^] */
#define ESCAPES 3
#define ESCAPE_MILLIS 1000

static struct termios saved;
static bool raw;

/* A new pseudo terminal of the devpts at dev/pts of root. */
int terminal_open(int ptmx_root, int *ret_master, int *ret_slave) {
    int unlock = 0;
    int slave;
    int master = path_open(ptmx_root, "/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK);

    if (master < 0)
        return master;
    slave = ioctl(master, TIOCSPTLCK, &unlock) < 0
                ? -1
                : ioctl(master, TIOCGPTPEER_, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0) {
        int error = -errno;

        (void)close(master);
        return error;
    }
    *ret_master = master;
    *ret_slave = slave;
    return 0;
}

/* Puts the caller's terminal into raw mode; terminal_restore undoes it, also on_die. */
void terminal_raw(void) {
    struct termios mode;

    if (tcgetattr(STDIN_FILENO, &saved) < 0)
        return;
    mode = saved;
    mode.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    mode.c_oflag &= ~(tcflag_t)OPOST;
    mode.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    mode.c_cflag = (mode.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
    if (tcsetattr(STDIN_FILENO, TCSADRAIN, &mode) == 0)
        raw = true;
}

/* Gives the caller's terminal back as it was. */
void terminal_restore(void) {
    if (raw)
        (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
    raw = false;
}

/* Whether the caller's terminal is in raw mode. */
bool terminal_is_raw(void) {
    return raw;
}

/* Gives the pseudo terminal the size of the caller's. */
void terminal_copy_size(int master) {
    struct winsize size;

    if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        (void)ioctl(master, TIOCSWINSZ, &size);
}

/* Joins the caller's terminal to the pseudo terminal of that master. */
void relay_start(struct relay *relay, int master) {
    *relay = (struct relay){.master = master, .in_open = true};
    sink_open(&relay->out, STDOUT_FILENO);
}

/* Fills in what a relay waits for: RELAY_POLLS entries. */
unsigned relay_poll(const struct relay *relay, struct pollfd *fds) {
    bool sending = relay->done < relay->used;
    bool held = sink_holds(&relay->out);
    short events = (short)((held ? 0 : POLLIN) | (sending ? POLLOUT : 0));

    fds[0] = (struct pollfd){relay->in_open && !sending ? STDIN_FILENO : -1, POLLIN, 0};
    fds[1] = (struct pollfd){events == 0 ? -1 : relay->master, events, 0};
    fds[2] = (struct pollfd){held ? relay->out.fd : -1, POLLOUT, 0};
    return RELAY_POLLS;
}

/* Whether the user has typed the escape often enough, fast enough. */
static bool escaped(struct relay *relay, const char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        int64_t now = now_millis();

        if (bytes[i] != ESCAPE) {
            relay->escapes = 0;
            continue;
        }
        if (relay->escapes == 0 || now - relay->escape_began > ESCAPE_MILLIS) {
            relay->escapes = 0;
            relay->escape_began = now;
        }
        if (++relay->escapes == ESCAPES)
            return true;
    }
    return false;
}

/* Copies what the master still has to the caller. */
void relay_drain(struct relay *relay) {
    if (relay->master >= 0)
        sink_drain(&relay->out, relay->master);
}

static void relay_send(struct relay *relay) {
    ssize_t n = write(relay->master, relay->pending + relay->done, relay->used - relay->done);

    if (n > 0)
        relay->done += (size_t)n;
    else if (n < 0 && errno != EAGAIN && errno != EINTR)
        relay->done = relay->used;
}

/* Moves bytes both ways; false when the user wants out. */
bool relay_handle(struct relay *relay, const struct pollfd *fds) {
    if (fds[2].revents != 0)
        (void)sink_flush(&relay->out);
    if ((fds[1].revents & POLLIN) != 0)
        (void)sink_copy(&relay->out, relay->master);
    else if ((fds[1].revents & (POLLHUP | POLLERR)) != 0)
        relay->master = -1 - relay->master; /* nobody is at the other end any more */
    if ((fds[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
        ssize_t n = read(STDIN_FILENO, relay->pending, sizeof(relay->pending));

        relay->used = n > 0 ? (size_t)n : 0;
        relay->done = 0;
        if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
            relay->in_open = false;
        if (escaped(relay, relay->pending, relay->used))
            return false;
    }
    if (relay->master >= 0 && relay->done < relay->used)
        relay_send(relay);
    return true;
}
