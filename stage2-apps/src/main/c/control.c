/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Visits from outside: the socket `control` in the pod's directory, for root only. One message, one
 * packet; numbers and texts are encoded as in the plan.
 *
 *   request  ENTER, flags, text app, text TERM (may be empty), count, text... (the command);
 *            with it the three standard streams, unless the flags ask for a terminal
 *   request  SIGNAL, number: for the process that this connection has started
 *   request  ADD, text app, its place or all bits set, count, a number for each of so many control
 *            groups: whether a file "tasks" comes with it; count, the number of an operation for each of so many mounts;
 *            with it the plan, for each control group "cgroup.procs" and perhaps "tasks", and, if
 *            there are mounts (the pod has users of its own), these, the directories of the app's
 *            status and log file, that log file and perhaps a kubelet's; all opened by the caller,
 *            who stands outside
 *   request  START, STOP, REMOVE, text app; as ADD for mutable pods only, answered by TEXT in case
 *            and EXITED 0 once it is done, or EXITED with the status of an app that failed to start
 *   request  SHARES, to the supervisor of a machine: answered by STARTED and the mount name space of
 *            its server of shares. To him ADD comes with the plan and the guest's set-up, and no more
 *   request  RESIZE, rows, columns: of its terminal; for pods in machines (elsewhere the caller
 *            has told the terminal itself)
 *   request  ATTACH, text app, endpoints (1, 2, 4: standard input, output, error), rows, columns: the
 *            connection then carries INPUT (the rest of the packet is for the app) and RESIZE, and
 *            the other way OUTPUT (1 or 2, and bytes of that stream), SKIPPED (how many bytes were
 *            left out for one who is slow), EXITED 0 when the app has ended
 *   reply    STARTED 0 (with it the master, if a terminal was asked for), EXITED status,
 *            KILLED signal, ERROR errno
 *
 * The process ends with the connection: it is hung up when its client goes away.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "podinit.h"

#define MAX_WORDS 2048

struct visit {
    int fd; /* -1: free */
    pid_t pid;
    const struct app *app; /* of the app that something was asked for, or null */
    enum control_request asked;
};

static struct visit visits[CONTROL_VISITS];
static char *message;      /* CONTROL_MESSAGE; null until control_poll has been called */
static char **words;       /* MAX_WORDS + 1 */
static char **environment; /* MAX_WORDS + 1 */
static char term[256];

static void initialize(void) {
    message = reserve(CONTROL_MESSAGE);
    words = reserve((MAX_WORDS + 1) * sizeof(char *));
    environment = reserve((MAX_WORDS + 1) * sizeof(char *));
    for (int i = 0; i < CONTROL_VISITS; i++)
        visits[i].fd = -1;
}

/* The listening socket, made in the pod's directory. */
int control_socket(const char *pod_dir) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct text path = {address.sun_path, sizeof(address.sun_path), 0};
    char name[FD_PATH];
    mode_t old = umask(0177);
    int dir = open(pod_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (dir < 0 || fd < 0)
        die(errno, "make the control socket in", pod_dir);
    (void)unlinkat(dir, "control", 0);
    text_add(&path, path_of_fd(dir, name));
    text_bytes(&path, "/control", sizeof("/control"));
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 16) < 0)
        die(errno, "make the control socket in", pod_dir);
    (void)umask(old);
    (void)close(dir);
    return fd;
}

/* Sends one packet with up to CONTROL_FDS descriptors. */
int send_with_fds(int socket, const void *bytes, size_t size, const int *fds, unsigned count) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(CONTROL_FDS * sizeof(int))];
    } control;
    struct iovec iov = {(void *)(uintptr_t)bytes, size};
    struct msghdr out = {.msg_iov = &iov, .msg_iovlen = 1};

    if (count > 0) {
        memset(&control, 0, sizeof(control));
        out.msg_control = &control;
        out.msg_controllen = (socklen_t)CMSG_SPACE(count * sizeof(int));
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = (socklen_t)CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
    }
    return sendmsg(socket, &out, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* Takes the descriptors out of a packet; the kernel puts them all into one header. */
static void take_fds(struct msghdr *in, int *fds, unsigned room, unsigned *ret_count) {
    struct cmsghdr *header = CMSG_FIRSTHDR(in);

    *ret_count = 0;
    if (header == NULL || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
        return;
    for (size_t i = 0; i < (header->cmsg_len - CMSG_LEN(0)) / sizeof(int); i++) {
        int fd;

        memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
        if (*ret_count < room)
            fds[(*ret_count)++] = fd;
        else
            (void)close(fd);
    }
}

/* Receives one packet; count is the room for descriptors, then how many came. 0: the end. */
ssize_t receive_with_fds(int socket, void *bytes, size_t size, int *fds, unsigned *count) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(CONTROL_FDS * sizeof(int))];
    } control;
    struct iovec iov = {bytes, size};
    struct msghdr in = {.msg_iov = &iov,
                        .msg_iovlen = 1,
                        .msg_control = &control,
                        .msg_controllen = sizeof(control)};
    unsigned room = *count;
    ssize_t n;

    *count = 0;
    do
        n = recvmsg(socket, &in, MSG_CMSG_CLOEXEC);
    while (n < 0 && (errno == EINTR || errno == ECONNRESET)); /* told once; a last word may wait */
    if (n < 0)
        return -errno;
    take_fds(&in, fds, room, count);
    if ((in.msg_flags & MSG_TRUNC) != 0)
        return -EMSGSIZE;
    return n;
}

