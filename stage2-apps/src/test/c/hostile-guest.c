/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a machine says that is not ours: frames of every type, right, wrong, too many, in any order
 * and in pieces, by a seed. The same seed says the same.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "hostile.h"

#define LARGEST 40000u
#define LATE 2u /* the channel of the first visitor */

static int control;
static uint64_t state;
static bool in_pieces;
static bool visitors;
static unsigned char data[FRAME_LIMIT + 64];
static struct frame_reader heard;

uint32_t roll(uint32_t below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 11) % below;
}

void roll_from(uint64_t seed) {
    state = 88172645463325252u ^ seed * 2654435761u;
    for (int i = 0; i < 8; i++)
        (void)roll(2);
}

static void out(const unsigned char *bytes, size_t size) {
    while (size > 0) {
        size_t part = in_pieces ? 1 + roll(size > 600 ? 9000 : 12) : size;
        ssize_t n = send(control, bytes, part < size ? part : size, MSG_NOSIGNAL);

        if (n < 0)
            _exit(0); /* we have been found out */
        bytes += n;
        size -= (size_t)n;
    }
}

static void frame(unsigned type, unsigned channel, uint32_t size) {
    unsigned char header[FRAME_HEADER];

    frame_header(header, type & 0xffff, channel & 0xffff, size);
    out(header, sizeof(header));
    out(data, size);
}

static uint32_t any_number(void) {
    static const uint32_t edges[] = {0,      1,      2,          16,         32767,      32768,
                                     32769,  65535,  0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff,
                                     127007, 131072, 255,        256};

    return roll(2) == 0 ? roll(64) : edges[roll(sizeof(edges) / sizeof(edges[0]))];
}

static void fill(uint32_t size) {
    for (uint32_t i = 0; i < size; i++)
        data[i] = (unsigned char)roll(256);
    for (uint32_t i = 0; i + 4 <= size && i < 32; i += 4)
        if (roll(2) == 0)
            put32(data + i, any_number());
}

/* ---- what the host says ---- */

/* The next frame of the host's, if one comes within so many milliseconds. */
static bool hear(struct frame *ret_frame, int millis) {
    for (;;) {
        int more = frames_next(&heard, ret_frame);

        if (more != 0)
            return more > 0;
        if (poll(&(struct pollfd){control, POLLIN, 0}, 1, millis) <= 0 ||
            frames_fill(&heard, control) <= 0)
            return false;
    }
}

/* Waits for a frame of a type; the others are lost on us. */
static bool await_frame(unsigned type, int millis, struct frame *ret_frame) {
    while (hear(ret_frame, millis))
        if (ret_frame->type == type)
            return true;
    return false;
}

/* ---- what is right, or nearly ---- */

static void hello(void) {
    memcpy(data, GREETING, sizeof(GREETING) - 1);
    frame(FRAME_HELLO, 0, sizeof(GREETING) - 1);
}

static uint32_t an_app(void) {
    return roll(12) == 0 ? any_number() : roll(2);
}

/* Lines of an app, as many as a window takes or more, cut anywhere. */
static void say_lines(void) {
    static const char *const text[] = {"line", "", "two\nlines", "a longer line of more than that",
                                       "\033[2J\007\302\233"};
    static unsigned char stream[LARGEST];
    uint32_t used = 0;
    uint32_t most = roll(10) == 0 ? LARGEST - 5000 : 1 + roll(400);

    while (used < most) {
        uint32_t kind = roll(roll(8) == 0 ? 5 : 2);
        uint32_t size = roll(20) == 0 ? STREAM_BYTES : (uint32_t)strlen(text[kind]);

        put32(stream + used, an_app());
        put32(stream + used + 4, roll(4));
        put32(stream + used + 8, any_number());
        put32(stream + used + 12, roll(40) == 0 ? any_number() : size);
        memset(stream + used + 16, 'x', size);
        if (size != STREAM_BYTES)
            memcpy(stream + used + 16, text[kind], size);
        used += 16 + size;
    }
    for (uint32_t at = 0; at < used;) {
        uint32_t part = 1 + roll(roll(2) == 0 ? 20 : 9000);

        part = part < used - at ? part : used - at;
        data[0] = (unsigned char)(roll(60) == 0 ? roll(4) : 1);
        memcpy(data + 1, stream + at, part);
        frame(FRAME_DATA, 1, 1 + part);
        at += part;
    }
}

/* Words, to people or for a visitor. */
static void say_bytes(void) {
    uint32_t size = roll(10) == 0 ? roll(LARGEST) : 1 + roll(300);

    fill(1 + size);
    data[0] = (unsigned char)(1 + roll(2));
    frame(FRAME_DATA, roll(3) == 0 ? 1 : LATE + roll(2), 1 + size);
}

static void say_status(void) {
    put32(data, an_app());
    put32(data + 4, roll(2) == 0 ? any_number() : roll(256) << 8);
    frame(roll(3) == 0 ? FRAME_BEGUN : FRAME_STATUS, 0, roll(12) == 0 ? roll(12) : 8);
}

static void say_begun(void) {
    put32(data, an_app());
    frame(FRAME_BEGUN, 0, 4);
}

