/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's ends of a machine's channels: the pod's own streams, and visits, each a connection to
 * process 1 of the pod. What the host does not take stays in a window, and so, in the end, with him
 * who writes it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>

#include "guest.h"

/* One channel: the pod's own streams, or a visit's. */
struct channel {
    bool open;
    bool packets; /* the visitor speaks with process 1 himself; what he says waits in pending */
    int visit;    /* connection to process 1 of the pod */
    int in;    /* what comes from the host goes here */
    int out[2];
    uint32_t credit;
    struct queue pending;
    bool in_ended;
    bool replied;
    unsigned char reply[8];
};

static COLD_ZEROS struct channel channels[CHANNELS];
static struct plan *pod;

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

void close_fd(int *fd) {
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
    return (unsigned)(channel - channels);
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

/* The last word of a visit. */
static void end_visit(struct channel *channel) {
    close_fd(&channel->visit);
    channel->replied = true;
    finish_visit(channel);
}

/* Passes on what process 1 says to a visitor who speaks with it. */
static void packet_event(struct channel *channel) {
    unsigned char packet[PACKET_LIMIT];
    unsigned count = 0;
    ssize_t n = receive_with_fds(channel->visit, packet, sizeof(packet), NULL, &count);
    uint32_t kind = n >= 4 ? get32(packet) : 0;

    if (n == -EAGAIN)
        return;
    if (n > 0 && kind != REPLY_EXITED && kind != REPLY_ERROR) {
        channel->credit -= PACKET_COST((uint32_t)n);
        send_frame(FRAME_PACKET, number_of(channel), packet, (uint32_t)n);
        return;
    }
    memset(channel->reply, 0, sizeof(channel->reply)); /* it has let go without a last word */
    if (n > 0)
        memcpy(channel->reply, packet, sizeof(channel->reply));
    apps_told(pod, number_of(channel), channel->reply);
    guest_hear_pod(); /* what it has said before comes first */
    end_visit(channel);
}

/* Passes on to process 1 what a visitor has said, and gives back the room for it. */
static void send_packets(struct channel *channel) {
    uint32_t passed = queue_send_packets(&channel->pending, channel->visit);

    if (passed > 0)
        send_number(FRAME_CREDIT, number_of(channel), passed);
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
    end_visit(channel);
}

/* A connection to process 1 of the pod, or -1. */
int visits_connect(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct text path = {address.sun_path, sizeof(address.sun_path), 0};
    char name[FD_PATH];
    int dir = open(pod->pod_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
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
bool open_pipe(int ends[2], int ours) {
    return pipe2(ends, O_CLOEXEC) == 0 && fcntl(ends[ours], F_SETFL, O_NONBLOCK) == 0;
}

static void refuse_visit(unsigned channel, int error) {
    unsigned char bytes[8];

    put32(bytes, REPLY_ERROR);
    put32(bytes + 4, (uint32_t)error);
    send_frame(FRAME_REPLY, channel, bytes, sizeof(bytes));
}

/* Joins a visitor on the host to process 1 of the pod. */
static void begin_conversation(const struct frame *frame) {
    struct channel *channel = &channels[frame->channel];
    uint32_t asked = get32(frame->data);
    int fd;
    int error = 0;

    if (asked == CONTROL_ADD || asked == CONTROL_REMOVE) {
        fd = apps_begin(pod, frame);
        error = fd < 0 ? fd : 0;
    } else {
        fd = visits_connect();
        error = fd < 0 ? -ESRCH : send_with_fds(fd, frame->data, frame->size, NULL, 0);
    }
    if (error < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0) {
        close_fd(&fd);
        refuse_visit(frame->channel, -error);
        return;
    }
    open_channel(channel, fd, -1, -1, -1);
    channel->packets = true;
}

/* Asks process 1 of the pod for what a visitor on the host wants. */
static void begin_visit(const struct frame *frame) {
    struct channel *channel = &channels[frame->channel];
    bool terminal = frame->size >= 8 && (get32(frame->data + 4) & ENTER_TERMINAL) != 0;
    int pipes[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};
    int fd = visits_connect();
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

static void resize(const struct channel *channel, const struct frame *frame) {
    struct winsize size = {0};

    if (frame->size < 8 || channel->in < 0)
        return;
    size.ws_row = (unsigned short)get32(frame->data);
    size.ws_col = (unsigned short)get32(frame->data + 4);
    (void)ioctl(channel->in, TIOCSWINSZ, &size);
}

/* Takes input, or the end of it, or that nobody takes a stream any more: its writer finds out. */
static void take_data(struct channel *channel, const struct frame *frame) {
    unsigned stream = frame->data[0];

    if (stream == 1 || stream == 2) {
        if (channel->out[stream - 1] != channel->in)
            close_fd(&channel->out[stream - 1]);
        finish_visit(channel);
        return;
    }
    if (frame->size == 1)
        channel->in_ended = true;
    else if (!queue_add(&channel->pending, frame->data + 1, frame->size - 1))
        warn_plain("more came from the host than it may send", NULL);
    write_in(channel);
}

/* Takes a frame of a channel. */
void visits_frame(const struct frame *frame) {
    struct channel *channel = &channels[frame->channel];

    if (frame->type == FRAME_ENTER && !channel->open) {
        if (frame->size >= 4 && is_conversation(get32(frame->data)))
            begin_conversation(frame);
        else
            begin_visit(frame);
        return;
    }
    if (frame->type == FRAME_SETUP || frame->type == FRAME_PLAN) {
        apps_part(frame);
        return;
    }
    if (!channel->open)
        return; /* it has ended meanwhile */
    if (frame->type == FRAME_CREDIT && frame->size == 4) {
        channel->credit += get32(frame->data);
        finish_visit(channel);
    } else if (frame->type == FRAME_PACKET && channel->packets) {
        if (!queue_add_packet(&channel->pending, frame->data, frame->size))
            warn_plain("more came from the host than it may send", NULL);
        send_packets(channel);
    } else if (frame->type == FRAME_DATA && frame->size > 0) {
        take_data(channel, frame);
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

/* What we wait for at the connection of a visit; 0: nothing. */
static short visit_events(const struct channel *channel, bool sending) {
    bool held = channel->packets && channel->credit < PACKET_COST(PACKET_LIMIT);

    if (!channel->open || channel->visit < 0)
        return 0;
    return (short)((held ? 0 : POLLIN) | (channel->packets && sending ? POLLOUT : 0));
}

/* Fills in what channels wait for: four entries each. */
unsigned visits_poll(struct pollfd *fds) {
    unsigned n = 0;

    for (int i = 1; i < CHANNELS; i++) {
        struct channel *channel = &channels[i];
        bool sending = channel->open && channel->pending.begin != channel->pending.end;
        bool reading = channel->open && channel->credit > 0;
        short visit = visit_events(channel, sending);

        fds[n++] = (struct pollfd){visit == 0 ? -1 : channel->visit, visit, 0};
        fds[n++] = (struct pollfd){sending ? channel->in : -1, POLLOUT, 0};
        fds[n++] = (struct pollfd){reading ? channel->out[0] : -1, POLLIN, 0};
        fds[n++] = (struct pollfd){reading ? channel->out[1] : -1, POLLIN, 0};
    }
    return n;
}

static void handle_visit(struct channel *channel, short events) {
    if (channel->packets && (events & POLLOUT) != 0)
        send_packets(channel);
    if ((events & ~POLLOUT) == 0)
        return;
    if (channel->packets)
        packet_event(channel);
    else
        visit_event(channel);
}

static void handle_channel(struct channel *channel, const struct pollfd *fds) {
    for (int i = 0; i < 2; i++)
        if (channel->open && fds[2 + i].revents != 0 && channel->out[i] == fds[2 + i].fd)
            (void)read_out(channel, i);
    if (channel->open && fds[1].revents != 0 && channel->in == fds[1].fd)
        write_in(channel);
    if (channel->open && fds[0].revents != 0 && channel->visit == fds[0].fd)
        handle_visit(channel, fds[0].revents);
}

/* Does what can be done now. */
void visits_handle(const struct pollfd *fds) {
    for (int i = 1; i < CHANNELS; i++)
        handle_channel(&channels[i], fds + 4 * (i - 1));
}

/* Whether visitors wait for something yet, or we for them. */
bool visits_left(void) {
    for (int i = 2; i < CHANNELS; i++)
        if (channels[i].open)
            return true;
    return false;
}

/* Sends what the pod itself has written; true if only a lack of credit has kept us from it. */
bool visits_drain_pod(void) {
    return drain(&channels[1]);
}

/* Opens the pod's own streams; in: -1 if it has nothing to read. */
void visits_open(struct plan *plan, int in, int out, int error) {
    for (int i = 0; i < CHANNELS; i++)
        channels[i] = (struct channel){.visit = -1, .in = -1, .out = {-1, -1}};
    pod = plan;
    open_channel(&channels[1], -1, in, out, error);
}

/* A terminal takes the place of the first of them. */
void visits_pod_terminal(int fd) {
    close_fd(&channels[1].in);
    close_fd(&channels[1].out[0]);
    channels[1].in = channels[1].out[0] = fd;
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
}

/* In a child: the pod's own streams are not ours. */
void visits_close_pod(void) {
    close_fd(&channels[1].in);
    close_fd(&channels[1].out[0]);
    close_fd(&channels[1].out[1]);
}