static void reply(const struct visit *visit, uint32_t kind, uint32_t value, int fd) {
    unsigned char bytes[8] = {(unsigned char)kind};

    for (int i = 0; i < 4; i++)
        bytes[4 + i] = (unsigned char)(value >> (8 * i));
    (void)send_with_fds(visit->fd, bytes, sizeof(bytes), &fd, fd >= 0 ? 1 : 0);
}

static void end_visit(struct visit *visit) {
    attach_end((unsigned)(visit - visits));
    (void)close(visit->fd);
    *visit = (struct visit){.fd = -1};
}

static struct app *find_app(const struct inner *inner, const char *name) {
    for (uint32_t i = 0; i < inner->plan->app_count; i++)
        if (inner->plan->app[i].state != APP_ABSENT && strcmp(inner->plan->app[i].name, name) == 0)
            return &inner->plan->app[i];
    return NULL;
}

/* The app's environment with the visitor's TERM. */
static bool make_environment(const struct app *app, const char *value) {
    uint32_t used = 0;
    struct text text = {term, sizeof(term), 0};

    if (app->environment.count >= MAX_WORDS)
        return false;
    for (uint32_t i = 0; i < app->environment.count; i++)
        if (strncmp(app->environment.item[i], "TERM=", 5) != 0)
            environment[used++] = app->environment.item[i];
    text_add(&text, "TERM=");
    text_add(&text, *value == 0 ? "vt100" : value);
    text_bytes(&text, "", 1);
    term[sizeof(term) - 1] = 0;
    environment[used++] = term;
    environment[used] = NULL;
    return true;
}

/* Whether a visit of this kind stays until the visitor likes to go. */
static bool may_last(uint32_t request) {
    return request == CONTROL_ENTER || request == CONTROL_ATTACH;
}

/* Whether only the places are left that are kept for those who want apps started or stopped. */
static bool is_crowded(void) {
    int used = 0;

    for (int i = 0; i < CONTROL_VISITS; i++)
        used += visits[i].fd >= 0 ? 1 : 0;
    return used > CONTROL_VISITS - VISITS_KEPT;
}

/* Starts the process of a visit; its streams are fds, or a new terminal. */
static int start_visit(struct inner *inner, struct visit *visit, struct app *app, bool terminal,
                       const int *fds) {
    struct start start = {.app = app,
                          .entry = ENTRY_VISIT,
                          .argv = words,
                          .environment = environment,
                          .terminal = terminal,
                          .start = -1,
                          .proc = inner->mounts.proc,
                          .host = inner->mounts.host};
    int master = -1;
    int slave = -1;
    int error;

    if (terminal) {
        error = terminal_open(inner->mounts.pod_root, &master, &slave);
        if (error < 0)
            return error;
    }
    for (int i = 0; i < 3; i++)
        start.stdio[i] = terminal ? slave : fds[i];
    visit->pid = fork();
    if (visit->pid == 0)
        app_process(&start);
    error = visit->pid < 0 ? -errno : 0;
    if (error == 0)
        reply(visit, REPLY_STARTED, 0, master);
    if (terminal) {
        (void)close(master);
        (void)close(slave);
    }
    return error;
}

static int enter(struct inner *inner, struct visit *visit, struct reader *in, const int *fds,
                 unsigned fd_count) {
    bool terminal = (read_number(in) & ENTER_TERMINAL) != 0;
    struct app *app = find_app(inner, read_text(in));
    const char *value = read_text(in);
    uint32_t count = read_number(in);

    if (visit->pid != 0 || count == 0)
        return -EINVAL;
    if (count > MAX_WORDS)
        return -E2BIG;
    for (uint32_t i = 0; i < count; i++)
        words[i] = (char *)(uintptr_t)read_text(in);
    words[count] = NULL;
    if (in->bad || in->at != in->end || (!terminal && fd_count != 3))
        return -EBADMSG;
    if (app == NULL || app->mntns < 0)
        return -ESRCH;
    if (!make_environment(app, value))
        return -E2BIG;
    return start_visit(inner, visit, app, terminal, fds);
}

