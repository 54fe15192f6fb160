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
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>

#include "machine.h"

#define PARTS_LIMIT (16u << 20)

/* One channel: the pod's own streams, or a visit's. */
struct channel {
    bool open;
    int visit; /* connection to process 1 of the pod */
    int in;    /* what comes from the host goes here */
    int out[2];
    uint32_t credit;
    struct queue pending;
    bool in_ended;
    bool replied;
    unsigned char reply[8];
};

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
    int status;
    struct plan plan;
    struct frame_reader reader;
    struct parts setup;
    struct parts network;
    struct parts bytes; /* of the plan */
    struct channel channel[CHANNELS];
    int child_stdio[3];
} guest = {.port = -1, .child_stdio = {-1, -1, -1}};

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

static void send_frame(unsigned type, unsigned channel, const void *payload, uint32_t size) {
    static unsigned char frame[FRAME_HEADER + 1 + WINDOW];

    if (size > 1 + WINDOW)
        size = 1 + WINDOW;
    frame_header(frame, type, channel, size);
    memcpy(frame + FRAME_HEADER, payload, size);
    port_write(frame, FRAME_HEADER + size);
}

static void send_number(unsigned type, unsigned channel, uint32_t number) {
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

/* ---- channels ---- */

static void open_channel(struct channel *channel, int visit, int in, int out, int error) {
    struct queue pending = channel->pending;

    *channel = (struct channel){.open = true,
                                .visit = visit,
                                .in = in,
                                .out = {out, error},
                                .credit = WINDOW,
                                .pending = pending};
    queue_open(&channel->pending);
}

static void close_fd(int *fd) {
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static void close_channel(struct channel *channel) {
    if (channel->in == channel->out[0])
        channel->in = -1;
    close_fd(&channel->visit);
    close_fd(&channel->in);
    close_fd(&channel->out[0]);
    close_fd(&channel->out[1]);
    channel->open = false;
}

static unsigned number_of(const struct channel *channel) {
    return (unsigned)(channel - guest.channel);
}

/* Passes on what the host has sent to a channel, and gives back the room for it. */
static void write_in(struct channel *channel) {
    bool broken = false;
    uint32_t n = queue_write(&channel->pending, channel->in, WINDOW, &broken);

    if (n > 0)
        send_number(FRAME_CREDIT, number_of(channel), n);
    if (channel->in >= 0 && channel->in != channel->out[0] &&
        (broken || (channel->in_ended && channel->pending.begin == channel->pending.end)))
        close_fd(&channel->in);
}

/* Sends once what a stream of a channel has; false if it has nothing (more). */
static bool read_out(struct channel *channel, int which) {
    unsigned char bytes[1 + 8192];
    uint32_t most = channel->credit < sizeof(bytes) - 1 ? channel->credit : sizeof(bytes) - 1;
    ssize_t n;

    if (channel->out[which] < 0 || most == 0)
        return false;
    n = read(channel->out[which], bytes + 1, most);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (n <= 0) {
        if (channel->in == channel->out[which])
            channel->in = -1;
        close_fd(&channel->out[which]);
        return false;
    }
    bytes[0] = (unsigned char)(which + 1);
    channel->credit -= (uint32_t)n;
    send_frame(FRAME_DATA, number_of(channel), bytes, 1 + (uint32_t)n);
    return true;
}

/* Sends all that is there; true if only a lack of credit has kept us from it. */
static bool drain(struct channel *channel) {
    for (int i = 0; i < 2; i++)
        while (read_out(channel, i))
            continue;
    return channel->credit == 0 && (channel->out[0] >= 0 || channel->out[1] >= 0);
}

/* A visit ends once everything it has written is on its way. */
static void finish_visit(struct channel *channel) {
    if (!channel->replied || drain(channel))
        return;
    send_frame(FRAME_REPLY, number_of(channel), channel->reply, sizeof(channel->reply));
    close_channel(channel);
}

static void visit_event(struct channel *channel) {
    unsigned count = 1;
    int master = -1;
    ssize_t n = receive_with_fds(channel->visit, channel->reply, 8, &master, &count);

    if (n == 8 && channel->reply[0] == REPLY_STARTED) {
        if (count == 1) {
            channel->in = channel->out[0] = master;
            (void)fcntl(master, F_SETFL, O_NONBLOCK);
        }
        send_frame(FRAME_REPLY, number_of(channel), channel->reply, 8);
        return;
    }
    if (n != 8) {
        put32(channel->reply, REPLY_ERROR);
        put32(channel->reply + 4, ESRCH);
    }
    close_fd(&channel->visit);
    channel->replied = true;
    finish_visit(channel);
}

static int connect_inner(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct text path = {address.sun_path, sizeof(address.sun_path), 0};
    char name[FD_PATH];
    int dir = open(guest.plan.pod_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    text_add(&path, path_of_fd(dir, name));
    text_bytes(&path, "/control", sizeof("/control"));
    if (dir < 0 || fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        close_fd(&fd);
    if (dir >= 0)
        (void)close(dir);
    return fd;
}

/* A pipe whose end that is ours does not block. */
static bool open_pipe(int ends[2], int ours) {
    return pipe2(ends, O_CLOEXEC) == 0 && fcntl(ends[ours], F_SETFL, O_NONBLOCK) == 0;
}

static void refuse_visit(unsigned channel, int error) {
    unsigned char bytes[8];

    put32(bytes, REPLY_ERROR);
    put32(bytes + 4, (uint32_t)error);
    send_frame(FRAME_REPLY, channel, bytes, sizeof(bytes));
}

/* Asks process 1 of the pod for what a visitor on the host wants. */
static void begin_visit(const struct frame *frame) {
    struct channel *channel = &guest.channel[frame->channel];
    bool terminal = frame->size >= 8 && (get32(frame->data + 4) & ENTER_TERMINAL) != 0;
    int pipes[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};
    int fd = connect_inner();
    int error = fd < 0 ? -ESRCH : 0;

    if (error == 0 && !terminal &&
        (!open_pipe(pipes[0], 1) || !open_pipe(pipes[1], 0) || !open_pipe(pipes[2], 0)))
        error = -EMFILE;
    if (error == 0) {
        int theirs[3] = {pipes[0][0], pipes[1][1], pipes[2][1]};

        error = send_with_fds(fd, frame->data, frame->size, theirs, terminal ? 0 : 3);
    }
    close_fd(&pipes[0][0]);
    close_fd(&pipes[1][1]);
    close_fd(&pipes[2][1]);
    if (error == 0) {
        open_channel(channel, fd, pipes[0][1], pipes[1][0], pipes[2][0]);
        return;
    }
    close_fd(&fd);
    close_fd(&pipes[0][1]);
    close_fd(&pipes[1][0]);
    close_fd(&pipes[2][0]);
    refuse_visit(frame->channel, -error);
}

/* ---- the host's frames ---- */

static void resize(const struct channel *channel, const struct frame *frame) {
    struct winsize size = {0};

    if (frame->size < 8 || channel->in < 0)
        return;
    size.ws_row = (unsigned short)get32(frame->data);
    size.ws_col = (unsigned short)get32(frame->data + 4);
    (void)ioctl(channel->in, TIOCSWINSZ, &size);
}

static void channel_frame(const struct frame *frame) {
    struct channel *channel = &guest.channel[frame->channel];

    if (frame->type == FRAME_ENTER && !channel->open) {
        begin_visit(frame);
        return;
    }
    if (!channel->open)
        return; /* it has ended meanwhile */
    if (frame->type == FRAME_CREDIT && frame->size == 4) {
        channel->credit += get32(frame->data);
        finish_visit(channel);
    } else if (frame->type == FRAME_DATA && frame->size > 0) {
        if (frame->size == 1)
            channel->in_ended = true;
        else if (!queue_add(&channel->pending, frame->data + 1, frame->size - 1))
            warn_plain("more came from the host than it may send", NULL);
        write_in(channel);
    } else if (frame->type == FRAME_SIGNAL && channel->visit >= 0 && frame->size == 4) {
        unsigned char request[8];

        put32(request, CONTROL_SIGNAL);
        memcpy(request + 4, frame->data, 4);
        (void)send(channel->visit, request, sizeof(request), MSG_NOSIGNAL);
    } else if (frame->type == FRAME_RESIZE) {
        resize(channel, frame);
    } else if (frame->type == FRAME_HANGUP && frame->channel > 1) {
        close_channel(channel);
        refuse_visit(frame->channel, ECONNRESET);
    }
}

static void handle_frame(const struct frame *frame) {
    if (frame->type == FRAME_STOP) {
        (void)send(guest.socket, "S", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    } else if (frame->type == FRAME_PING && frame->size >= 12) {
        set_clock(frame->data);
        send_frame(FRAME_PONG, 0, "", 0);
    } else if (frame->channel >= 1 && frame->channel < CHANNELS) {
        channel_frame(frame);
    }
}

static void read_port(void) {
    struct frame frame;
    ssize_t n = frames_fill(&guest.reader, guest.port);
    int more;

    if (n == 0 || (n < 0 && n != -EAGAIN && n != -EINTR))
        die((int)n, "read the control port", NULL);
    while ((more = frames_next(&guest.reader, &frame)) > 0)
        handle_frame(&frame);
    if (more < 0)
        die(more, "understand the host", NULL);
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
    close_fd(&guest.channel[1].in);
    close_fd(&guest.channel[1].out[0]);
    close_fd(&guest.channel[1].out[1]);
}

static void open_main_channel(void) {
    struct channel *channel = &guest.channel[1];
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
    open_channel(channel, -1, in[1], out[0], error[0]);
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
    } else if (message[0] == 'T' && count == 1) {
        struct channel *channel = &guest.channel[1];

        close_fd(&channel->in);
        close_fd(&channel->out[0]);
        channel->in = channel->out[0] = fd;
        (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    }
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

static unsigned gather(struct pollfd *fds) {
    unsigned n = 0;

    fds[n++] = (struct pollfd){guest.signals, POLLIN, 0};
    fds[n++] = (struct pollfd){guest.socket, POLLIN, 0};
    fds[n++] = (struct pollfd){guest.port, POLLIN, 0};
    for (int i = 1; i < CHANNELS; i++) {
        struct channel *channel = &guest.channel[i];
        bool sending = channel->open && channel->pending.begin != channel->pending.end;
        bool reading = channel->open && channel->credit > 0;

        fds[n++] = (struct pollfd){channel->open ? channel->visit : -1, POLLIN, 0};
        fds[n++] = (struct pollfd){sending ? channel->in : -1, POLLOUT, 0};
        fds[n++] = (struct pollfd){reading ? channel->out[0] : -1, POLLIN, 0};
        fds[n++] = (struct pollfd){reading ? channel->out[1] : -1, POLLIN, 0};
    }
    return n;
}

static void handle_channel(struct channel *channel, const struct pollfd *fds) {
    for (int i = 0; i < 2; i++)
        if (channel->open && fds[2 + i].revents != 0 && channel->out[i] == fds[2 + i].fd)
            (void)read_out(channel, i);
    if (channel->open && fds[1].revents != 0 && channel->in == fds[1].fd)
        write_in(channel);
    if (channel->open && fds[0].revents != 0 && channel->visit == fds[0].fd)
        visit_event(channel);
}

static void run(void) {
    struct pollfd fds[3 + 4 * CHANNELS];

    while (!guest.ended || drain(&guest.channel[1])) {
        unsigned count = gather(fds);

        if (poll(fds, count, -1) < 0 && errno != EINTR)
            die(errno, "wait for events", NULL);
        for (int i = 1; i < CHANNELS; i++)
            handle_channel(&guest.channel[i], fds + 3 + 4 * (i - 1));
        if (fds[1].revents != 0)
            inner_event();
        if (fds[0].revents != 0)
            reap();
        if (fds[2].revents != 0)
            read_port();
    }
    while (guest.socket >= 0)
        inner_event();
    for (int i = 2; i < CHANNELS; i++)
        while (guest.channel[i].open && guest.channel[i].visit >= 0)
            visit_event(&guest.channel[i]);
}

static void init_channels(void) {
    for (int i = 0; i < CHANNELS; i++)
        guest.channel[i] = (struct channel){.visit = -1, .in = -1, .out = {-1, -1}};
}

/* The machine's life, from the first instruction outside the kernel on. */
_Noreturn void guest_main(void) {
    static const int streams[3] = {0, 1, 2};
    int error;

    (void)prctl(PR_SET_NAME, "pod-init", 0, 0, 0);
    reset_process(&guest.signals);
    guest_prepare();
    init_channels();
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
    leave(guest.status);
    _exit(guest.status);
}
