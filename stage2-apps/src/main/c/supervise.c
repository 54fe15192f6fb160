/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Process 1 at work: one loop that starts apps, reaps, collects output, answers visitors, and ends
 * the pod by rkt's rules: an app that ends well leaves the others alone, one that fails ends the
 * pod with its status, and so does a request from outside, with status 0. A mutable pod ends only
 * by such a request, whatever becomes of its apps.
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
#include <sys/stat.h>
#include <sys/wait.h>

#include "podinit.h"

#define REAPED_AT_ONCE 256

static struct {
    bool stopping;
    bool ready;
    bool reaping; /* some may have ended who have not been reaped */
    int status;
    int64_t kill_at;
    int ready_dir;
    const char *ready_name;
    int64_t tell_at;   /* when words goes out; 0: nothing is waiting */
    int64_t told_at;   /* when something last did */
    size_t words_used; /* "N" and what an app has said of itself */
    char words[1 + STATUS_WORDS];
} pod = {.ready_dir = -1};

static void choose_streams(const struct inner *inner, const struct app *app, struct start *start) {
    bool interactive = (inner->plan->flags & POD_INTERACTIVE) != 0;

    for (int i = 0; i < 3; i++) {
        int own = i == 0 ? app->in : app->out[i - 1];

        if (inner->terminal)
            start->stdio[i] = inner->mounts.console_slave;
        else if (interactive)
            start->stdio[i] = inner->streams[i];
        else
            start->stdio[i] = own < 0 ? inner->mounts.null : own;
    }
    start->terminal = inner->terminal || (!interactive && app->mode[0] == MODE_TTY);
}

/* Starts a process of an app; its set-up is reported on app->start. */
static int spawn(struct inner *inner, struct app *app, const struct strings *command,
                 enum entry entry) {
    struct start start = {.app = app,
                          .entry = entry,
                          .argv = command->item,
                          .environment = app->environment.item,
                          .proc = inner->mounts.proc,
                          .host = inner->mounts.host};
    int ends[2] = {-1, -1};
    int error;

    choose_streams(inner, app, &start);
    if (app->start >= 0)
        (void)close(app->start);
    app->start = -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    start.start = ends[1];
    app->pid = fork();
    if (app->pid == 0)
        app_process(&start);
    error = app->pid < 0 ? -errno : 0;
    (void)close(ends[1]);
    if (error < 0) {
        (void)close(ends[0]);
        return error;
    }
    app->start = ends[0];
    if (entry == ENTRY_APP)
        app->main = app->pid;
    return 0;
}

static void signal_app(const struct app *app, int number) {
    if (app->pid <= 0)
        return;
    if (!cgroups_signal(&app->cgroups, number, -1) && kill(-app->pid, number) < 0)
        (void)kill(app->pid, number);
}

