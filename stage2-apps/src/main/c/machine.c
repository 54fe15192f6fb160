/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The supervisor of a machine, in the place of the outer process: it has the process id of `rkt
 * run` and the pod's lock, starts the machine, hands it the plan, and is the pod to the rest of the
 * host. Log files, status files, the console, the control socket: all that is written here. What
 * the guest says is believed about its own pod and nothing else.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h> /* renameat */
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "host.h"
#include "machine.h"

#define SEND_SPACE (4u << 20)
#define PING_MILLIS 20000
#define SILENCE_MILLIS 180000
#define STOP_SPARE_MILLIS 15000
#define REST_MILLIS 50000
#define KEEP_MILLIS 300000 /* what its apps have written is told in this time */
#define PACKET_REST_MILLIS 2000

COLD_DATA
struct host host = {.inner_status = -1,
                    .ended_status = -1,
                    .vmm = {.monitor = -1, .memory = -1, .asking = -1}};

static void remove_cgroups(void) {
    cgroups_remove(&host.machine.cgroups);
}

static void close_kept(int *fd) {
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

/* Ends the machine's processes, all of them. */
static void end_machine(void) {
    int status;

    if (host.vmm.pid > 0) {
        (void)kill(host.vmm.pid, SIGKILL);
        (void)waitpid(host.vmm.pid, &status, 0);
    }
    if (host.vmm.server > 0) {
        (void)kill(host.vmm.server, SIGKILL);
        (void)waitpid(host.vmm.server, &status, 0);
    }
    host.vmm.pid = host.vmm.server = -1;
    close_kept(&host.vmm.monitor);
    close_kept(&host.vmm.asking);
    close_kept(&host.vmm.memory);
}

static void undo(void) {
    terminal_restore();
    end_machine();
    remove_cgroups();
}

/* Puts a frame on its way to the guest; one who does not listen is ended. */
void host_send(unsigned type, unsigned channel, const void *payload, uint32_t size) {
    if (FRAME_HEADER + size > SEND_SPACE - host.send_end) {
        memmove(host.send, host.send + host.send_begin, host.send_end - host.send_begin);
        host.send_end -= host.send_begin;
        host.send_begin = 0;
    }
    if (FRAME_HEADER + size > SEND_SPACE - host.send_end) {
        host_fail("the machine does not listen");
        return;
    }
    frame_header(host.send + host.send_end, type, channel, size);
    memcpy(host.send + host.send_end + FRAME_HEADER, payload, size);
    host.send_end += FRAME_HEADER + size;
}

/* Notes why the machine must end; it ends at the end of this round. */
void host_fail(const char *why) {
    if (host.failure == NULL)
        host.failure = why;
}

static void flush_control(void) {
    while (host.send_begin < host.send_end) {
        ssize_t n = send(host.vmm.control, host.send + host.send_begin,
                         host.send_end - host.send_begin, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n <= 0)
            return;
        host.send_begin += (size_t)n;
    }
    host.send_begin = host.send_end = 0;
}

static void put_time(unsigned char *to) {
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    put32(to, (uint32_t)now.tv_sec);
    put32(to + 4, (uint32_t)((uint64_t)now.tv_sec >> 32));
    put32(to + 8, (uint32_t)now.tv_nsec);
}

static void send_parts(unsigned type, const unsigned char *bytes, uint32_t size) {
    while (size > 0) {
        uint32_t part = size < WINDOW ? size : WINDOW;

        host_send(type, 0, bytes, part);
        bytes += part;
        size -= part;
    }
}

/* Answers the guest's first word with all it must know. */
static void greet(const struct frame *frame) {
    unsigned char start[16 + 48];

    if (host.alive || frame->size != sizeof(GREETING) - 1 ||
        memcmp(frame->data, GREETING, frame->size) != 0) {
        host_fail("the machine speaks another language");
        return;
    }
    host.alive = true;
    close_kept(&host.vmm.monitor);
    host.heard = now_millis();
    put_time(start);
    put32(start + 12, (host.relaying ? START_TERMINAL : 0) | (host.copy ? START_COPY : 0));
    if (getrandom(start + 16, sizeof(start) - 16, 0) != (ssize_t)sizeof(start) - 16)
        die(errno, "get random bytes", NULL);
    send_parts(FRAME_SETUP, host.machine.setup, host.machine.setup_size);
    send_parts(FRAME_NETWORK, host.network, host.network_size);
    send_parts(FRAME_PLAN, host.machine.pod, host.machine.pod_size);
    channels_resize_main();
    host_send(FRAME_START, 0, start, sizeof(start));
}

/* ---- what the guest says of itself ---- */

static void status_frame(const struct frame *frame) {
    struct app *app;
    int status;

    if (frame->size != 8 || !members_find(get32(frame->data), &app)) {
        host_fail("the machine breaks the rules of its control port");
        return;
    }
    if (app == NULL)
        return; /* it has gone meanwhile */
    status = (int)get32(frame->data + 4);
    app->status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    record_status(app, status, WIFSIGNALED(status) && WCOREDUMP(status));
}

static void begun_frame(const struct frame *frame) {
    struct app *app;

    if (frame->size != 4 || !members_find(get32(frame->data), &app))
        host_fail("the machine breaks the rules of its control port");
    else if (app != NULL)
        record_start(app);
}

/* Text of the guest's, for people: nothing in it may steer a terminal. */
static void message_frame(const struct frame *frame) {
    char line[1024];
    TEXT(safe, 4 * 1024);
    size_t size = frame->size < sizeof(line) - 1 ? frame->size : sizeof(line) - 1;

    memcpy(line, frame->data, size);
    plain_ascii(line, size);
    while (size > 0 && line[size - 1] == '\n')
        size--;
    line[size] = 0;
    text_quoted(&safe, line);
    text_add(&safe, "\n");
    words_tell(safe.at, safe.used);
}

static void set_ready(void) {
    const char *name;
    int dir;

    if (host.ready || path_split(host.plan.ready_link, &dir, &name) < 0)
        return;
    host.ready = true;
    if (symlinkat("ready", dir, name) < 0 && errno != EEXIST)
        warn(errno, "make the link that says", "ready");
    (void)close(dir);
    notify_manager("READY=1");
}

static void clear_ready(void) {
    (void)unlink(host.plan.ready_link);
}

/* That the pod ends, it says once; the manager is not to be kept busy by a guest. */
static void set_stopping(void) {
    if (!host.stopping)
        notify_manager("STOPPING=1");
    host.stopping = true;
}

static void exit_frame(const struct frame *frame) {
    if (frame->size != 4)
        host_fail("the machine breaks the rules of its control port");
    else
        host.inner_status = (int)(get32(frame->data) & 255);
}

static void ended_frame(const struct frame *frame) {
    if (frame->size != 4 || host.ended_status >= 0) {
        host_fail("the machine breaks the rules of its control port");
        return;
    }
    host.ended_status = (int)(get32(frame->data) & 255);
    host.stop_by = now_millis() + KEEP_MILLIS;
}

static void own_frame(const struct frame *frame) {
    switch (frame->type) {
    case FRAME_HELLO:
        greet(frame);
        break;
    case FRAME_READY:
        set_ready();
        break;
    case FRAME_STOPPING:
        set_stopping();
        break;
    case FRAME_STATUS:
        status_frame(frame);
        break;
    case FRAME_MESSAGE:
        message_frame(frame);
        break;
    case FRAME_EXIT:
        exit_frame(frame);
        break;
    case FRAME_BEGUN:
        begun_frame(frame);
        break;
    case FRAME_ENDED:
        ended_frame(frame);
        break;
    case FRAME_CHANGES:
        keep_frame(frame);
        break;
    case FRAME_WORDS:
        notify_status((const char *)frame->data, frame->size);
        break;
    case FRAME_PONG:
        break;
    default:
        host_fail("the machine breaks the rules of its control port");
    }
}

/* Takes what has come from the guest; false at the end of it. */
static bool read_control(void) {
    struct frame frame;
    ssize_t n = frames_fill(&host.reader, host.vmm.control);
    int more = 0;

    if (n == 0 || (n < 0 && n != -EAGAIN && n != -EINTR))
        return false;
    host.heard = now_millis();
    host.pinged = false;
    if (host.watched)
        notify_manager("WATCHDOG=1");
    host.watched = false;
    while (host.failure == NULL && (more = frames_next(&host.reader, &frame)) > 0) {
        if (frame.channel == 0)
            own_frame(&frame);
        else
            channels_frame(&frame);
    }
    if (more < 0)
        host_fail("the machine breaks the rules of its control port");
    return true;
}

/* ---- the loop ---- */

static void begin_stop(void) {
    if (host.stop_by != 0)
        return;
    host.stop_by = now_millis() + host.plan.stop_timeout + STOP_SPARE_MILLIS;
    if (host.alive)
        host_send(FRAME_STOP, 0, "", 0);
    else
        host.inner_status = 0; /* nothing has started yet */
}

static void signal_event(void) {
    struct signalfd_siginfo info;
    int status;

    while (read(host.signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        int number = (int)info.ssi_signo;

        if (number == SIGTERM || number == SIGINT || number == SIGQUIT || number == SIGHUP)
            begin_stop();
        else if (number == SIGABRT)
            host_fail("the machine is given up");
        else if (number == SIGWINCH)
            channels_resize_main();
    }
    if (host.vmm.pid > 0 && waitpid(host.vmm.pid, &status, WNOHANG) == host.vmm.pid) {
        host.vmm.pid = -1;
        close_kept(&host.vmm.asking);
        host.gone = true;
    }
    if (host.vmm.server > 0 && waitpid(host.vmm.server, &status, WNOHANG) == host.vmm.server) {
        host.vmm.server = -1;
        if (host.inner_status < 0)
            host_fail("the server of its volumes has ended");
    }
}

static void ping(void) {
    unsigned char time[12];

    put_time(time);
    host_send(FRAME_PING, 0, time, sizeof(time));
    host.pinged = true;
}

/* A machine that answers is alive; one that boots is given the time it has for that. */
static void watch_over(void) {
    if (!watchdog_due())
        return;
    if (!host.alive) {
        notify_manager("WATCHDOG=1");
        return;
    }
    host.watched = true;
    if (!host.pinged)
        ping();
}

static void check_time(void) {
    int64_t now = now_millis();

    watch_over();
    if (!host.alive) {
        if (now >= host.boot_by)
            host_fail("the machine has not come to life in time");
        return;
    }
    if (host.stop_by != 0 && now >= host.stop_by)
        host_fail("the machine does not stop");
    if (now - host.heard >= SILENCE_MILLIS)
        host_fail("the machine does not answer any more");
    if (now - host.heard >= PING_MILLIS && !host.pinged)
        ping();
}

static int timeout(void) {
    int64_t now = now_millis();
    int64_t at =
        host.alive ? host.heard + (host.pinged ? SILENCE_MILLIS : PING_MILLIS) : host.boot_by;
    int64_t console = output_deadline();

    if (console != 0 && console < at)
        at = console;
    if (host.stop_by != 0 && host.stop_by < at)
        at = host.stop_by;
    if (watchdog_deadline() != 0 && watchdog_deadline() < at)
        at = watchdog_deadline();
    return at <= now ? 0 : (int)(at - now);
}

static bool ended(void) {
    return host.inner_status >= 0 || host.gone || host.failure != NULL;
}

/* One round; the order of entries is fixed, the channels' come last. */
static void turn(void) {
    static COLD_ZEROS struct pollfd fds[8 + CHANNEL_POLLS];
    unsigned count = 0;
    bool sending = host.send_begin < host.send_end;

    fds[count++] = (struct pollfd){host.signals, POLLIN, 0};
    fds[count++] = (struct pollfd){host.vmm.control, (short)(POLLIN | (sending ? POLLOUT : 0)), 0};
    fds[count++] = (struct pollfd){host.vmm.console, POLLIN, 0};
    fds[count++] = (struct pollfd){host.vmm.words, POLLIN, 0};
    fds[count++] = (struct pollfd){output_pending() ? output_fd() : -1, POLLOUT, 0};
    fds[count++] = (struct pollfd){host.control, POLLIN, 0};
    fds[count++] = (struct pollfd){host.vmm.asking, POLLIN, 0};
    count += channels_poll(fds + count);
    if (poll(fds, count, timeout()) < 0 && errno != EINTR)
        die(errno, "wait for events", NULL);
    output_tick();
    if (fds[2].revents != 0)
        words_keep(&host.vmm.console);
    if (fds[3].revents != 0)
        words_keep(&host.vmm.words);
    if ((fds[1].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !read_control())
        host.gone = true;
    if ((fds[6].revents & POLLIN) != 0)
        memory_answer(&host.vmm);
    channels_handle(fds + 7, fds[5].revents != 0);
    if (fds[0].revents != 0)
        signal_event();
    output_tick();
    check_time();
    flush_control();
}

/* Leaves a line for others in a file, whole or not at all. */
static void note(const char *path, const char *text) {
    const char *file;
    int dir = -1;
    int fd = -1;
    TEXT(line, 512);
    TEXT(fresh, 64);

    text_add(&line, text);
    text_add(&line, "\n");
    text_add(&fresh, ".note-");
    text_number(&fresh, (uint64_t)getpid(), 0, 0);
    text_bytes(&fresh, "", 1);
    if (path_split(path, &dir, &file) == 0)
        fd = openat(dir, fresh.at, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0 || text_write(&line, fd) < 0 || renameat(dir, fresh.at, dir, file) < 0)
        warn(errno, "note what the machine does in", path);
    if (fd >= 0)
        (void)close(fd);
    if (dir >= 0)
        (void)close(dir);
}

/*
 * Notes in which mode the machine has come to life, and that those before it have not: they failed
 * where this one did not. A machine that comes to life in no mode has a fault of its own, which says
 * nothing about others.
 */
static void note_mode(const struct machine_mode *mode) {
    note(host.machine.mode_file, mode->name);
    for (const struct machine_mode *failed = host.machine.mode; failed < mode; failed++)
        note(failed->failure_file, failed->failure_text);
}

/* Runs the machine in a mode until it has ended; whether it has come to life. */
static bool run_mode(const struct machine_mode *mode) {
    unsigned char time[12];
    bool noted = false;

    host.copy = mode->memory_use != MEMORY_OWN;
    host.boot_by = now_millis() + mode->boot_millis;
    host.failure = NULL;
    host.gone = false;
    host.words_used = 0;
    host.reader.begin = host.reader.end = 0;
    host.send_begin = host.send_end = 0;
    if (memory_open(mode, &host.vmm.memory, &host.vmm.state) < 0) {
        host_fail("its template cannot be read");
        return false;
    }
    if (host.copy) {
        put_time(time);
        host_send(FRAME_PING, 0, time, sizeof(time)); /* it has said its first word already */
    }
    vmm_start(&host.vmm, &host.machine, mode, host.plan.root);
    if (host.copy)
        memory_restore(&host.vmm);
    write_process_file(host.plan.pod_dir, "pid", host.vmm.pid);
    while (!ended()) {
        turn();
        if (host.alive && !noted) {
            note_mode(mode);
            noted = true;
        }
    }
    while (host.vmm.console >= 0 && poll(&(struct pollfd){host.vmm.console, POLLIN, 0}, 1, 20) > 0)
        words_keep(&host.vmm.console);
    while (host.vmm.words >= 0 && poll(&(struct pollfd){host.vmm.words, POLLIN, 0}, 1, 20) > 0)
        words_keep(&host.vmm.words);
    return host.alive;
}

/* What the guest has sent before it said that it ends; a visitor may take a while to read it. */
static void take_rest(void) {
    int64_t begun = now_millis();

    while (now_millis() < begun + REST_MILLIS &&
           channels_busy(now_millis() < begun + PACKET_REST_MILLIS)) {
        static COLD_ZEROS struct pollfd fds[CHANNEL_POLLS];
        unsigned count = channels_poll(fds);

        (void)poll(fds, count, 50);
        channels_handle(fds, false);
        output_tick();
    }
}

static int finish(void) {
    int status = host.inner_status;

    if (status < 0) {
        terminal_restore();
        words_say();
        warn_plain(host.failure != NULL ? host.failure : "the machine has ended unexpectedly",
                   host.plan.uuid);
        status = EXIT_START;
    }
    if (host.ended_status >= 0)
        status = host.ended_status;
    keep_end();
    end_machine();
    take_rest();
    output_finish(&host.plan);
    channels_end();
    terminal_restore();
    clear_ready();
    remove_cgroups();
    return status;
}

static void tidy_pod_dir(void) {
    int dir = open(host.plan.pod_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (dir < 0)
        return;
    (void)unlinkat(dir, "control", 0);
    (void)close(dir);
}

/* Carries out a machine's plan; the pod's exit status. */
int machine_main(int plan_fd, int lock_fd) {
    int error;

    if (fcntl(lock_fd, F_SETFD, FD_CLOEXEC) < 0)
        die(errno, "keep the pod's lock", NULL);
    reset_process(&host.signals);
    error = machine_plan_read(plan_fd, &host.machine);
    if (error == 0)
        error = plan_parse(host.machine.pod, host.machine.pod_size, &host.plan);
    if (error < 0)
        die(error, "read the plan", NULL);
    (void)close(plan_fd);
    watchdog_open();
    on_die(undo);
    cgroups_make(&host.machine.cgroups);
    cgroups_open(&host.machine.cgroups);
    host.control = control_socket(host.plan.pod_dir);
    host.reader.bytes = reserve(FRAME_SPACE);
    host.send = reserve(SEND_SPACE);
    for (int i = 0; i < TAPS; i++)
        host.vmm.tap[i] = -1;
    if (host.machine.interfaces.count > 0)
        host.network_size =
            wire_host(&host.machine, host.vmm.tap, host.network, sizeof(host.network));
    output_open(&host.plan);
    output_start(&host.plan);
    clear_ready();
    write_process_file(host.plan.pod_dir, "ppid", getpid());
    channels_open();
    for (uint32_t i = 0; i < host.machine.modes; i++) {
        const struct machine_mode *mode = &host.machine.mode[i];

        if (run_mode(mode) || host.inner_status >= 0 || i + 1 == host.machine.modes)
            break;
        words_say();
        warn_plain(mode->failure_words, host.failure);
        end_machine();
    }
    error = finish();
    tidy_pod_dir();
    return error;
}
