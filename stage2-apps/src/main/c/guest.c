/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first process of a machine. It makes the machine ready (guest_setup), starts the pod as the
 * outer process does on a host, and joins the pod to the control port: what apps write goes out in
 * frames, what visitors and rkt want comes in. It decides nothing, and ends with the machine.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "guest.h"

#define PARTS_LIMIT (16u << 20)
#define LAST_MILLIS 5000 /* what visitors are owed at the end of the pod they get in this time */

/* A document that arrives in parts. */
struct parts {
    unsigned char *bytes;
    uint32_t size;
};

static struct {
    int port;
    int signals;
    int socket; /* to process 1 of the pod */
    pid_t inner;
    bool ended;
    int64_t end_by; /* when we go, whoever still waits */
    int status;
    struct plan plan;
    struct frame_reader reader;
    struct parts setup;
    struct parts network;
    struct parts bytes; /* of the plan */
    unsigned char size[8]; /* of the caller's terminal */
    int child_stdio[3];
} guest COLD_DATA = {.port = -1, .child_stdio = {-1, -1, -1}};

/* Writes to the port, however long the host takes. */
static void port_write(const unsigned char *bytes, size_t size) {
    while (size > 0) {
        ssize_t n = write(guest.port, bytes, size);

        if (n < 0 && errno == EAGAIN)
            (void)poll(&(struct pollfd){guest.port, POLLOUT, 0}, 1, -1);
        else if (n < 0 && errno != EINTR)
            return; /* the host is gone, and we are about to go as well */
        if (n > 0) {
            bytes += n;
            size -= (size_t)n;
        }
    }
}

void send_frame(unsigned type, unsigned channel, const void *payload, uint32_t size) {
    static COLD_ZEROS unsigned char frame[FRAME_HEADER + 1 + WINDOW];

    if (size > 1 + WINDOW)
        size = 1 + WINDOW;
    frame_header(frame, type, channel, size);
    memcpy(frame + FRAME_HEADER, payload, size);
    port_write(frame, FRAME_HEADER + size);
}

void send_number(unsigned type, unsigned channel, uint32_t number) {
    unsigned char bytes[4];

    put32(bytes, number);
    send_frame(type, channel, bytes, sizeof(bytes));
}

static void say_hello(void) {
    send_frame(FRAME_HELLO, 0, GREETING, sizeof(GREETING) - 1);
}

static void send_message(const char *text, size_t size) {
    send_frame(FRAME_MESSAGE, 0, text, (uint32_t)size);
}

/* The pod has ended: says so, and waits for the end of the machine. */
static void leave(int status) {
    sync();
    send_number(FRAME_EXIT, 0, (uint32_t)status);
    (void)poll(NULL, 0, 10000);
    (void)reboot(RB_AUTOBOOT);
    _exit(status);
}

static void add_part(struct parts *parts, const struct frame *frame) {
    if (parts->bytes == NULL)
        parts->bytes = reserve(PARTS_LIMIT);
    if (frame->size > PARTS_LIMIT - parts->size)
        die(E2BIG, "take in the plan", NULL);
    memcpy(parts->bytes + parts->size, frame->data, frame->size);
    parts->size += frame->size;
}

/* The port appears a moment after its driver. */
static int open_port(void) {
    for (int tries = 0; tries < 5000; tries++) {
        int fd = open("/dev/vport0p1", O_RDWR | O_CLOEXEC);

        if (fd >= 0)
            return fd;
        (void)poll(NULL, 0, 1);
    }
    die(errno, "open the control port", NULL);
}

static uint64_t get64(const unsigned char *from) {
    return get32(from) | (uint64_t)get32(from + 4) << 32;
}

static void set_clock(const unsigned char *time) {
    struct timespec now = {(time_t)get64(time), (long)get32(time + 8)};

    if (clock_settime(CLOCK_REALTIME, &now) < 0)
        warn(errno, "set the clock", NULL);
}

/* Random bytes of the host's make the guest's generator ready. */
static void add_entropy(const unsigned char *bytes, uint32_t size) {
    uint32_t pool[2 + 16]; /* struct rand_pool_info: bits, bytes, and these */
    int fd = open("/dev/urandom", O_WRONLY | O_CLOEXEC);

    if (size > sizeof(pool) - 8)
        size = sizeof(pool) - 8;
    pool[0] = size * 8;
    pool[1] = size;
    memcpy(pool + 2, bytes, size);
    if (fd < 0 || ioctl(fd, (int)RNDADDENTROPY, pool) < 0 || ioctl(fd, (int)RNDRESEEDCRNG) < 0)
        warn(errno, "seed the random number generator", NULL);
    if (fd >= 0)
        (void)close(fd);
}

