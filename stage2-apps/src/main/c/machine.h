/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pods in virtual machines: `pod-init machine` looks after the machine on the host, pod-init as
 * the machine's first process carries out the pod's plan inside, and between the two runs one
 * stream of frames, both ways.
 *
 *   size of the payload (32 bits) | type (16) | channel (16) | payload
 *
 * Numbers are least significant byte first. Channel 0 is the machine itself, 1 the pod's own
 * streams, the others are visits. Bytes of a channel (FRAME_DATA: stream 1 or 2, 0 from the host,
 * then the bytes; none from the host: the input has ended, or nobody takes that stream any more),
 * and packets of a visit whose visitor speaks with process 1 of the pod (FRAME_PACKET: as on the
 * control socket), may be sent up to a window; the receiver gives back what he has passed on
 * (FRAME_CREDIT), so neither side ever holds more than a window of anybody's bytes. Whatever else
 * arrives from a guest ends the machine.
 */
#ifndef RKTJ_MACHINE_H
#define RKTJ_MACHINE_H

#include "podinit.h"

#define FRAME_HEADER 8
#define FRAME_LIMIT (CONTROL_MESSAGE + 64)
#define FRAME_SPACE (2 * (FRAME_LIMIT + FRAME_HEADER))
#define WINDOW 32768u
#define CHANNELS (2 + CONTROL_VISITS)
#define PACKET_LIMIT (8 + INPUT_BYTES)
#define PACKET_COST(size) (4 + (size)) /* what a packet takes of a window */
#define GREETING "rktjvm01"

enum { START_TERMINAL = 1, START_COPY = 2 }; /* flags of FRAME_START */

enum frame_type {
    /* from the guest */
    FRAME_HELLO = 1, /* the greeting */
    FRAME_READY,     /* all apps have started */
    FRAME_STOPPING,
    FRAME_STATUS,  /* app, wait status: an app has ended */
    FRAME_MESSAGE, /* text for people */
    FRAME_EXIT,    /* status: all has been said */
    FRAME_REPLY,   /* of a visit: eight bytes as on the control socket */
    FRAME_PONG,
    FRAME_WORDS, /* what an app says of itself */
    /* both ways */
    FRAME_DATA,
    FRAME_CREDIT,
    /* from the host */
    FRAME_SETUP, /* parts of the machine's own set-up, of its network, of the plan; or for an app */
    FRAME_NETWORK,
    FRAME_PLAN,
    FRAME_START, /* seconds (64 bits), nanoseconds, flags, random bytes */
    FRAME_STOP,
    FRAME_ENTER, /* a request as on the control socket */
    FRAME_SIGNAL,
    FRAME_RESIZE, /* rows, columns */
    FRAME_HANGUP,
    FRAME_PING, /* seconds (64 bits), nanoseconds; before the plan answered by FRAME_HELLO */
    /* both ways */
    FRAME_PACKET,
    /* from the guest */
    FRAME_ENDED,   /* status: the pod has ended; what its apps have written follows, then FRAME_EXIT */
    FRAME_CHANGES, /* app, bytes; none: that was all of it */
    FRAME_BEGUN,   /* app: it is about to be started */
};

struct frame {
    unsigned type;
    unsigned channel;
    uint32_t size;
    const unsigned char *data;
};

struct frame_reader {
    size_t begin;
    size_t end;
    unsigned char *bytes; /* FRAME_SPACE */
};

ssize_t frames_fill(struct frame_reader *reader, int fd);
int frames_next(struct frame_reader *reader, struct frame *ret_frame);
void frame_header(unsigned char header[FRAME_HEADER], unsigned type, unsigned channel,
                  uint32_t size);
void put32(unsigned char *to, uint32_t number);
uint32_t get32(const unsigned char *from);

/* Bytes on their way: at most a window of them. */
struct queue {
    uint32_t begin;
    uint32_t end;
    char *bytes; /* WINDOW */
};

