/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel of a machine and the programs around it say, for when it goes wrong. */
#include <string.h>

#include "host.h"

#define WORDS_KEPT 3072u

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
        (void)text_write(&safe, STDERR_FILENO);
    }
}
