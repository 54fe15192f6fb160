/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our standard streams joined to a process in a pod. Pipes and sockets are handed over as they are.
 * Anything else is copied through a pipe: whoever holds a descriptor of a file, a device or a
 * terminal of the host can change its mode, open it anew with more rights through /proc/self/fd,
 * or listen to what is typed later on.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "podinit.h"

static void close_end(int *end) {
    if (*end >= 0)
        (void)close(*end);
    *end = -1;
}

/*
 * Decides for each stream what is handed over, and what is copied; copies: everything is, for what
 * is the host's root's could not be opened by name in the pod.
 */
int streams_open(struct streams *streams, bool copies) {
    for (int i = 0; i < 3; i++) {
        struct stat status;
        int ends[2];

        streams->theirs[i] = i;
        streams->ours[i] = -1;
        if (fcntl(i, F_GETFD) < 0 && open("/dev/null", O_RDWR | O_CLOEXEC) != i)
            return -EBADF;
        if (fstat(i, &status) < 0)
            return -errno;
        if (!copies && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)))
            continue;
        if (pipe2(ends, O_CLOEXEC) < 0)
            return -errno;
        streams->theirs[i] = i == 0 ? ends[0] : ends[1];
        streams->ours[i] = i == 0 ? ends[1] : ends[0];
        if (fcntl(streams->ours[i], F_SETFL, O_NONBLOCK) < 0)
            return -errno;
        if (i > 0)
            sink_open(&streams->out[i - 1], i);
    }
    return 0;
}

/* Those that are pipes of ours shall be another user's, so that he can open them by name. */
void streams_give(const struct streams *streams, uid_t uid) {
    for (int i = 0; i < 3; i++)
        if (uid != 0 && streams->theirs[i] != i && fchown(streams->theirs[i], uid, (gid_t)-1) < 0)
            die(errno, "give the standard streams to the pod", NULL);
}

/* Closes the ends that are for the process in the pod, once it has them. */
void streams_close_theirs(struct streams *streams) {
    for (int i = 0; i < 3; i++)
        if (streams->theirs[i] != i)
            close_end(&streams->theirs[i]);
}

/* Closes our ends, in a process that does not copy. */
void streams_close_ours(struct streams *streams) {
    for (int i = 0; i < 3; i++)
        close_end(&streams->ours[i]);
}

/* Fills in what copying waits for: STREAM_POLLS entries. */
unsigned streams_poll(const struct streams *streams, struct pollfd *fds) {
    bool sending = streams->done < streams->used;

    fds[0] = sending ? (struct pollfd){streams->ours[0], POLLOUT, 0}
                     : (struct pollfd){streams->ours[0] < 0 ? -1 : STDIN_FILENO, POLLIN, 0};
    for (int i = 1; i < 3; i++) {
        const struct sink *out = &streams->out[i - 1];

        fds[i] = sink_holds(out) ? (struct pollfd){out->fd, POLLOUT, 0}
                                 : (struct pollfd){streams->ours[i], POLLIN, 0};
    }
    return STREAM_POLLS;
}

static void copy_in(struct streams *streams) {
    ssize_t n;

    if (streams->done == streams->used) {
        n = read(STDIN_FILENO, streams->pending, sizeof(streams->pending));
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            return;
        if (n <= 0) {
            close_end(&streams->ours[0]);
            return;
        }
        streams->used = (size_t)n;
        streams->done = 0;
    }
    n = write(streams->ours[0], streams->pending + streams->done, streams->used - streams->done);
    if (n > 0) {
        streams->done += (size_t)n;
    } else if (n < 0 && errno != EINTR && errno != EAGAIN) {
        streams->used = streams->done = 0;
        close_end(&streams->ours[0]);
    }
}

/* Copies once what there is; that nobody listens any more, the writer shall notice. */
static void copy_out(struct streams *streams, int i) {
    struct sink *out = &streams->out[i - 1];

    if (sink_holds(out) ? !sink_flush(out) : !sink_copy(out, streams->ours[i]))
        close_end(&streams->ours[i]);
}

/* Copies what can be copied. */
void streams_handle(struct streams *streams, const struct pollfd *fds) {
    if (fds[0].fd >= 0 && fds[0].revents != 0)
        copy_in(streams);
    for (int i = 1; i < 3; i++)
        if (fds[i].fd >= 0 && fds[i].revents != 0)
            copy_out(streams, i);
}

/* Passes on what has been written by those who have ended. */
void streams_drain(struct streams *streams) {
    for (int i = 1; i < 3; i++)
        if (streams->ours[i] >= 0)
            sink_drain(&streams->out[i - 1], streams->ours[i]);
}
