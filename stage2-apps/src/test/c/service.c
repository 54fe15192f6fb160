/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests: an app that speaks to systemd, a word after the other.
 *     say:TEXT     sends TEXT to the notification socket, each | as the end of a line
 *     await:FILE   goes on once there is such a file
 *     serve:N      answers N connections to the socket that it was activated by
 *     beat:FILE    says that it is alive, often, until there is such a file
 *     rest         does nothing for ever
 *     hear:PATH    listens in place of systemd, and prints what it is told, a line each
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void say(const char *text) {
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    const char *name = getenv("NOTIFY_SOCKET");
    char bytes[512];
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

    if (name == NULL || fd < 0)
        exit(3);
    (void)snprintf(to.sun_path, sizeof(to.sun_path), "%s", name);
    (void)snprintf(bytes, sizeof(bytes), "%s", text);
    for (char *at = bytes; *at != 0; at++)
        if (*at == '|')
            *at = '\n';
    if (sendto(fd, bytes, strlen(bytes), 0, (struct sockaddr *)&to, sizeof(to)) < 0)
        exit(4);
    (void)close(fd);
}

static void serve(long count) {
    const char *pid = getenv("LISTEN_PID");
    char answer[256];

    for (; count > 0; count--) {
        int fd = accept(3, NULL, NULL);

        if (fd < 0 || pid == NULL)
            exit(5);
        (void)snprintf(answer, sizeof(answer), "fds=%s names=%s for=%s\n", getenv("LISTEN_FDS"),
                       getenv("LISTEN_FDNAMES"), atol(pid) == getpid() ? "me" : pid);
        if (write(fd, answer, strlen(answer)) < 0)
            exit(6);
        (void)close(fd);
    }
}

static void hear(const char *path) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    char bytes[513];
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

    (void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
        exit(7);
    for (;;) {
        ssize_t n = recv(fd, bytes, sizeof(bytes) - 1, 0);

        if (n < 0)
            exit(8);
        bytes[n] = '\n';
        if (write(STDOUT_FILENO, bytes, (size_t)n + 1) < 0)
            exit(9);
    }
}

static void until(const char *file, const char *word) {
    while (access(file, F_OK) != 0) {
        if (word != NULL)
            say(word);
        (void)usleep(50000);
    }
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "say:", 4) == 0)
            say(argv[i] + 4);
        else if (strncmp(argv[i], "await:", 6) == 0)
            until(argv[i] + 6, NULL);
        else if (strncmp(argv[i], "serve:", 6) == 0)
            serve(atol(argv[i] + 6));
        else if (strncmp(argv[i], "beat:", 5) == 0)
            until(argv[i] + 5, "WATCHDOG=1");
        else if (strncmp(argv[i], "hear:", 5) == 0)
            hear(argv[i] + 5);
        else
            while (1)
                (void)pause();
    }
    return 0;
}
