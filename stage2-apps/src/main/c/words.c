/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel of a machine and the programs around it say, for when it goes wrong. */
#include <poll.h>
#include <string.h>

#include "host.h"

#define WORDS_KEPT 3072u
#define AT_ONCE 4096u /* what a pipe that can be written to surely takes */
#define PATIENCE_MILLIS 2000

/* What a guest writes need not be text in any encoding, and some terminals obey bytes above it. */
void plain_ascii(char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)bytes[i] >= 0x80 || bytes[i] == 0)
            bytes[i] = '?';
}

/* Keeps the last of what a program says; its descriptor is closed at the end. */
void words_keep(int *fd) {
    char bytes[1024];
    ssize_t n = *fd < 0 ? 0 : read(*fd, bytes, sizeof(bytes));

    if (n == 0) {
        if (*fd >= 0)
            (void)close(*fd);
        *fd = -1;
    }
    if (n <= 0)
        return;
    if (host.words == NULL)
        host.words = reserve(WORDS_KEPT);
    if ((size_t)n > WORDS_KEPT - host.words_used) {
        size_t drop = (size_t)n - (WORDS_KEPT - host.words_used);

        memmove(host.words, host.words + drop, host.words_used - drop);
        host.words_used -= drop;
    }
    memcpy(host.words + host.words_used, bytes, (size_t)n);
    host.words_used += (size_t)n;
}

/*
 * Passes on what a guest says to people. Whoever does not read it makes us wait once; then the rest
 * is left out until he does, for a machine is not to stop its supervisor by talking.
 */
void words_tell(const char *bytes, size_t size) {
    static bool stalled;
    struct pollfd ready = {STDERR_FILENO, POLLOUT, 0};

    while (size > 0) {
        struct text part = {(char *)(uintptr_t)bytes, AT_ONCE, size < AT_ONCE ? size : AT_ONCE};

        stalled = poll(&ready, 1, stalled ? 0 : PATIENCE_MILLIS) == 0;
        if (stalled || text_write(&part, STDERR_FILENO) < 0)
            return;
        bytes += part.used;
        size -= part.used;
    }
}

/* Tells people the last words of a machine that has failed. */
void words_say(void) {
    size_t begin = 0;

    plain_ascii(host.words, host.words_used);
    while (begin < host.words_used) {
        char line[256];
        TEXT(safe, 1100);
        size_t size = 0;

        while (begin < host.words_used && host.words[begin] != '\n') {
            if (size < sizeof(line) - 1 && host.words[begin] != '\r')
                line[size++] = host.words[begin];
            begin++;
        }
        begin++;
        line[size] = 0;
        if (size == 0)
            continue;
        text_add(&safe, "pod-init: the machine: ");
        text_quoted(&safe, line);
        text_add(&safe, "\n");
        words_tell(safe.at, safe.used);
    }
}