/* Begins to end the pod: everybody is asked, and killed when his time is over. */
static void stop(struct inner *inner, int status) {
    if (pod.stopping)
        return;
    pod.stopping = true;
    pod.status = status;
    pod.kill_at = now_millis() + inner->plan->stop_timeout;
    (void)send(inner->outer, "S", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    for (uint32_t i = 0; i < inner->plan->app_count; i++)
        if (inner->plan->app[i].state != APP_POST_STOP)
            signal_app(&inner->plan->app[i], SIGTERM);
}

static bool is_mutable(const struct inner *inner) {
    return (inner->plan->flags & POD_MUTABLE) != 0;
}

static void announce_ready(struct inner *inner) {
    if (pod.ready || pod.stopping)
        return;
    for (uint32_t i = 0; i < inner->plan->app_count; i++)
        if (!inner->plan->app[i].ready)
            return;
    pod.ready = true;
    if (symlinkat("ready", pod.ready_dir, pod.ready_name) < 0 && errno != EEXIST)
        warn(errno, "make the link that says", "ready");
    (void)send(inner->outer, "R", 1, MSG_NOSIGNAL);
}

static void advance(struct inner *inner, struct app *app);
static void app_ended(struct inner *inner, struct app *app, int status);

/* Starts a process of an app; one that cannot be made ends like one that failed in its set-up. */
static void start_process(struct inner *inner, struct app *app, const struct strings *command,
                          enum entry entry) {
    int error = spawn(inner, app, command, entry);

    if (error == 0)
        return;
    warn(error, "start", app->name);
    if (app->state != APP_POST_STOP)
        app_ended(inner, app, EXIT_START << 8);
    advance(inner, app);
}

/* What comes next for an app that has no process. */
static void advance(struct inner *inner, struct app *app) {
    bool stopping = pod.stopping || app->stopping;

    if (app->state == APP_IDLE) {
        app->state = APP_PRE_START;
        app->step = 0;
    }
    if (app->state == APP_PRE_START) {
        if (app->step < app->pre_start.count && !stopping) {
            start_process(inner, app, &app->pre_start.item[app->step++], ENTRY_HANDLER);
            return;
        }
        if (!stopping) {
            app->state = APP_RUNNING;
            app->watched_until = 0;
            start_process(inner, app, &app->arguments, ENTRY_APP);
            return;
        }
        app->state = APP_POST_STOP;
        app->step = 0;
    }
    if (app->state == APP_POST_STOP && app->step < app->post_stop.count && app->mntns >= 0) {
        start_process(inner, app, &app->post_stop.item[app->step++], ENTRY_HANDLER);
        return;
    }
    app->state = APP_DONE;
    app->kill_at = 0;
    output_end(app);
    control_tell(app, CONTROL_ATTACH, 0);
    if (is_mutable(inner)) {
        control_tell(app, CONTROL_START, app->status == 0 ? EXIT_START : app->status);
        control_tell(app, CONTROL_STOP, 0);
    }
}

/* In a machine the records are the host's. */
static void tell_start(const struct inner *inner, const struct app *app) {
    uint32_t message[2] = {'B', (uint32_t)(app - inner->plan->app)};

    if ((inner->plan->flags & POD_GUEST) != 0)
        (void)send(inner->outer, message, sizeof(message), MSG_NOSIGNAL);
    else
        record_start(app);
}

/* Starts an app of a mutable pod; control_tell is called once it runs, or has failed to. */
int app_start(struct inner *inner, struct app *app) {
    if (pod.stopping)
        return -ESHUTDOWN;
    if (app->state == APP_PRE_START || app->state == APP_RUNNING) {
        if (app->ready)
            control_tell(app, CONTROL_START, 0);
        return 0;
    }
    if (app->state != APP_DONE)
        return -EBUSY;
    if (app->leftovers_until != 0) /* of the run before, and not to be taken for this one's */
        (void)cgroups_signal(&app->cgroups, SIGKILL, -1);
    app->leftovers_until = 0;
    tell_start(inner, app);
    app->ready = app->stopping = false;
    app->status = 0;
    app->state = APP_IDLE;
    advance(inner, app);
    return 0;
}

/* Asks an app of a mutable pod to end; control_tell is called once it has. */
int app_stop(struct inner *inner, struct app *app) {
    if (app->state == APP_ADDED || app->state == APP_LEAVING)
        return -EBUSY;
    if (app->state == APP_DONE) {
        control_tell(app, CONTROL_STOP, 0);
        return 0;
    }
    if (app->stopping)
        return 0;
    app->stopping = true;
    app->kill_at = now_millis() + inner->plan->stop_timeout;
    if (app->state != APP_POST_STOP)
        signal_app(app, SIGTERM);
    return 0;
}

static void is_ready(struct inner *inner, struct app *app) {
    app->ready = true;
    announce_ready(inner);
    if (is_mutable(inner))
        control_tell(app, CONTROL_START, 0);
}

/* Asks what an ended app has left running to end as well, and sees to it later. */
static void stop_leftovers(struct inner *inner, struct app *app) {
    if (cgroups_signal(&app->cgroups, SIGTERM, -1))
        app->leftovers_until = now_millis() + inner->plan->stop_timeout;
}

static void tell_status(const struct inner *inner, const struct app *app, int status) {
    uint32_t message[3] = {'X', (uint32_t)(app - inner->plan->app), (uint32_t)status};

    (void)send(inner->outer, message, sizeof(message), MSG_NOSIGNAL);
}

static void app_ended(struct inner *inner, struct app *app, int status) {
    bool signaled = WIFSIGNALED(status);

    app->status = signaled ? WTERMSIG(status) : WEXITSTATUS(status);
    if ((inner->plan->flags & POD_GUEST) != 0)
        tell_status(inner, app, status);
    else
        record_status(app, status, signaled && WCOREDUMP(status));
    stop_leftovers(inner, app);
    app->ready = true;
    app->state = APP_POST_STOP;
    app->step = 0;
    if (app->status != 0 && !is_mutable(inner))
        stop(inner, app->status);
    else
        announce_ready(inner);
}

/*
 * Takes what a process being set up has sent: its mount name space, that it failed, or, by the end
 * of the socket, that it has become the program.
 */
static void start_event(struct inner *inner, struct app *app) {
    unsigned count = 1;
    char what;
    int fd = -1;
    ssize_t n;

    if (app->state == APP_ADDED) {
        mutable_take(app);
        return;
    }
    n = receive_with_fds(app->start, &what, 1, &fd, &count);

    if (n == 1 && what == 'N' && count == 1) {
        if (app->mntns >= 0)
            (void)close(app->mntns);
        app->mntns = fd;
        if (app->root >= 0)
            (void)close(app->root);
        app->root = -1;
        return;
    }
    (void)close(app->start);
    app->start = -1;
    if (app->state != APP_RUNNING || n == 1)
        return; /* a handler, or a failure that its exit status will tell */
    if ((app->flags & APP_NOTIFIES) == 0)
        is_ready(inner, app);
}

/* Keeps what an app has said of itself until it is time to pass it on; the last word counts. */
static void keep_words(const char *words, size_t size) {
    pod.words[0] = 'N';
    pod.words_used = size < STATUS_WORDS ? size : STATUS_WORDS;
    memcpy(pod.words + 1, words, pod.words_used++);
    if (pod.tell_at == 0)
        pod.tell_at = pod.told_at + STATUS_MILLIS;
}

static void tell_words(const struct inner *inner, int64_t now) {
    if (pod.tell_at == 0 || now < pod.tell_at)
        return;
    (void)send(inner->outer, pod.words, pod.words_used, MSG_DONTWAIT | MSG_NOSIGNAL);
    pod.tell_at = 0;
    pod.told_at = now;
}

/* One line of what an app says on its notification socket. */
static void notify_line(struct inner *inner, struct app *app, const char *line, size_t size) {
    if (size == 7 && memcmp(line, "READY=1", size) == 0)
        is_ready(inner, app);
    else if (size == 10 && memcmp(line, "WATCHDOG=1", size) == 0)
        app->watched_until = now_millis() + watchdog_of_app(app);
    else if (size >= 7 && memcmp(line, "STATUS=", 7) == 0)
        keep_words(line + 7, size - 7);
}

static void notify_event(struct inner *inner, struct app *app) {
    char bytes[1024];
    ssize_t n = recv(app->notify, bytes, sizeof(bytes), MSG_DONTWAIT);
    ssize_t begin = 0;

    for (ssize_t i = 0; i <= n; i++)
        if (i == n || bytes[i] == '\n') {
            notify_line(inner, app, bytes + begin, (size_t)(i - begin));
            begin = i + 1;
        }
}

/* Whether every app that has begun to say that it is alive still does. */
static bool all_alive(const struct inner *inner) {
    int64_t now = now_millis();

    for (uint32_t i = 0; i < inner->plan->app_count; i++) {
        const struct app *app = &inner->plan->app[i];

        if (app->state == APP_RUNNING && app->watched_until != 0 && now > app->watched_until)
            return false;
    }
    return true;
}

static void child_ended(struct inner *inner, pid_t pid, int status) {
    for (uint32_t i = 0; i < inner->plan->app_count; i++) {
        struct app *app = &inner->plan->app[i];

        if (app->pid != pid)
            continue;
        while (app->start >= 0)
            start_event(inner, app);
        app->pid = -1;
        if (app->state == APP_ADDED || app->state == APP_LEAVING) {
            mutable_ended(inner, app, status);
            return;
        }
        if (app->state == APP_RUNNING) {
            app_ended(inner, app, status);
        } else if (app->state == APP_PRE_START && status != 0) {
            app_ended(inner, app, status);
        } else if (app->state == APP_POST_STOP && status != 0) {
            warn_plain("a post-stop handler failed, of", app->name);
        }
        advance(inner, app);
        return;
    }
    (void)control_reaped(pid, status);
}

/* Reaps some of those who have ended, for an app can make orphans faster than all get reaped. */
static void reap(struct inner *inner) {
    int status;
    pid_t pid;

    pod.reaping = true;
    for (int i = 0; i < REAPED_AT_ONCE; i++) {
        pid = waitpid(-1, &status, WNOHANG);
        if (pid <= 0) {
            pod.reaping = false;
            return;
        }
        child_ended(inner, pid, status);
    }
}

/* Takes what signals there are, once: one who sends them without end must not keep us here. */
static void signal_event(struct inner *inner) {
    struct signalfd_siginfo infos[8];
    ssize_t n = read(inner->signals, infos, sizeof(infos));

    for (ssize_t i = 0; i < n / (ssize_t)sizeof(infos[0]); i++) {
        int number = (int)infos[i].ssi_signo;

        if (number == SIGTERM || number == SIGINT || number == SIGQUIT || number == SIGHUP ||
            number == SIGPWR)
            stop(inner, 0);
    }
    pod.reaping = true;
}

static void outer_event(struct inner *inner) {
    char what;
    ssize_t n = recv(inner->outer, &what, 1, MSG_DONTWAIT);

    if (n == 1 && what == 'S')
        stop(inner, 0);
    else if (n == 1 && what == 'W' && all_alive(inner))
        (void)send(inner->outer, "W", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    else if (n == 0)
        _exit(EXIT_START); /* the kernel is about to kill us anyway */
}

/* What has been written to /dev/console goes out as it is. */
static void console_event(struct inner *inner) {
    char bytes[1024];
    ssize_t n = read(inner->mounts.console_master, bytes, sizeof(bytes));

    if (n > 0)
        output_console(bytes, (size_t)n);
}

static void sooner(int64_t *at, int64_t other) {
    if (other != 0 && (*at == 0 || other < *at))
        *at = other;
}

static int timeout(const struct inner *inner) {
    int64_t at = output_deadline();
    int64_t left;

    sooner(&at, attach_deadline());

    if (pod.reaping)
        return 0;
    sooner(&at, pod.kill_at);
    sooner(&at, pod.tell_at);
    for (uint32_t i = 0; i < inner->plan->app_count; i++)
        sooner(&at, inner->plan->app[i].leftovers_until);
    for (uint32_t i = 0; i < inner->plan->app_count && is_mutable(inner); i++)
        sooner(&at, inner->plan->app[i].kill_at);
    for (uint32_t i = 0; i < inner->plan->app_count; i++)
        for (int k = 0; k < 2; k++)
            if (inner->plan->app[i].stream[k].held && !output_paused())
                return 0;
    if (at == 0)
        return -1;
    left = at - now_millis();
    return left < 0 ? 0 : left > 3600000 ? 3600000 : (int)left;
}

static void deadlines(struct inner *inner) {
    int64_t now = now_millis();

    tell_words(inner, now);
    if (pod.kill_at != 0 && now >= pod.kill_at) {
        (void)kill(-1, SIGKILL);
        pod.kill_at = now + inner->plan->stop_timeout + 1;
    }
    for (uint32_t i = 0; i < inner->plan->app_count; i++) {
        struct app *app = &inner->plan->app[i];

        if (app->kill_at != 0 && now >= app->kill_at) {
            signal_app(app, SIGKILL);
            app->kill_at = 0;
        }
        if (app->leftovers_until == 0 || now < app->leftovers_until)
            continue;
        (void)cgroups_signal(&app->cgroups, SIGKILL, app->pid);
        app->leftovers_until = 0;
    }
}

/* What one round of the loop waits for; the order is that of handle_events. */
static unsigned gather(struct inner *inner, struct pollfd *fds) {
    unsigned n = 0;
    bool listen = !output_paused();

    fds[n++] = (struct pollfd){inner->signals, POLLIN, 0};
    fds[n++] = (struct pollfd){inner->outer, POLLIN, 0};
    fds[n++] = (struct pollfd){output_pending() ? output_fd() : -1, POLLOUT, 0};
    fds[n++] = (struct pollfd){listen ? inner->mounts.console_master : -1, POLLIN, 0};
    for (uint32_t i = 0; i < inner->plan->app_count; i++) {
        const struct app *app = &inner->plan->app[i];

        fds[n++] = (struct pollfd){app->start, POLLIN, 0};
        fds[n++] = (struct pollfd){app->notify, POLLIN, 0};
        for (int k = 0; k < 2; k++) {
            const struct stream *stream = &app->stream[k];
            bool wait = listen && !attach_holds(app, stream);

            fds[n++] = (struct pollfd){wait ? stream->fd : -1, POLLIN, 0};
        }
    }
    return n + control_poll(inner, fds + n);
}

static void handle_app(struct inner *inner, struct app *app, const struct pollfd *fds) {
    if (fds[0].revents != 0 && app->start == fds[0].fd)
        start_event(inner, app);
    if (fds[1].revents != 0)
        notify_event(inner, app);
    for (int i = 0; i < 2; i++)
        if (fds[2 + i].revents != 0 || app->stream[i].held)
            output_read(app, &app->stream[i], fds[2 + i].revents != 0 && !output_paused());
}

static void handle_events(struct inner *inner, const struct pollfd *fds) {
    uint32_t apps = inner->plan->app_count;

    output_tick();
    for (uint32_t i = 0; i < apps; i++)
        handle_app(inner, &inner->plan->app[i], fds + 4 + 4 * i);
    if (fds[3].revents != 0 && fds[3].fd >= 0)
        console_event(inner);
    if (fds[1].revents != 0)
        outer_event(inner);
    if (fds[0].revents != 0)
        signal_event(inner);
    if (pod.reaping)
        reap(inner);
    control_handle(inner, fds + 4 + 4 * apps);
    output_tick();
}

static bool all_done(const struct inner *inner) {
    if (is_mutable(inner) && !pod.stopping)
        return false;
    for (uint32_t i = 0; i < inner->plan->app_count; i++)
        if (inner->plan->app[i].state != APP_DONE && inner->plan->app[i].state != APP_ABSENT)
            return false;
    return true;
}

/* Nobody is left in the pod once this returns, and everything written has been passed on. */
static void finish(struct inner *inner) {
    int status;
    pid_t pid;

    (void)kill(-1, SIGKILL);
    while ((pid = waitpid(-1, &status, 0)) > 0 || errno == EINTR)
        if (pid > 0)
            (void)control_reaped(pid, status);
    output_finish(inner->plan);
    if (pod.ready)
        (void)unlinkat(pod.ready_dir, pod.ready_name, 0);
}

/* Opens the directory of the link that says ready, while the host can still be seen. */
void supervise_open(const struct plan *plan) {
    int error = path_split(plan->ready_link, &pod.ready_dir, &pod.ready_name);

    if (error < 0)
        die(error, "open the directory of", plan->ready_link);
    (void)unlinkat(pod.ready_dir, pod.ready_name, 0);
}

/* Runs the pod to its end; exits with its status. */
_Noreturn void supervise(struct inner *inner) {
    struct pollfd *fds = inner->plan->poll;

    descriptors_allow();
    for (uint32_t i = 0; i < inner->plan->app_count; i++)
        advance(inner, &inner->plan->app[i]);
    if (inner->plan->app_count == 0)
        announce_ready(inner);
    forget_stack();
    while (!all_done(inner)) {
        unsigned count = gather(inner, fds);

        if (poll(fds, count, timeout(inner)) < 0 && errno != EINTR)
            die(errno, "wait for events", NULL);
        handle_events(inner, fds);
        deadlines(inner);
    }
    finish(inner);
    _exit(pod.status);
}