static int add(struct inner *inner, struct visit *visit, struct reader *in, const int *fds,
               unsigned fd_count) {
    struct addition addition = {.name = read_text(in), .visit = visit->fd, .plan = -1};
    unsigned used = 1;
    struct app *app;
    int error;

    addition.place = read_number(in);
    addition.group_count = read_number(in);
    if (in->bad || addition.group_count > CONTROL_FDS || fd_count < 1)
        return -EBADMSG;
    addition.plan = fds[0];
    for (uint32_t i = 0; i < addition.group_count; i++) {
        bool tasks = read_number(in) != 0;

        if (in->bad || used + 1 + (tasks ? 1 : 0) > fd_count)
            return -EBADMSG;
        addition.groups[2 * i] = fds[used++];
        addition.groups[2 * i + 1] = tasks ? fds[used++] : -1;
    }
    addition.mounts = read_number(in);
    if (addition.mounts > fd_count - used)
        return -EBADMSG;
    addition.records = fd_count - used - addition.mounts;
    for (uint32_t i = 0; i < addition.mounts; i++)
        addition.operation[i] = read_number(in);
    addition.opened = fds + used;
    if (in->bad || in->at != in->end)
        return -EBADMSG;
    error = mutable_add(inner, &addition, &app);
    if (error == 0)
        visit->app = app;
    return error;
}

static int ask(struct inner *inner, struct visit *visit, struct reader *in) {
    struct app *app = find_app(inner, read_text(in));
    int error = -ESRCH;

    if (in->bad || in->at != in->end)
        return -EBADMSG;
    visit->app = app; /* first, for it may be done at once */
    if (app != NULL)
        error = visit->asked == CONTROL_START  ? app_start(inner, app)
                : visit->asked == CONTROL_STOP ? app_stop(inner, app)
                                               : mutable_remove(inner, app);
    if (error < 0)
        visit->app = NULL;
    return error;
}

/* What somebody asks for the apps of a mutable pod; it has been done when control_tell is called. */
static int change(struct inner *inner, struct visit *visit, enum control_request request,
                  struct reader *in, const int *fds, unsigned fd_count) {
    if ((inner->plan->flags & POD_MUTABLE) == 0)
        return -EPERM;
    if (visit->pid != 0 || visit->app != NULL)
        return -EINVAL;
    visit->asked = request;
    return request == CONTROL_ADD ? add(inner, visit, in, fds, fd_count) : ask(inner, visit, in);
}

/* Joins a visitor to the streams of an app, or goes on with one who is. */
static int attach(const struct inner *inner, struct visit *visit, uint32_t request,
                  struct reader *in) {
    unsigned index = (unsigned)(visit - visits);
    struct app *app;
    uint32_t endpoints;
    uint32_t rows;
    int error;

    if (request == CONTROL_INPUT)
        return attach_input(index, in->at, (size_t)(in->end - in->at));
    if (request == CONTROL_RESIZE) {
        rows = read_number(in);
        return attach_resize(index, rows, read_number(in));
    }
    app = find_app(inner, read_text(in));
    endpoints = read_number(in);
    rows = read_number(in);
    if (in->bad || visit->pid != 0 || visit->app != NULL)
        return -EBADMSG;
    if (app == NULL || (app->state == APP_DONE && (inner->plan->flags & POD_MUTABLE) == 0))
        return -ESRCH;
    error = attach_begin(index, visit->fd, app, endpoints);
    if (error < 0)
        return error;
    visit->app = app;
    visit->asked = CONTROL_ATTACH;
    if (rows != 0)
        (void)attach_resize(index, rows, read_number(in));
    reply(visit, REPLY_STARTED, 0, -1);
    return 0;
}

