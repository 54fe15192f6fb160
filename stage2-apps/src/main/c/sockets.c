/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets that an app is activated by: opened by systemd for `rkt run`, or where nobody has, made
 * here in the pod's network. The app finds them as systemd passes them on (sd_listen_fds(3)).
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "podinit.h"

#define BACKLOG 4096
#define FIRST_PASSED 3

/* In the outer process: what we have got from systemd shall not get anywhere by accident. */
void sockets_keep(struct plan *plan) {
    for (uint32_t i = 0; i < plan->app_count; i++)
        for (uint32_t k = 0; k < plan->app[i].socket_count; k++) {
            int fd = plan->app[i].socket[k].fd;

            if (fd >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
                die(errno, "keep a socket of", plan->app[i].name);
        }
}

/* Closes all of an app's. */
void sockets_close(struct app *app) {
    for (uint32_t i = 0; i < app->socket_count; i++) {
        if (app->socket[i].fd >= 0)
            (void)close(app->socket[i].fd);
        app->socket[i].fd = -1;
    }
}

/* A socket for a port of every address of an address family. */
static int make_socket(const struct app_socket *wanted, sa_family_t family) {
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(wanted->port)};
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(wanted->port)};
    bool is_six = family == AF_INET6;
    int on = 1;
    int off = 0;
    int fd = socket(family, (wanted->datagrams ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
    int error;

    if (fd < 0)
        return -errno;
    if ((is_six && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) < 0) ||
        (!wanted->datagrams && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0) ||
        bind(fd, is_six ? (struct sockaddr *)&six : (struct sockaddr *)&four,
             is_six ? sizeof(six) : sizeof(four)) < 0 ||
        (!wanted->datagrams && listen(fd, BACKLOG) < 0)) {
        error = -errno;
        (void)close(fd);
        return error;
    }
    return fd;
}

/* In process 1, in the pod's network: makes what an app has not been given. */
int sockets_open(struct app *app) {
    for (uint32_t i = 0; i < app->socket_count; i++) {
        struct app_socket *wanted = &app->socket[i];

        if (wanted->fd >= 0)
            continue;
        wanted->fd = make_socket(wanted, AF_INET6);
        if (wanted->fd == -EAFNOSUPPORT || wanted->fd == -EADDRNOTAVAIL)
            wanted->fd = make_socket(wanted, AF_INET);
        if (wanted->fd < 0) {
            int error = wanted->fd;

            wanted->fd = -1;
            return error;
        }
    }
    return 0;
}

/* In the process that becomes the app: puts its sockets at the numbers where it looks for them. */
int sockets_place(const struct app *app, int *keep) {
    int first_free = FIRST_PASSED + (int)app->socket_count;
    int moved[SOCKET_LIMIT];

    if (*keep >= 0 && *keep < first_free) {
        *keep = fcntl(*keep, F_DUPFD_CLOEXEC, first_free);
        if (*keep < 0)
            return -errno;
    }
    for (uint32_t i = 0; i < app->socket_count; i++) {
        moved[i] = fcntl(app->socket[i].fd, F_DUPFD_CLOEXEC, first_free);
        if (moved[i] < 0)
            return -errno;
    }
    for (uint32_t i = 0; i < app->socket_count; i++)
        if (dup2(moved[i], FIRST_PASSED + (int)i) < 0)
            return -errno;
    return first_free;
}

/* The environment of an app with what it needs to find its sockets; our process id is the app's. */
char **sockets_environment(const struct app *app, char **environment) {
    TEXT(number, 32);
    char *text = reserve(2 * sizeof(number_space));
    char **with = reserve((app->environment.count + 4) * sizeof(char *));
    uint32_t used = 0;

    for (; used < app->environment.count; used++)
        with[used] = environment[used];
    number.at = text;
    text_add(&number, "LISTEN_FDS=");
    text_number(&number, app->socket_count, 0, 0);
    text_bytes(&number, "", 1);
    with[used++] = number.at;
    number = (struct text){text + sizeof(number_space), sizeof(number_space), 0};
    text_add(&number, "LISTEN_PID=");
    text_number(&number, (uint64_t)getpid(), 0, 0);
    text_bytes(&number, "", 1);
    with[used++] = number.at;
    with[used++] = (char *)(uintptr_t)app->socket_names;
    with[used] = NULL;
    return with;
}