void queue_open(struct queue *queue);
bool queue_add(struct queue *queue, const void *bytes, uint32_t size);
uint32_t queue_write(struct queue *queue, int fd, uint32_t most, bool *ret_broken);
bool queue_add_packet(struct queue *queue, const void *bytes, uint32_t size);
uint32_t queue_send_packets(struct queue *queue, int socket);
bool is_conversation(uint32_t request);

/* ---- plan.c ---- */

enum memory_use {
    MEMORY_OWN,     /* the machine boots */
    MEMORY_PRIVATE, /* it is a copy of a template; what it writes is its own */
    MEMORY_COPIED,  /* as that, but its memory is copied at once, for others share it */
    MEMORY_MADE,    /* it becomes a template */
};

struct machine_mode {
    const char *name;
    uint32_t boot_millis;
    struct strings command;
    enum memory_use memory_use;
    const char *memory;       /* files of the template */
    const char *state;
    const char *failure_file; /* told if this mode has not come to life, but one after it */
    const char *failure_text;
    const char *failure_words; /* said then */
};

struct machine_plan {
    const void *pod;
    uint32_t pod_size;
    const void *setup;
    uint32_t setup_size;
    struct cgroup_plan cgroups;
    uint64_t memory;   /* bytes that it has */
    const char *netns; /* empty: a machine without a network */
    struct strings interfaces;
    struct strings addresses; /* of the machine's network cards, in the interfaces' order */
    struct mount_ops jail;
    struct mount_ops shares;
    struct strings server;    /* of the shares; none if there are none */
    const char *mode_file;    /* told which mode has come to life */
    uint32_t modes;
    struct machine_mode *mode;
};

/* An app that comes to a machine that runs. */
struct machine_app {
    const void *plan;
    uint32_t plan_size;
    const void *setup; /* of the guest, for it */
    uint32_t setup_size;
    struct mount_ops shares; /* what the server of shares is to serve then */
};

int machine_plan_read(int fd, struct machine_plan *ret_plan);
int machine_app_read(int fd, struct machine_app *ret_app);
void read_strings(struct reader *in, struct strings *ret);
const void *read_blob(struct reader *in, uint32_t multiple, uint32_t *ret_size);
uint32_t read_count(struct reader *in, size_t least);

/* ---- vmm.c: the processes of the host's side ---- */

enum {
    VMM_CONTROL = 3,
    VMM_CONSOLE = 4,
    VMM_SHARES = 5,
    VMM_MONITOR = 6, /* where it takes orders */
    VMM_STATE = 7,   /* of the template */
    VMM_TAPS = 8
};
#define TAPS 8

struct vmm {
    pid_t pid;
    pid_t server;
    unsigned id; /* of the monitor's user and group */
    int control; /* our ends */
    int console;
    int words; /* what the programs say */
    int shares;
    int monitor; /* where it takes orders, for templates and their copies only */
    int memory;  /* of a copy, or of what becomes a template */
    int asking;  /* where it asks for its memory */
    int state;
    int tap[TAPS];
};

void vmm_open(struct vmm *vmm, const struct machine_plan *plan, const char *root);
void vmm_start(struct vmm *vmm, struct machine_plan *plan, const struct machine_mode *mode,
               const char *root);

/* ---- memory.c: machines that are copies ---- */

int memory_open(const struct machine_mode *mode, int *ret_memory, int *ret_state);
void memory_keep(int memory, const char *path);
void memory_ask(int socket);
void memory_listen(struct vmm *vmm, int socket);
void memory_answer(const struct vmm *vmm);
void memory_restore(const struct vmm *vmm);

/* ---- wire.c: the pod's interfaces joined to the machine's network cards ---- */

uint32_t wire_host(const struct machine_plan *plan, int *ret_taps, unsigned char *ret_network,
                   uint32_t room);
void wire_guest(const unsigned char *network, uint32_t size);

/* ---- roles ---- */

int machine_main(int plan_fd, int lock_fd);
_Noreturn void guest_main(void);
void guest_prepare(void);
void guest_setup(const unsigned char *setup, uint32_t size);
void guest_find_devices(void);
int template_main(const char *root);
int probe_main(const char *device);
int clock_main(void);

#endif