/* ---- the host's frames ---- */

static void handle_frame(const struct frame *frame) {
    if (frame->type == FRAME_STOP) {
        (void)send(guest.socket, "S", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    } else if (frame->type == FRAME_PING && frame->size >= 12) {
        set_clock(frame->data);
        send_frame(FRAME_PONG, 0, "", 0);
    } else if (frame->channel >= 1 && frame->channel < CHANNELS) {
        visits_frame(frame);
    }
}

/* Handles the frames that have come already. */
static void take_frames(void) {
    struct frame frame;
    int more;

    while ((more = frames_next(&guest.reader, &frame)) > 0)
        handle_frame(&frame);
    if (more < 0)
        die(more, "understand the host", NULL);
}

static void read_port(void) {
    ssize_t n = frames_fill(&guest.reader, guest.port);

    if (n == 0 || (n < 0 && n != -EAGAIN && n != -EINTR))
        die((int)n, "read the control port", NULL);
    take_frames();
}

/* ---- start ---- */

static void start_pod(const struct frame *start) {
    const unsigned char *data = start->data;

    if (start->size < 16)
        die(EBADMSG, "understand the host", NULL);
    set_clock(data);
    add_entropy(data + 16, start->size - 16);
    if ((get32(data + 12) & START_COPY) != 0)
        guest_find_devices();
    guest_setup(guest.setup.bytes, guest.setup.size);
    if (guest.network.size > 0)
        wire_guest(guest.network.bytes, guest.network.size);
    if (plan_parse(guest.bytes.bytes, guest.bytes.size, &guest.plan) < 0)
        die(EBADMSG, "read the plan", NULL);
    guest.plan.rows = (unsigned short)get32(guest.size);
    guest.plan.columns = (unsigned short)get32(guest.size + 4);
    guest.plan.flags |= POD_GUEST | ((get32(data + 12) & START_TERMINAL) != 0 ? POD_TERMINAL : 0u);
}

/* Takes in everything that must be known before the pod can start. */
static void receive_plan(void) {
    struct frame frame;

    for (;;) {
        int more = frames_next(&guest.reader, &frame);

        if (more == 0) {
            ssize_t n = frames_fill(&guest.reader, guest.port);

            if (n < 0 && n != -EINTR)
                die((int)n, "read the control port", NULL);
            if (n == 0)
                (void)poll(NULL, 0, 1); /* the host has not opened it yet */
            continue;
        }
        if (more < 0)
            die(more, "understand the host", NULL);
        if (frame.type == FRAME_PING)
            say_hello();
        else if (frame.type == FRAME_SETUP)
            add_part(&guest.setup, &frame);
        else if (frame.type == FRAME_NETWORK)
            add_part(&guest.network, &frame);
        else if (frame.type == FRAME_PLAN)
            add_part(&guest.bytes, &frame);
        else if (frame.type == FRAME_RESIZE && frame.size == 8)
            memcpy(guest.size, frame.data, sizeof(guest.size));
        if (frame.type == FRAME_START) {
            start_pod(&frame);
            return;
        }
    }
}

/* In the child that becomes process 1 of the pod. */
static void child_side(void) {
    report_to(NULL, NULL);
    for (int i = 0; i < 3; i++)
        if (dup2(guest.child_stdio[i], i) < 0)
            _exit(EXIT_START);
    close_fd(&guest.port);
    close_fd(&guest.signals);
    visits_close_pod();
}

static void open_main_channel(void) {
    bool interactive = (guest.plan.flags & POD_INTERACTIVE) != 0;
    int in[2] = {-1, -1};
    int out[2];
    int error[2];

    if ((interactive && !open_pipe(in, 1)) || !open_pipe(out, 0) || !open_pipe(error, 0))
        die(errno, "make pipes", NULL);
    guest.child_stdio[0] = interactive ? in[0] : open("/dev/null", O_RDONLY | O_CLOEXEC);
    guest.child_stdio[1] = out[1];
    guest.child_stdio[2] = error[1];
    for (int i = 0; i < 3 && interactive && guest.plan.app_count > 0; i++)
        if (fchown(guest.child_stdio[i], guest.plan.app[0].uid, (gid_t)-1) < 0)
            die(errno, "give the standard streams to", guest.plan.app[0].name);
    visits_open(&guest.plan, in[1], out[0], error[0]);
}

static void inner_event(void) {
    unsigned char message[1 + STATUS_WORDS];
    unsigned count = 1;
    int fd = -1;
    ssize_t n = receive_with_fds(guest.socket, message, sizeof(message), &fd, &count);

    if (n <= 0) {
        close_fd(&guest.socket);
        return;
    }
    if (message[0] == 'R') {
        send_frame(FRAME_READY, 0, "", 0);
    } else if (message[0] == 'S') {
        send_frame(FRAME_STOPPING, 0, "", 0);
    } else if (message[0] == 'N') {
        send_frame(FRAME_WORDS, 0, message + 1, (uint32_t)n - 1);
    } else if (message[0] == 'X' && n == 12) {
        send_frame(FRAME_STATUS, 0, message + 4, 8);
    } else if (message[0] == 'B' && n == 8) {
        send_frame(FRAME_BEGUN, 0, message + 4, 4);
    } else if (message[0] == 'T' && count == 1) {
        visits_pod_terminal(fd);
    }
}

/* Hears what process 1 of the pod has said by now. */
void guest_hear_pod(void) {
    while (guest.socket >= 0 && poll(&(struct pollfd){guest.socket, POLLIN, 0}, 1, 0) > 0)
        inner_event();
}

static void reap(void) {
    struct signalfd_siginfo info;
    int status;
    pid_t pid;

    while (read(guest.signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
        continue;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid != guest.inner)
            continue;
        guest.ended = true;
        guest.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
}

/* Whether there is more to do; visitors cannot hold the end of the pod up for long. */
static bool goes_on(void) {
    if (!guest.ended)
        return true;
    if (guest.end_by == 0)
        guest.end_by = now_millis() + LAST_MILLIS;
    return visits_drain_pod() || (visits_left() && now_millis() < guest.end_by);
}

static void run(void) {
    struct pollfd fds[3 + VISIT_POLLS];

    take_frames(); /* those that came together with the plan */
    while (goes_on()) {
        unsigned count = 3 + visits_poll(fds + 3);

        fds[0] = (struct pollfd){guest.signals, POLLIN, 0};
        fds[1] = (struct pollfd){guest.socket, POLLIN, 0};
        fds[2] = (struct pollfd){guest.port, POLLIN, 0};
        if (poll(fds, count, guest.ended ? 100 : -1) < 0 && errno != EINTR)
            die(errno, "wait for events", NULL);
        visits_handle(fds + 3);
        if (fds[1].revents != 0)
            inner_event();
        if (fds[0].revents != 0)
            reap();
        if (fds[2].revents != 0)
            read_port();
    }
    while (guest.socket >= 0)
        inner_event();
}

/* The machine's life, from the first instruction outside the kernel on. */
_Noreturn void guest_main(void) {
    static const int streams[3] = {0, 1, 2};
    int error;

    (void)prctl(PR_SET_NAME, "pod-init", 0, 0, 0);
    reset_process(&guest.signals);
    guest_prepare();
    guest.port = open_port();
    guest.reader.bytes = reserve(FRAME_SPACE);
    report_to(send_message, leave);
    say_hello();
    receive_plan();
    cgroups_make(&guest.plan.cgroups);
    for (uint32_t i = 0; i < guest.plan.app_count; i++)
        cgroups_make(&guest.plan.app[i].cgroups);
    cgroups_open(&guest.plan.cgroups);
    open_main_channel();
    guest.inner = pod_start(&guest.plan, control_socket(guest.plan.pod_dir), &guest.socket,
                            child_side, (guest.plan.flags & POD_TERMINAL) != 0 ? NULL : streams);
    for (int i = 0; i < 3; i++)
        close_fd(&guest.child_stdio[i]);
    error = cgroups_join(&guest.plan.cgroups, guest.inner, GROUPS_ALL);
    if (error < 0 && error != -ESRCH)
        die(error, "join the pod's control groups", NULL);
    (void)send(guest.socket, "G", 1, MSG_NOSIGNAL);
    run();
    send_number(FRAME_ENDED, 0, (uint32_t)guest.status);
    for (uint32_t i = 0; i < guest.plan.app_count; i++)
        if (guest.plan.app[i].state != APP_ABSENT)
            changes_send(i, &guest.plan.app[i]);
    leave(guest.status);
    _exit(guest.status);
}
