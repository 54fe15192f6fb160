/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hostile-guest SEED [visited]: stands in the place of a machine monitor, and says on the control
 * port what no pod-init would: frames of any type, channel and size, well-formed or not, then goes.
 * The same seed says the same. Visited: waits for a visitor first, who is told things, too.
 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONTROL 3
#define LARGEST 40000u
#define HEADER 8

/* as in machine.h */
enum { HELLO = 1, EXIT = 6, DATA = 10, ENTER = 17, PACKET = 22, ENDED = 23, CHANGES = 24, BEGUN = 25, TYPES };

static uint64_t state;

static uint32_t roll(uint32_t below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 11) % below;
}

static uint32_t get32(const unsigned char *from) {
    return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 |
           (uint32_t)from[3] << 24;
}

static void put32(unsigned char *to, uint32_t number) {
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(number >> (8 * i));
}

static void out(const unsigned char *bytes, size_t size) {
    while (size > 0) {
        ssize_t n = send(CONTROL, bytes, size, MSG_NOSIGNAL);

        if (n < 0)
            _exit(0); /* we have been found out */
        bytes += n;
        size -= (size_t)n;
    }
}

static void frame(uint32_t type, uint32_t channel, const unsigned char *data, uint32_t size,
                  uint32_t claimed) {
    unsigned char header[HEADER];

    put32(header, claimed);
    put32(header + 4, (type & 0xffff) | channel << 16);
    out(header, sizeof(header));
    out(data, size);
}

static uint32_t any_number(void) {
    static const uint32_t edges[] = {0,      1,      2,          16,         32767,      32768,
                                     32769,  65535,  0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff,
                                     127007, 131072, 255,        256};

    return roll(2) == 0 ? roll(64) : edges[roll(sizeof(edges) / sizeof(edges[0]))];
}

static void fill(unsigned char *data, uint32_t size) {
    for (uint32_t i = 0; i < size; i++)
        data[i] = (unsigned char)roll(256);
    for (uint32_t i = 0; i + 4 <= size && i < 32; i += 4)
        if (roll(2) == 0)
            put32(data + i, any_number());
}

/* Takes in what the host says until a visitor comes, or for long enough. */
static void await_visitor(void) {
    static unsigned char bytes[1 << 20];
    size_t end = 0;
    size_t at = 0;

    while (end < sizeof(bytes) && poll(&(struct pollfd){CONTROL, POLLIN, 0}, 1, 3000) > 0) {
        ssize_t n = recv(CONTROL, bytes + end, sizeof(bytes) - end, 0);

        if (n <= 0)
            return;
        end += (size_t)n;
        while (end - at >= HEADER) {
            uint32_t size = get32(bytes + at);

            if ((get32(bytes + at + 4) & 0xffff) == ENTER)
                return;
            if (size > end - at - HEADER)
                break;
            at += HEADER + size;
        }
    }
}

/* Something for a visitor, or nearly. */
static void say_packet(unsigned char *data) {
    uint32_t size = roll(6) == 0 ? roll(5000) : 8 + roll(40);

    fill(data, size);
    put32(data, roll(5) == 0 ? any_number() : 5 + roll(3));
    put32(data + 4, 1 + roll(2));
    frame(PACKET, 2, data, size, size);
}

/* What an app has written, or nearly. */
static void say_changes(unsigned char *data) {
    for (uint32_t i = roll(8); i > 0; i--) {
        uint32_t size = 4 + (roll(2) == 0 ? 0 : roll(LARGEST));

        fill(data, size);
        put32(data, roll(6) == 0 ? any_number() : 0);
        frame(CHANGES, 0, data, size, size);
    }
}

/* One frame that is almost right. */
static void say(unsigned char *data) {
    uint32_t type = roll(TYPES);
    uint32_t channel = roll(3) == 0 ? any_number() : roll(3);
    uint32_t size = roll(8) == 0 ? roll(LARGEST) : roll(64);

    fill(data, size);
    if (roll(4) == 0) { /* output of the app, or nearly */
        static const char *const text[] = {"line", "", "two\nlines", "a longer line"};
        const char *line = text[roll(4)];
        uint32_t length = (uint32_t)strlen(line);

        data[0] = (unsigned char)(1 + roll(2));
        put32(data + 1, roll(5) == 0 ? any_number() : 0);
        put32(data + 5, roll(4));
        put32(data + 9, any_number());
        put32(data + 13, roll(5) == 0 ? any_number() : length);
        memcpy(data + 17, line, length);
        frame(DATA, 1, data, 17 + length, 17 + length);
    } else if (type == EXIT || type == ENDED) { /* the end of the pod, told from one by a signal */
        put32(data, roll(64));
        frame(type, 0, data, 4, 4);
        if (type == ENDED)
            say_changes(data);
    } else {
        frame(type, channel, data, size, roll(16) == 0 ? any_number() : size);
    }
}

int main(int argc, char **argv) {
    static unsigned char data[LARGEST + 64];
    uint32_t frames;

    state = 88172645463325252u ^ (argc > 1 ? (uint64_t)atoll(argv[1]) * 2654435761u : 0);
    for (int i = 0; i < 8; i++)
        (void)roll(2);
    if (argc > 2 || roll(8) != 0)
        frame(HELLO, 0, (const unsigned char *)"rktjvm01", 8, 8);
    if (roll(2) == 0) { /* take in the plan, or leave it to fill the pipe */
        (void)poll(&(struct pollfd){CONTROL, POLLIN, 0}, 1, 200);
        (void)recv(CONTROL, data, sizeof(data), MSG_DONTWAIT);
    }
    if (argc > 2) {
        await_visitor();
        for (uint32_t i = roll(20); i > 0; i--)
            say_packet(data);
    }
    frames = 1 + roll(60);
    for (uint32_t i = 0; i < frames; i++)
        say(data);
    if (roll(2) == 0) {
        fill(data, 64);
        out(data, roll(64));
    }
    return 0;
}