static void say_message(void) {
    static const unsigned type[] = {FRAME_MESSAGE, FRAME_WORDS, FRAME_READY, FRAME_STOPPING,
                                    FRAME_PONG};
    uint32_t size = roll(10) == 0 ? FRAME_LIMIT : roll(300);

    fill(size);
    for (uint32_t i = roll(3) == 0 ? 30 : 1; i > 0; i--)
        frame(type[roll(5)], 0, size);
}

static void say_credit(void) {
    put32(data, roll(2) == 0 ? 0 : any_number());
    frame(FRAME_CREDIT, 1 + roll(3), roll(12) == 0 ? roll(8) : 4);
}

static void say_packet(void) {
    uint32_t size = roll(6) == 0 ? roll(5000) : 8 + roll(40);

    fill(size);
    put32(data, roll(8) == 0 ? any_number() : 5 + roll(3));
    put32(data + 4, 1 + roll(2));
    frame(FRAME_PACKET, LATE + roll(2), size);
}

static void say_reply(void) {
    put32(data, roll(8) == 0 ? any_number() : roll(5));
    put32(data + 4, any_number());
    for (uint32_t i = roll(6) == 0 ? 600 : 1; i > 0; i--)
        frame(FRAME_REPLY, LATE + roll(2), 8);
}

/* What an app has written, or nearly; it need not end. */
static void say_changes(void) {
    uint32_t app = an_app();

    for (uint32_t i = roll(6); i > 0; i--) {
        uint32_t size = 4 + (roll(3) == 0 ? roll(LARGEST) : 1 + roll(500));

        fill(size);
        put32(data, app);
        frame(FRAME_CHANGES, 0, size);
    }
    put32(data, app);
    if (roll(2) == 0)
        frame(FRAME_CHANGES, 0, 4);
}

static void say_ended(void) {
    put32(data, roll(64));
    frame(FRAME_ENDED, 0, 4);
    for (uint32_t i = roll(4); i > 0; i--)
        say_changes();
}

static void say_exit(void) {
    put32(data, roll(64)); /* not told from one by a signal else */
    frame(FRAME_EXIT, 0, roll(8) == 0 ? roll(4) : 4);
}

/* Anything. */
static void say_nonsense(void) {
    unsigned type = roll(FRAME_BEGUN + 2);
    unsigned channel = roll(3) == 0 ? any_number() : roll(4);
    uint32_t size = roll(8) == 0 ? roll(LARGEST) : roll(64);

    if (type == FRAME_EXIT || type == FRAME_ENDED) {
        say_exit();
        return;
    }
    fill(size);
    if (roll(16) == 0) {
        unsigned char header[FRAME_HEADER];

        frame_header(header, type, channel & 0xffff, any_number());
        out(header, sizeof(header));
        out(data, size);
    } else {
        frame(type, channel, size);
    }
}

/* Answers visitors, as they want it or not, perhaps with the end of the pod in between. */
static void answer(void) {
    struct frame asked;

    while (hear(&asked, visitors ? 20 : 0)) {
        if (asked.type != FRAME_ENTER || roll(8) == 0)
            continue;
        if (asked.size >= 4 && get32(asked.data) == CONTROL_REMOVE && roll(2) == 0) {
            put32(data, 1);
            frame(FRAME_ENDED, 0, 4);
            put32(data, 1); /* the place of the app that came late */
            frame(FRAME_CHANGES, 0, 400);
        }
        put32(data, roll(3) == 0 ? roll(5) : REPLY_EXITED);
        put32(data + 4, roll(3) == 0 ? any_number() : 0);
        frame(FRAME_REPLY, asked.channel, 8);
    }
}

static void say(uint32_t wildness) {
    static void (*const orderly[])(void) = {say_lines,   say_lines,  say_status, say_begun,
                                            say_message, say_credit, say_bytes,  say_packet,
                                            say_reply,   answer};
    static void (*const wild[])(void) = {say_nonsense, say_nonsense, say_ended,
                                         say_changes,  say_exit,     hello};

    in_pieces = roll(4) == 0;
    if (roll(16) < wildness)
        wild[roll(sizeof(wild) / sizeof(wild[0]))]();
    else
        orderly[roll(sizeof(orderly) / sizeof(orderly[0]))]();
}

_Noreturn void hostile_guest(uint64_t seed, bool visited, int port, int ready) {
    struct frame asked;
    uint32_t wildness;

    control = port;
    visitors = visited;
    heard.bytes = reserve(FRAME_SPACE);
    roll_from(seed);
    wildness = roll(4) == 0 ? 16 : 1 + roll(4);
    in_pieces = roll(4) == 0;
    if (visited || roll(12) != 0)
        hello();
    if ((visited || roll(2) == 0) && await_frame(FRAME_START, visited ? 10000 : 200, &asked)) {
        (void)!write(ready, "", 1);
        if (visited && roll(4) != 0 && await_frame(FRAME_ENTER, 300, &asked))
            heard.begin -= FRAME_HEADER + asked.size; /* to be answered later, or not */
    }
    if (visited && roll(2) == 0)
        answer();
    for (uint32_t i = 1 + roll(60); i > 0; i--)
        say(wildness);
    if (roll(2) == 0) {
        fill(64);
        out(data, roll(64));
    }
    if (roll(3) == 0)
        say_exit();
    _exit(0);
}
