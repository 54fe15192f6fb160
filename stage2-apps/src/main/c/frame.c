/* SPDX-License-Identifier: Apache-2.0 */
/* Frames and windows: reading them out of a stream of bytes, and passing bytes and packets on. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "machine.h"

void put32(unsigned char *to, uint32_t number) {
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(number >> (8 * i));
}

uint32_t get32(const unsigned char *from) {
    return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 |
           (uint32_t)from[3] << 24;
}

void frame_header(unsigned char header[FRAME_HEADER], unsigned type, unsigned channel,
                  uint32_t size) {
    put32(header, size);
    put32(header + 4, type | channel << 16);
}

/* Reads once what there is room for; 0 at the end, or a negative errno. */
ssize_t frames_fill(struct frame_reader *reader, int fd) {
    ssize_t n;

    if (reader->begin != 0) {
        memmove(reader->bytes, reader->bytes + reader->begin, reader->end - reader->begin);
        reader->end -= reader->begin;
        reader->begin = 0;
    }
    n = read(fd, reader->bytes + reader->end, FRAME_SPACE - reader->end);
    if (n < 0)
        return -errno;
    reader->end += (size_t)n;
    return n;
}

/* The next whole frame, whose bytes stay until the next fill: 1; 0 if there is none yet. */
int frames_next(struct frame_reader *reader, struct frame *ret_frame) {
    const unsigned char *at = reader->bytes + reader->begin;
    size_t held = reader->end - reader->begin;
    uint32_t size;

    if (held < FRAME_HEADER)
        return 0;
    size = get32(at);
    if (size > FRAME_LIMIT)
        return -EBADMSG;
    if (held - FRAME_HEADER < size)
        return 0;
    ret_frame->type = get32(at + 4) & 0xffff;
    ret_frame->channel = get32(at + 4) >> 16;
    ret_frame->size = size;
    ret_frame->data = at + FRAME_HEADER;
    reader->begin += FRAME_HEADER + size;
    return 1;
}

/* Memory for a window, kept for good. */
void queue_open(struct queue *queue) {
    if (queue->bytes == NULL)
        queue->bytes = reserve(WINDOW);
    queue->begin = queue->end = 0;
}

/* Takes bytes in; false if they are more than the window allows. */
bool queue_add(struct queue *queue, const void *bytes, uint32_t size) {
    if (size > WINDOW - (queue->end - queue->begin))
        return false;
    if (queue->begin != 0) {
        memmove(queue->bytes, queue->bytes + queue->begin, queue->end - queue->begin);
        queue->end -= queue->begin;
        queue->begin = 0;
    }
    memcpy(queue->bytes + queue->end, bytes, size);
    queue->end += size;
    return true;
}

/* Writes out once; the number of bytes gone, all of them if nobody is there to take them. */
uint32_t queue_write(struct queue *queue, int fd, uint32_t most, bool *ret_broken) {
    uint32_t held = queue->end - queue->begin;
    ssize_t n;

    if (held == 0)
        return 0;
    if (held > most)
        held = most;
    n = fd < 0 ? -1 : send(fd, queue->bytes + queue->begin, held, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && fd >= 0 && errno == ENOTSOCK)
        n = write(fd, queue->bytes + queue->begin, held);
    if (n < 0 && fd >= 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n < 0) {
        *ret_broken = true;
        held = queue->end - queue->begin;
        queue->begin = queue->end = 0;
        return held;
    }
    queue->begin += (uint32_t)n;
    return (uint32_t)n;
}

/* Takes a packet in, whole; false if it is more than the window allows. */
bool queue_add_packet(struct queue *queue, const void *bytes, uint32_t size) {
    unsigned char header[4];

    if (size > PACKET_LIMIT || PACKET_COST(size) > WINDOW - (queue->end - queue->begin))
        return false;
    put32(header, size);
    return queue_add(queue, header, sizeof(header)) && queue_add(queue, bytes, size);
}

/* Sends the packets that a socket takes now; what they took of the window. A socket whose other end
 * has gone takes all. */
uint32_t queue_send_packets(struct queue *queue, int socket) {
    uint32_t passed = 0;

    while (queue->begin != queue->end) {
        const char *at = queue->bytes + queue->begin;
        uint32_t size = get32((const unsigned char *)at);

        if (send(socket, at + 4, size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
            (errno == EAGAIN || errno == EINTR))
            break;
        queue->begin += PACKET_COST(size);
        passed += PACKET_COST(size);
    }
    return passed;
}

/* Whether a visitor who begins with this request then speaks with process 1 in packets. */
bool is_conversation(uint32_t request) {
    return request == CONTROL_ATTACH || (request >= CONTROL_ADD && request <= CONTROL_REMOVE);
}
