/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of a machine's supervisor share: machine.c and what it is made of. */
#ifndef RKTJ_HOST_H
#define RKTJ_HOST_H

#include "machine.h"

#define CHANNEL_POLLS (4 * CHANNELS)

struct host {
    struct machine_plan machine;
    struct plan plan; /* of the pod */
    struct vmm vmm;
    int signals;
    int control; /* the listening socket for visitors */
    bool alive;  /* the guest has said its first word */
    bool copy;   /* of a template */
    bool ready;
    bool stopping;
    bool gone;
    bool pinged;
    bool watched; /* systemd waits for the next sign of life */
    bool relaying; /* an interactive pod on a terminal */
    const char *failure;
    int inner_status; /* -1: the pod has not ended, or has yet to say what its apps have written */
    int ended_status; /* -1: the pod has not ended */
    int64_t boot_by;
    int64_t stop_by;
    int64_t heard;
    struct frame_reader reader;
    unsigned char *send;
    size_t send_begin;
    size_t send_end;
    char *words;
    size_t words_used;
    uint32_t network_size;
    unsigned char network[8192];
};

extern struct host host;

void host_send(unsigned type, unsigned channel, const void *payload, uint32_t size);
void host_fail(const char *why);
void plain_ascii(char *bytes, size_t size);
void words_keep(int *fd);
void words_say(void);
void words_tell(const char *bytes, size_t size);

void channels_open(void);
unsigned channels_poll(struct pollfd *fds);
void channels_handle(const struct pollfd *fds, bool visitor);
void channels_frame(const struct frame *frame);
void channels_resize_main(void);
bool channels_busy(bool packets);
void channels_end(void);

bool members_find(uint32_t place, struct app **ret_app);
int members_add(unsigned channel, struct reader *in, const int *fds, unsigned count);
void members_ask(unsigned channel, uint32_t asked, struct reader *in);
bool members_wait(unsigned channel);
void members_told(unsigned channel, const unsigned char *reply);
int members_shares(void);

void keep_frame(const struct frame *frame);
void keep_end(void);

#endif
