/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What whoever started us is told, by systemd's protocol (sd_notify(3)): that the pod is ready or
 * ends, in words how it is, and for a unit with WatchdogSec= that it is alive.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "podinit.h"

#define LONGEST_USEC_TEXT 18

static struct {
    int64_t interval; /* milliseconds; 0: nobody watches us */
    int64_t next;
} watchdog;

/* Tells whoever started us what has become of the pod. */
void notify_manager(const char *state) {
    const char *name = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = name == NULL ? 0 : strlen(name);
    int fd;

    if (length < 2 || length >= sizeof(address.sun_path) || (name[0] != '/' && name[0] != '@'))
        return;
    memcpy(address.sun_path, name, length);
    if (name[0] == '@')
        address.sun_path[0] = 0;
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    if (sendto(fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&address,
               (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0)
        warn(errno, "tell", name);
    (void)close(fd);
}

/*
 * Passes an app's words on, which may be anything: one line of what any terminal takes. Who says
 * more than there is time for (process 1 sees to that; a hostile machine need not) is not heard.
 */
void notify_status(const char *words, size_t size) {
    static int64_t earliest;
    char line[STATUS_WORDS + 1];
    TEXT(message, STATUS_WORDS + 16);

    if (now_millis() < earliest)
        return;
    earliest = now_millis() + STATUS_MILLIS / 2;
    size = size < STATUS_WORDS ? size : STATUS_WORDS;
    for (size_t i = 0; i < size; i++)
        line[i] = words[i] >= ' ' && words[i] < 0x7f ? words[i] : '?';
    line[size] = 0;
    text_add(&message, "STATUS=");
    text_add(&message, line);
    text_bytes(&message, "", 1);
    notify_manager(message.at);
}

static int64_t number_of(const char *text) {
    int64_t number = 0;

    if (text == NULL || *text == 0 || strlen(text) > LONGEST_USEC_TEXT)
        return 0;
    for (; *text != 0; text++) {
        if (*text < '0' || *text > '9')
            return 0;
        number = number * 10 + (*text - '0');
    }
    return number;
}

/* Reads whether a watchdog waits for us (sd_watchdog_enabled(3)). */
void watchdog_open(void) {
    const char *pid = getenv("WATCHDOG_PID");

    if (pid != NULL && number_of(pid) != getpid())
        return;
    watchdog.interval = number_of(getenv("WATCHDOG_USEC")) / 2000;
    watchdog.next = watchdog.interval == 0 ? 0 : now_millis();
}

/* When watchdog_due has to be asked again; 0: never. */
int64_t watchdog_deadline(void) {
    return watchdog.next;
}

/* Whether it is time to look whether the pod is alive. */
bool watchdog_due(void) {
    int64_t now = watchdog.next == 0 ? 0 : now_millis();

    if (now < watchdog.next || watchdog.next == 0)
        return false;
    watchdog.next = now + watchdog.interval;
    return true;
}

/* How many milliseconds an app may be silent, by its own environment; 0: for ever. */
int64_t watchdog_of_app(const struct app *app) {
    static const char name[] = "WATCHDOG_USEC=";

    for (uint32_t i = 0; i < app->environment.count; i++)
        if (strncmp(app->environment.item[i], name, sizeof(name) - 1) == 0)
            return number_of(app->environment.item[i] + sizeof(name) - 1) / 1000;
    return 0;
}
