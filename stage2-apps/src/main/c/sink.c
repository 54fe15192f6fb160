/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One of our standard streams as a place to write to that may stall, such as a terminal that has
 * been stopped: what it does not take is held, and nothing waits for it that has other work.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "podinit.h"

/* The stream's own mode is everybody's who has it; a terminal or pipe is opened anew for ours. */
void sink_open(struct sink *sink, int stream) {
    char name[FD_PATH];
    struct stat status;
    int own = -1;

    if (fstat(stream, &status) == 0 && (S_ISCHR(status.st_mode) || S_ISFIFO(status.st_mode)))
        own = open(path_of_fd(stream, name), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    sink->fd = own < 0 ? stream : own;
    sink->used = sink->done = 0;
}

/* Whether something is held. */
bool sink_holds(const struct sink *sink) {
    return sink->done < sink->used;
}

/* Writes what can be written of what is held; false if nobody will ever take it. */
bool sink_flush(struct sink *sink) {
    while (sink_holds(sink)) {
        ssize_t n = write(sink->fd, sink->held + sink->done, sink->used - sink->done);

        if (n > 0) {
            sink->done += (size_t)n;
        } else if (n < 0 && errno == EAGAIN) {
            return true;
        } else if (n == 0 || errno != EINTR) {
            sink->used = sink->done = 0;
            return false;
        }
    }
    return true;
}

/* Copies what source has to the sink, which holds nothing; false once there will be no more. */
bool sink_copy(struct sink *sink, int source) {
    ssize_t n = read(source, sink->held, sizeof(sink->held));

    sink->done = 0;
    sink->used = n > 0 ? (size_t)n : 0;
    if (n < 0)
        return errno == EINTR || errno == EAGAIN;
    return sink_flush(sink) && n > 0;
}

/* Copies all that source still has; a sink that takes nothing for a while is given up. */
void sink_drain(struct sink *sink, int source) {
    for (;;) {
        struct pollfd out = {sink->fd, POLLOUT, 0};
        struct pollfd in = {source, POLLIN, 0};

        if (sink_holds(sink)) {
            if (poll(&out, 1, SINK_PATIENCE_MILLIS) <= 0)
                sink->fd = -1;
            if (!sink_flush(sink))
                return;
        } else if (poll(&in, 1, 0) <= 0 || !sink_copy(sink, source)) {
            return;
        }
    }
}
