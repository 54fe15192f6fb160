/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of a machine's first process share: guest.c, visits.c, apps.c and changes.c. */
#ifndef RKTJ_GUEST_H
#define RKTJ_GUEST_H

#include "machine.h"

#define VISIT_POLLS (4 * (CHANNELS - 1))

void send_frame(unsigned type, unsigned channel, const void *payload, uint32_t size);
void send_number(unsigned type, unsigned channel, uint32_t number);

void changes_send(uint32_t number, const struct app *app);

void apps_part(const struct frame *frame);
int apps_begin(struct plan *pod, const struct frame *frame);
void apps_told(struct plan *pod, unsigned channel, const unsigned char *reply);

void guest_hear_pod(void);
int visits_connect(void);
void visits_open(struct plan *pod, int in, int out, int error);
void visits_pod_terminal(int fd);
void visits_close_pod(void);
void visits_frame(const struct frame *frame);
unsigned visits_poll(struct pollfd *fds);
void visits_handle(const struct pollfd *fds);
bool visits_drain_pod(void);
bool visits_left(void);
bool open_pipe(int ends[2], int ours);
void close_fd(int *fd);

#endif
