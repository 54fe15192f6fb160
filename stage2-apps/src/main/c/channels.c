/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's ends of a machine's channels: the pod's own streams, and visitors at the control
 * socket, who see no difference to a pod without a machine. Nobody out there makes the supervisor
 * wait: what cannot be passed on stays in a window, and so, in the end, with him who sends it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>

#include "host.h"

#define AT_ONCE 4096u /* what a pipe that can be written to surely takes */
#define RECORD 16u
#define LARGEST_ERROR 4095u /* errno(3), as the kernel has it */

struct channel {
    bool open;
    bool entered;
    bool terminal;
    bool packets;  /* he speaks with process 1 of the pod; what that says waits in the first queue */
    bool draining; /* the visitor has gone; the guest has not said so yet */
    bool in_ended;
    bool started; /* the visitor has been told that his command runs */
    bool replied;
    int visitor; /* his connection */
    int his_end; /* of his terminal, until he has it */
    int in;
    int out[2];
    uint32_t credit;
    struct queue queue[2];
    unsigned char reply[8];
};

static COLD_ZEROS struct channel channels[CHANNELS];
static COLD_ZEROS struct relay relay;
static char *message; /* CONTROL_MESSAGE */
static int asker;     /* the visitor who is told what goes wrong */

static void close_fd(int *fd) {
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static unsigned number_of(const struct channel *channel) {
    return (unsigned)(channel - channels);
}

static bool is_records(const struct channel *channel) {
    return channel == &channels[1] && (host.plan.flags & POD_INTERACTIVE) == 0;
}

static void open_channel(struct channel *channel) {
    struct queue queues[2] = {channel->queue[0], channel->queue[1]};

    *channel = (struct channel){.open = true,
                                .visitor = -1,
                                .his_end = -1,
                                .in = -1,
                                .out = {-1, -1},
                                .credit = WINDOW,
                                .queue = {queues[0], queues[1]}};
    queue_open(&channel->queue[0]);
    queue_open(&channel->queue[1]);
}

static void close_streams(struct channel *channel) {
    if (channel->in == channel->out[0])
        channel->in = -1;
    close_fd(&channel->in);
    close_fd(&channel->out[0]);
    close_fd(&channel->out[1]);
    close_fd(&channel->his_end);
}

/* A pair of sockets in the place of a terminal; neither end makes anybody wait. */
static int terminal_pair(int ends[2]) {
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
        return -errno;
    return 0;
}

/* Opens the pod's own streams. */
void channels_open(void) {
    struct channel *channel = &channels[1];
    int ends[2];

    message = reserve(CONTROL_MESSAGE);
    open_channel(channel);
    channel->entered = true;
    if ((host.plan.flags & POD_INTERACTIVE) == 0)
        return;
    if (!isatty(STDIN_FILENO)) { /* copies, so that no other file becomes a standard stream */
        channel->in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
        channel->out[0] = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
        channel->out[1] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
        return;
    }
    if (terminal_pair(ends) < 0)
        die(errno, "make a terminal", NULL);
    channel->in = channel->out[0] = ends[1];
    relay_start(&relay, ends[0]);
    host.relaying = true;
    terminal_raw();
}

static void send_size(unsigned channel, uint32_t rows, uint32_t columns) {
    unsigned char bytes[8];

    put32(bytes, rows);
    put32(bytes + 4, columns);
    host_send(FRAME_RESIZE, channel, bytes, sizeof(bytes));
}

/* Tells the guest the size of our own terminal. */
void channels_resize_main(void) {
    struct winsize size;

    if (host.relaying && host.alive && ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
        send_size(1, size.ws_row, size.ws_col);
}

/* ---- from the guest ---- */

static void give_credit(const struct channel *channel, uint32_t amount) {
    unsigned char bytes[4];

    put32(bytes, amount);
    if (amount > 0)
        host_send(FRAME_CREDIT, number_of(channel), bytes, sizeof(bytes));
}

/* Takes whole records out of the pod's output: lines of its apps. */
static void pass_records(struct channel *channel) {
    struct queue *queue = &channel->queue[0];
    uint32_t passed = 0;

    while (queue->end - queue->begin >= RECORD && !output_paused()) {
        const char *at = queue->bytes + queue->begin;
        uint32_t record[4];
        struct app *app;

        memcpy(record, at, sizeof(record));
        if (members_find(record[0], &app) && record[3] <= STREAM_BYTES &&
            queue->end - queue->begin < RECORD + record[3])
            break;
        if (!members_find(record[0], &app) || record[3] > STREAM_BYTES ||
            memchr(at + RECORD, '\n', record[3]) != NULL) {
            queue->begin = queue->end = 0;
            host_fail("the machine breaks the rules of its control port");
            return;
        }
        if (app != NULL) { /* else it has gone meanwhile */
            app->main = (pid_t)record[2];
            output_line(app, (record[1] & 1) != 0, (record[1] & 2) != 0, at + RECORD, record[3]);
        }
        queue->begin += RECORD + record[3];
        passed += RECORD + record[3];
    }
    give_credit(channel, passed);
}

/* What pod-init in the guest says: text for people, and nothing else. */
static void pass_messages(struct channel *channel) {
    struct queue *queue = &channel->queue[1];
    uint32_t size = queue->end - queue->begin;

    for (uint32_t i = queue->begin; i < queue->end; i++) {
        unsigned char c = (unsigned char)queue->bytes[i];

        if ((c < 0x20 && c != '\n') || c == 0x7f)
            queue->bytes[i] = '?';
    }
    plain_ascii(queue->bytes + queue->begin, size);
    words_tell(queue->bytes + queue->begin, size);
    queue->begin = queue->end = 0;
    give_credit(channel, size);
}

/* Tells the guest that its input ends, 0, or that nobody takes a stream of its output any more. */
static void end_data(const struct channel *channel, unsigned char stream) {
    host_send(FRAME_DATA, number_of(channel), &stream, 1);
}

static void pass_on(struct channel *channel, int which) {
    bool broken = false;

    if (channel->packets) {
        if (channel->visitor >= 0)
            give_credit(channel, queue_send_packets(&channel->queue[0], channel->visitor));
        return;
    }
    if (is_records(channel)) {
        if (which == 0)
            pass_records(channel);
        else
            pass_messages(channel);
        return;
    }
    give_credit(channel,
                queue_write(&channel->queue[which], channel->out[which], AT_ONCE, &broken));
    if (broken && channel->out[which] >= 0 && channel->out[which] != channel->in) {
        close_fd(&channel->out[which]);
        end_data(channel, (unsigned char)(which + 1));
    }
}

static bool is_empty(const struct channel *channel) {
    return channel->queue[0].begin == channel->queue[0].end &&
           channel->queue[1].begin == channel->queue[1].end;
}

/* A visit is over once its visitor has got everything, the answer last. */
static void finish_visit(struct channel *channel) {
    if (!channel->replied || (!is_empty(channel) && !channel->draining))
        return;
    close_streams(channel);
    if (channel->visitor >= 0 && get32(channel->reply) != 0)
        (void)send(channel->visitor, channel->reply, sizeof(channel->reply),
                   MSG_NOSIGNAL | MSG_DONTWAIT);
    close_fd(&channel->visitor);
    channel->open = false;
}

static void data_frame(struct channel *channel, const struct frame *frame) {
    int which = frame->size > 0 && frame->data[0] == 2 ? 1 : 0;

    if (channel->packets || frame->size < 2 || frame->data[0] < 1 || frame->data[0] > 2 ||
        !queue_add(&channel->queue[which], frame->data + 1, frame->size - 1)) {
        host_fail("the machine breaks the rules of its control port");
        return;
    }
    if (channel->draining) {
        channel->queue[which].begin = channel->queue[which].end = 0;
        give_credit(channel, frame->size - 1);
        return;
    }
    if (is_records(channel))
        pass_on(channel, which);
}

/* What goes wrong in there is told in words, which go to somebody's terminal. */
static void make_plain(struct channel *channel, uint32_t size) {
    struct queue *queue = &channel->queue[0];

    for (uint32_t i = queue->end - size + 4; i < queue->end; i++) {
        unsigned char c = (unsigned char)queue->bytes[i];

        if ((c < 0x20 && c != '\n') || c >= 0x7f)
            queue->bytes[i] = '?';
    }
}

/* Takes what process 1 says to a visitor; its last word comes as FRAME_REPLY. */
static void packet_frame(struct channel *channel, const struct frame *frame) {
    uint32_t kind = frame->size >= 4 ? get32(frame->data) : 0;
    bool known = (kind == REPLY_OUTPUT && frame->size >= 8) ||
                 ((kind == REPLY_STARTED || kind == REPLY_SKIPPED) && frame->size == 8) ||
                 kind == REPLY_TEXT;

    if (!known || !channel->packets || channel->replied ||
        !queue_add_packet(&channel->queue[0], frame->data, frame->size)) {
        host_fail("the machine breaks the rules of its control port");
        return;
    }
    if (kind == REPLY_TEXT)
        make_plain(channel, frame->size);
    if (channel->draining)
        channel->queue[0].begin = channel->queue[0].end = 0;
}

/* Whether a reply can be one to this visitor, who acts on it: he ends as his command has ended. */
static bool is_reply(const struct channel *channel, uint32_t kind, uint32_t value) {
    switch (kind) {
    case REPLY_STARTED: /* once: we wait for the visitor to take it */
        return !channel->packets && !channel->started;
    case REPLY_KILLED:
        return value > 0 && value < 65 && value != SIGSTOP && value != SIGTSTP &&
               value != SIGTTIN && value != SIGTTOU;
    case REPLY_ERROR:
        return value <= LARGEST_ERROR;
    default:
        return kind == REPLY_EXITED || (kind == 0 && channel->packets);
    }
}

static void reply_frame(struct channel *channel, const struct frame *frame) {
    if (frame->size != 8 || channel == &channels[1] || channel->replied ||
        !is_reply(channel, get32(frame->data), get32(frame->data + 4))) {
        host_fail("the machine breaks the rules of its control port");
        return;
    }
    if (get32(frame->data) == REPLY_STARTED) {
        channel->started = true;
        if (channel->visitor >= 0)
            (void)send_with_fds(channel->visitor, frame->data, 8, &channel->his_end,
                                channel->his_end >= 0 ? 1 : 0);
        close_fd(&channel->his_end);
        return;
    }
    memcpy(channel->reply, frame->data, 8);
    channel->replied = true;
    if (channel->packets)
        members_told(number_of(channel), channel->reply);
    finish_visit(channel);
}

/* Takes a frame of a channel. */
void channels_frame(const struct frame *frame) {
    struct channel *channel = &channels[frame->channel < CHANNELS ? frame->channel : 0];

    if (channel == channels || !channel->open || !channel->entered) {
        host_fail("the machine breaks the rules of its control port");
    } else if (frame->type == FRAME_DATA) {
        data_frame(channel, frame);
    } else if (frame->type == FRAME_PACKET) {
        packet_frame(channel, frame);
    } else if (frame->type == FRAME_CREDIT && frame->size == 4 &&
               get32(frame->data) <= WINDOW - channel->credit) {
        channel->credit += get32(frame->data);
    } else if (frame->type == FRAME_REPLY) {
        reply_frame(channel, frame);
    } else {
        host_fail("the machine breaks the rules of its control port");
    }
}

/* ---- from visitors ---- */

static void accept_visitor(void) {
    struct ucred peer = {0, (uid_t)-1, (gid_t)-1};
    socklen_t size = sizeof(peer);
    int fd = accept4(host.control, NULL, NULL, SOCK_CLOEXEC);

    if (fd < 0)
        return;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == 0) {
        for (int i = 2; i < CHANNELS; i++) {
            if (!channels[i].open) {
                open_channel(&channels[i]);
                channels[i].visitor = fd;
                return;
            }
        }
    }
    (void)close(fd);
}

static void visitor_gone(struct channel *channel) {
    close_fd(&channel->visitor);
    close_streams(channel);
    channel->queue[0].begin = channel->queue[0].end = 0;
    channel->queue[1].begin = channel->queue[1].end = 0;
    if (channel->entered && !channel->replied) {
        channel->draining = true;
        if (!channel->packets || !members_wait(number_of(channel)))
            host_send(FRAME_HANGUP, number_of(channel), "", 0);
    } else {
        channel->open = false;
    }
}

static void refuse(struct channel *channel, int error) {
    put32(channel->reply, REPLY_ERROR);
    put32(channel->reply + 4, (uint32_t)error);
    channel->replied = true;
    finish_visit(channel);
}

/* Begins a visit: the request goes on to the guest as it is, the streams stay here. */
static void enter(struct channel *channel, const char *bytes, size_t size, int *fds,
                  unsigned count) {
    int ends[2];

    channel->terminal = (get32((const unsigned char *)bytes + 4) & ENTER_TERMINAL) != 0;
    if (!host.alive) {
        refuse(channel, ESRCH);
    } else if (channel->terminal) {
        if (terminal_pair(ends) < 0) {
            refuse(channel, EMFILE);
            return;
        }
        channel->his_end = ends[0];
        channel->in = channel->out[0] = ends[1];
    } else if (count == 3) {
        channel->in = fds[0];
        channel->out[0] = fds[1];
        channel->out[1] = fds[2];
        fds[0] = fds[1] = fds[2] = -1;
    } else {
        refuse(channel, EBADMSG);
    }
    if (channel->replied || !channel->open)
        return;
    channel->entered = true;
    host_send(FRAME_ENTER, number_of(channel), bytes, (uint32_t)size);
}

static void tell_asker(const char *bytes, size_t size) {
    unsigned char packet[1024];

    size = size < sizeof(packet) - 4 ? size : sizeof(packet) - 4;
    put32(packet, REPLY_TEXT);
    memcpy(packet + 4, bytes, size);
    (void)send(asker, packet, 4 + size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Takes an app in; what goes wrong is said to him who asks for it. */
static int add_member(const struct channel *channel, struct reader *in, const int *fds,
                      unsigned count) {
    int error;

    asker = channel->visitor;
    report_to(tell_asker, NULL);
    error = members_add(number_of(channel), in, fds, count);
    report_to(NULL, NULL);
    return error;
}

/* Begins what a visitor asks of process 1 of the pod. */
static void begin_packets(struct channel *channel, const char *bytes, size_t size, const int *fds,
                          unsigned count) {
    struct reader in = {(const unsigned char *)bytes, (const unsigned char *)bytes + size, false};
    uint32_t asked = read_number(&in);
    int error = size > PACKET_LIMIT ? -E2BIG : host.alive ? 0 : -ESRCH;

    if (error == 0 && asked == CONTROL_ADD)
        error = add_member(channel, &in, fds, count);
    if (error < 0) {
        refuse(channel, -error);
        return;
    }
    channel->entered = channel->packets = true;
    if (asked == CONTROL_ADD)
        return;
    members_ask(number_of(channel), asked, &in);
    host_send(FRAME_ENTER, number_of(channel), bytes, (uint32_t)size);
}

/* Passes on what a visitor says to process 1 of the pod. */
static void pass_packet(struct channel *channel, const char *bytes, size_t size) {
    if (size > PACKET_LIMIT) {
        visitor_gone(channel);
        return;
    }
    channel->credit -= PACKET_COST((uint32_t)size);
    host_send(FRAME_PACKET, number_of(channel), bytes, (uint32_t)size);
}

static void tell_shares(const struct channel *channel) {
    unsigned char bytes[8] = {REPLY_STARTED};
    int ns = members_shares();

    if (ns < 0)
        bytes[0] = REPLY_ERROR;
    (void)send_with_fds(channel->visitor, bytes, sizeof(bytes), &ns, ns < 0 ? 0 : 1);
    close_fd(&ns);
}

static void visitor_event(struct channel *channel) {
    int fds[3] = {-1, -1, -1};
    unsigned count = 3;
    ssize_t n = receive_with_fds(channel->visitor, message, CONTROL_MESSAGE, fds, &count);
    struct reader in = {(unsigned char *)message, (unsigned char *)message + (n > 0 ? n : 0),
                        n <= 0};
    uint32_t request = read_number(&in);

    if (n == 0 || (n < 0 && (n != -EMSGSIZE || channel->entered))) {
        visitor_gone(channel);
        return;
    }
    if (n < 0) {
        refuse(channel, E2BIG);
    } else if (channel->packets) {
        pass_packet(channel, message, (size_t)n);
    } else if (is_conversation(request) && !channel->entered) {
        begin_packets(channel, message, (size_t)n, fds, count);
    } else if (request == CONTROL_SHARES && !channel->entered) {
        tell_shares(channel);
    } else if (request == CONTROL_ENTER && n >= 8 && !channel->entered) {
        enter(channel, message, (size_t)n, fds, count);
    } else if (request == CONTROL_SIGNAL && n >= 8 && channel->entered) {
        host_send(FRAME_SIGNAL, number_of(channel), message + 4, 4);
    } else if (request == CONTROL_RESIZE && n >= 12 && channel->entered) {
        host_send(FRAME_RESIZE, number_of(channel), message + 4, 8);
    }
    for (unsigned i = 0; i < 3; i++)
        close_fd(&fds[i]);
}

/* Sends what has come in for the guest, as far as its window allows. */
static void read_in(struct channel *channel) {
    unsigned char bytes[1 + AT_ONCE];
    uint32_t most = channel->credit < AT_ONCE ? channel->credit : AT_ONCE;
    ssize_t n = read(channel->in, bytes + 1, most);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    bytes[0] = 0;
    if (n <= 0) {
        channel->in_ended = true;
        end_data(channel, 0);
        return;
    }
    channel->credit -= (uint32_t)n;
    host_send(FRAME_DATA, number_of(channel), bytes, 1 + (uint32_t)n);
}

/* ---- waiting ---- */

/* What we wait for at a visitor's connection; 0: nothing, not even its end, for what he has sent
 * before it comes first. */
static short visitor_events(const struct channel *channel) {
    bool held = channel->packets && channel->credit < PACKET_COST(PACKET_LIMIT);
    bool sending = channel->packets && channel->queue[0].begin != channel->queue[0].end;

    return (short)((held ? 0 : POLLIN) | (sending ? POLLOUT : 0));
}

/* Fills in what channels wait for: four entries each, the relay's in the place of channel 0. */
unsigned channels_poll(struct pollfd *fds) {
    const struct pollfd nothing = {-1, 0, 0};

    fds[0] = fds[1] = fds[2] = fds[3] = nothing;
    if (host.relaying)
        (void)relay_poll(&relay, fds);
    for (int i = 1; i < CHANNELS; i++) {
        struct channel *channel = &channels[i];
        struct pollfd *at = fds + 4 * i;
        bool reading = channel->open && channel->entered && host.alive && !channel->in_ended &&
                       channel->credit > 0;

        short events = visitor_events(channel);

        at[0] = (struct pollfd){channel->open && events != 0 ? channel->visitor : -1, events, 0};
        at[1] = (struct pollfd){reading ? channel->in : -1, POLLIN, 0};
        for (int k = 0; k < 2; k++) {
            bool sending = channel->open && channel->queue[k].begin != channel->queue[k].end;

            at[2 + k] = (struct pollfd){sending ? channel->out[k] : -1, POLLOUT, 0};
        }
    }
    return 4 * CHANNELS;
}

static void handle_channel(struct channel *channel, const struct pollfd *fds) {
    for (int k = 0; k < 2; k++) {
        bool nowhere = channel->open && channel->out[k] < 0;

        if (channel->open && channel->queue[k].begin != channel->queue[k].end &&
            (fds[2 + k].revents != 0 || nowhere))
            pass_on(channel, k);
    }
    if (channel->open && fds[1].revents != 0 && channel->in == fds[1].fd)
        read_in(channel);
    if (channel->open && (fds[0].revents & ~POLLOUT) != 0 && channel->visitor == fds[0].fd)
        visitor_event(channel);
    if (channel->open && channel != &channels[1])
        finish_visit(channel);
}

/* Does what can be done now. */
void channels_handle(const struct pollfd *fds, bool visitor) {
    if (host.relaying && !relay_handle(&relay, fds))
        host_fail("the terminal was left by its escape");
    for (int i = 1; i < CHANNELS; i++)
        handle_channel(&channels[i], fds + 4 * i);
    if (visitor)
        accept_visitor();
}

/* Whether the queue begins with a whole record. */
static bool has_record(const struct queue *queue) {
    uint32_t record[4];

    if (queue->end - queue->begin < RECORD)
        return false;
    memcpy(record, queue->bytes + queue->begin, sizeof(record));
    return queue->end - queue->begin - RECORD >= record[3];
}

/* Whether something of the guest's has not been passed on yet; packets are counted while they may
 * hold the pod's end up. */
bool channels_busy(bool packets) {
    for (int i = 1; i < CHANNELS; i++) {
        const struct channel *channel = &channels[i];

        if (channel->open && !is_empty(channel) && (packets || !channel->packets) &&
            (!is_records(channel) || has_record(&channel->queue[0])))
            return true;
    }
    return false;
}

/* Ends what is left; visitors find out by the end of their connection. */
void channels_end(void) {
    if (host.relaying) {
        struct channel *channel = &channels[1];

        for (int rounds = 0; rounds < 64 && relay.master >= 0; rounds++) {
            relay_drain(&relay);
            if (channel->queue[0].begin != channel->queue[0].end)
                pass_on(channel, 0);
            else
                break;
        }
    }
    for (int i = 2; i < CHANNELS; i++)
        if (channels[i].open)
            close_fd(&channels[i].visitor);
}