static void receive(struct inner *inner, struct visit *visit) {
    struct reader in;
    int fds[CONTROL_FDS];
    unsigned count = CONTROL_FDS;
    ssize_t n = receive_with_fds(visit->fd, message, CONTROL_MESSAGE, fds, &count);
    int error = -ENOSYS;
    uint32_t request;

    if (n == 0 || (n < 0 && n != -EMSGSIZE)) {
        if (visit->pid > 0 && kill(-visit->pid, SIGHUP) < 0)
            (void)kill(visit->pid, SIGHUP);
        end_visit(visit);
        return;
    }
    in = (struct reader){(unsigned char *)message, (unsigned char *)message + n, n < 0};
    request = read_number(&in);
    if (n < 0)
        error = -E2BIG;
    else if (may_last(request) && is_crowded())
        error = -EUSERS;
    else if (request == CONTROL_ENTER)
        error = enter(inner, visit, &in, fds, count);
    else if (request == CONTROL_SIGNAL && visit->pid > 0)
        error = kill(visit->pid, (int)(read_number(&in) & 127)) < 0 ? -errno : 0;
    else if (request == CONTROL_RESIZE && visit->asked != CONTROL_ATTACH)
        error = 0; /* the terminal has been told already */
    else if (request == CONTROL_ATTACH || request == CONTROL_INPUT || request == CONTROL_RESIZE)
        error = attach(inner, visit, request, &in);
    else if (request >= CONTROL_ADD && request <= CONTROL_REMOVE)
        error = change(inner, visit, (enum control_request)request, &in, fds, count);
    for (unsigned i = 0; i < count; i++)
        (void)close(fds[i]);
    if (error < 0 && request != CONTROL_SIGNAL) {
        reply(visit, REPLY_ERROR, (uint32_t)-error, -1);
        if (visit->pid <= 0)
            end_visit(visit);
    }
}

/* Says that there are too many already, and closes the connection. */
static void turn_away(int fd) {
    const struct visit visit = {.fd = fd};

    reply(&visit, REPLY_ERROR, EUSERS, -1);
    (void)close(fd);
}

/* Visitors are the user who has made our socket, the host's root, by whatever id he is seen here. */
static void accept_visit(struct inner *inner) {
    struct stat owner = {0};
    struct ucred peer = {0, (uid_t)-1, (gid_t)-1};
    socklen_t size = sizeof(peer);
    int fd = accept4(inner->control, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0)
        return;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 ||
        fstat(inner->control, &owner) < 0 || peer.uid != owner.st_uid) {
        (void)close(fd);
        return;
    }
    for (int i = 0; i < CONTROL_VISITS; i++) {
        if (visits[i].fd < 0) {
            visits[i] = (struct visit){.fd = fd};
            return;
        }
    }
    turn_away(fd);
}

/* Fills in what visits wait for; the number of entries. */
unsigned control_poll(struct inner *inner, struct pollfd *fds) {
    if (message == NULL)
        initialize();
    fds[0] = (struct pollfd){inner->control, POLLIN, 0};
    for (int i = 0; i < CONTROL_VISITS; i++) {
        short events = attach_events((unsigned)i);

        fds[1 + i] = (struct pollfd){events == 0 ? -1 : visits[i].fd, events, 0};
    }
    for (int i = 0; i < CONTROL_VISITS; i++)
        fds[1 + CONTROL_VISITS + i] = (struct pollfd){attach_feed((unsigned)i), POLLOUT, 0};
    return 1 + 2 * CONTROL_VISITS;
}

/* Answers what has come in. */
void control_handle(struct inner *inner, const struct pollfd *fds) {
    for (unsigned i = 0; i < CONTROL_VISITS; i++) {
        const struct pollfd *visit = &fds[1 + i];

        attach_ready(i, visit->revents, fds[1 + CONTROL_VISITS + i].revents);
        if ((visit->revents & ~POLLOUT) != 0 && visits[i].fd == visit->fd)
            receive(inner, &visits[i]);
    }
    if (fds[0].revents != 0)
        accept_visit(inner);
}

/* Tells a visitor how his process has ended; false if it was nobody's. */
bool control_reaped(pid_t pid, int status) {
    for (int i = 0; i < CONTROL_VISITS; i++) {
        struct visit *visit = &visits[i];

        if (message == NULL || visit->fd < 0 || visit->pid != pid)
            continue;
        if (WIFSIGNALED(status))
            reply(visit, REPLY_KILLED, (uint32_t)WTERMSIG(status), -1);
        else
            reply(visit, REPLY_EXITED, (uint32_t)WEXITSTATUS(status), -1);
        end_visit(visit);
        return true;
    }
    return false;
}

/* Tells those who have asked for it that something was done for an app. */
void control_tell(const struct app *app, enum control_request done, int status) {
    for (int i = 0; i < CONTROL_VISITS; i++) {
        struct visit *visit = &visits[i];

        if (message == NULL || visit->fd < 0 || visit->app != app || visit->asked != done)
            continue;
        reply(visit, status < 0 ? REPLY_ERROR : REPLY_EXITED,
              (uint32_t)(status < 0 ? -status : status), -1);
        end_visit(visit);
    }
}
