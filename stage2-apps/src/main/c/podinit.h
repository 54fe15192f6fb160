/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pod-init: carries out a plan that rkt has made, then looks after the pod until it has ended.
 *
 * Two processes. The outer one keeps the process id of `rkt run`; it makes control groups, starts
 * the inner one in new name spaces, passes signals on and tidies up. The inner one is process 1 of
 * the pod: it makes the mounts, starts the apps, collects their output and reaps them.
 *
 * House rules: before the first app starts any error ends the program (die); afterwards it warns
 * and goes on. Functions return a negative errno unless they say otherwise, results come through
 * ret_ parameters, and nothing is allocated once the plan has been read.
 */
#ifndef RKTJ_PODINIT_H
#define RKTJ_PODINIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "kernel.h"

/*
 * Of variables that the supervisors of a pod in name spaces never write: those of machines and of
 * visitors' own programs. They stand together (layout.ld), away from the pages every pod pays for.
 */
#define COLD_DATA __attribute__((section(".data.cold")))
#define COLD_ZEROS __attribute__((section(".bss.cold")))

/* Exit status when the pod could not be started; systemd's numbers when an app could not be. */
enum {
    EXIT_START = 254,
    EXIT_NSPAWN = 1,
    EXIT_CHDIR = 200,
    EXIT_FDS = 202,
    EXIT_EXEC = 203,
    EXIT_STDIN = 208,
    EXIT_GROUP = 216,
    EXIT_USER = 217,
    EXIT_CAPABILITIES = 218,
    EXIT_CGROUP = 219,
    EXIT_SETSID = 220,
    EXIT_NAMESPACE = 226,
    EXIT_NO_NEW_PRIVILEGES = 227,
    EXIT_SECCOMP = 228,
};

/* ---- report.c: texts for people, without stdio ---- */

struct text {
    char *at;
    size_t size;
    size_t used;
};

#define TEXT(name, bytes)                                                                          \
    char name##_space[bytes];                                                                      \
    struct text name = {name##_space, sizeof(name##_space), 0}

void text_add(struct text *text, const char *more);
void text_bytes(struct text *text, const char *more, size_t length);
void text_quoted(struct text *text, const char *more);
void text_number(struct text *text, uint64_t number, unsigned width, char pad);
int text_write(struct text *text, int fd);
void warn(int error, const char *verb, const char *thing);
void warn_plain(const char *message, const char *thing);
_Noreturn void die(int error, const char *verb, const char *thing);
_Noreturn void die_with(int status, int error, const char *verb, const char *thing);
void on_die(void (*hook)(void));
void report_to(void (*sink)(const char *bytes, size_t size), void (*leave)(int status));
const char *signal_name(int number);
int64_t now_millis(void);
void forget_stack(void);
void *reserve(size_t size);

/* ---- plan.c: the plan as the Java class PodInitPlan writes it ---- */

struct strings {
    uint32_t count;
    char **item; /* followed by a null pointer */
};

enum op_kind {
    OP_OVERLAY,
    OP_SELF_BIND,
    OP_BIND,
    OP_BIND_FROM_POD,
    OP_FILE_SYSTEM,
    OP_DIRECTORY,
    OP_SYMLINK,
    OP_DEVICE,
    OP_READ_ONLY,
    OP_MASK,
    OP_CONSOLE,
    OP_KINDS
};

enum { /* flags of operations */
       FLAG_READ_ONLY = 1,
       FLAG_NO_SUID = 2,
       FLAG_NO_DEV = 4,
       FLAG_NO_EXEC = 8,
       FLAG_RECURSIVE = 16,
       FLAG_OPTIONAL = 32,
       FLAG_IF_ABSENT = 64,
};

struct mount_op {
    enum op_kind kind;
    uint32_t flags;
    uint32_t mode;
    int source;    /* opened source of OP_BIND, or -1 */
    bool detached; /* source is a copy already, to be attached as it is; -1: there is none */
    uint64_t device;
    const char *a;
    const char *b;
    const char *c;
};

struct mount_ops {
    uint32_t count;
    struct mount_op *item;
};

struct cgroup_setting {
    const char *file;
    const char *value;
    bool required;
};

struct cgroup_dir {
    const char *path;
    uint32_t settings;
    struct cgroup_setting *setting;
    const void *program;
    uint32_t program_size;
    bool made;
};

struct cgroup_plan {
    uint32_t count;
    struct cgroup_dir *dir;
    struct strings join;
    int *procs; /* cgroup.procs of each entry of join, opened by cgroups_open */
    int *tasks; /* tasks of each, which only the first version of control groups has; or -1 */
};

struct commands {
    uint32_t count;
    struct strings *item;
};

/* A socket that an app is activated by. */
struct app_socket {
    int fd; /* from systemd; -1: process 1 makes it */
    bool datagrams;
    uint16_t port;
};

#define SOCKET_LIMIT 64u

enum { APP_NO_NEW_PRIVILEGES = 1, APP_NOTIFIES = 2 };
enum app_state {
    APP_IDLE,
    APP_PRE_START,
    APP_RUNNING,
    APP_POST_STOP,
    APP_DONE,
    APP_ADDED, /* the rest only in mutable pods: its root is being made */
    APP_LEAVING, /* its root is being taken apart */
    APP_ABSENT, /* a place for an app */
};

/* Where a standard stream of an app comes from or goes to, 4 bits each in the plan. */
enum stream_mode {
    MODE_DEFAULT, /* standard input: nothing; the others: log and console */
    MODE_NULL,
    MODE_STREAM, /* whoever is attached, and the log */
    MODE_TTY,    /* the same through a terminal of the app's own */
    MODES
};

#define STREAM_BYTES 4096
#define CONTROL_VISITS 16
#define VISITS_KEPT 4 /* of them for those who want apps started or stopped */
#define POLL_SIZE(apps) (8 + 2 * CONTROL_VISITS + 4 * (apps))

/* One output of an app: what it has written of the line at hand. */
struct stream {
    int fd;
    bool error;
    bool held;      /* whole lines wait for the console */
    bool continued; /* the line's beginning has been written out already */
    uint32_t used;
    char *line; /* STREAM_BYTES */
};

/* Ids of the host that a pod has as its own from 0 on; count 0: it shares the host's. */
struct id_range {
    uint32_t first;
    uint32_t count;
};

struct app {
    /* from the plan */
    const char *name;
    const char *rootfs;
    struct mount_ops mounts;
    bool read_only_root;
    struct cgroup_plan cgroups;
    const char *log_file;
    const char *kubelet_file; /* what a kubelet reads; empty: none does */
    const char *status_file;
    struct strings arguments;
    struct strings search_path;
    struct strings environment;
    const char *working_directory;
    uint32_t uid;
    uint32_t gid;
    uint32_t gid_count;
    uint32_t *gids; /* supplementary, the primary one first */
    uint64_t capabilities;
    uint32_t flags;
    const void *seccomp;
    uint32_t seccomp_size;
    int32_t oom_score_adjust;
    struct commands pre_start;
    struct commands post_stop;
    uint32_t socket_count;
    struct app_socket *socket;
    const char *socket_names; /* LISTEN_FDNAMES=... */
    enum stream_mode mode[3]; /* of its standard streams */
    struct id_range users;    /* of its pod */
    /* at run time */
    enum app_state state;
    uint32_t step; /* which handler runs */
    pid_t pid;     /* the process that the state is about */
    pid_t main;    /* the app itself, kept for its log lines */
    int root;      /* its root, until its mount name space exists */
    int mntns;     /* its mount name space */
    int start;     /* our end of the socket to a process being set up */
    int notify;    /* its notification socket */
    int status_dir;
    int log_dir;
    int log;
    int kubelet;
    int in;     /* what it reads as standard input; -1: nothing */
    int feed;   /* where that comes from */
    int out[2]; /* write ends of stdout and stderr; -1: nowhere */
    uint64_t log_bytes;
    bool ready;
    bool log_failed;
    int status;
    int64_t leftovers_until; /* when what it left behind is killed; 0: nothing left */
    int64_t watched_until;   /* when it must have said that it is alive; 0: it never did */
    bool stopping;           /* it alone has been asked to end */
    int64_t kill_at;         /* when it is killed then */
    void *memory;            /* of the plan of an app that was added */
    size_t memory_size;
    struct stream stream[2];
};

struct pollfd;

enum network { NETWORK_HOST, NETWORK_LOOPBACK, NETWORK_JOINED };
enum {
    POD_SHARE_IPC = 1,
    POD_INTERACTIVE = 2,
    POD_GUEST = 4,
    POD_TERMINAL = 8,
    POD_MUTABLE = 16, /* starts without apps, and takes some in later on */
};

struct plan {
    const char *uuid;
    const char *hostname;
    const char *pod_dir;
    const char *root;
    const char *ready_link;
    enum network network;
    const char *netns;
    uint32_t flags;
    uint32_t stop_timeout;
    uint64_t log_limit; /* bytes of a log file until it is put aside */
    uint32_t log_files; /* how many there are of an app, the current one included */
    struct id_range users;
    size_t host_root_length; /* of root's path on the host, where that is another */
    struct mount_ops mounts;
    struct cgroup_plan cgroups;
    uint32_t app_count;
    struct app *app;
    struct pollfd *poll; /* room for what process 1 waits for */
    unsigned short rows; /* of the caller's terminal, if it is not standard input; else 0 */
    unsigned short columns;
};

/* A cursor over bytes from outside; once bad it yields zeroes and empty texts. */
struct reader {
    const unsigned char *at;
    const unsigned char *end;
    bool bad;
};

int plan_read(int fd, struct plan *ret_plan);
int plan_parse(const void *bytes, size_t size, struct plan *ret_plan);
int plan_parse_app(const void *plan, size_t size, struct app *ret_app);
int plan_read_app(int fd, struct app *ret_app);
void plan_forget_app(struct app *app);
uint32_t read_number(struct reader *in);
const char *read_text(struct reader *in);

/* ---- path.c: names inside a root that nothing can lead out of ---- */

enum create { CREATE_NOTHING, CREATE_DIRECTORY, CREATE_FILE };

#define FD_PATH 32

const char *path_of_fd(int fd, char name[FD_PATH]);
int path_open(int root, const char *path, int flags);
int path_walk(int root, const char *path, enum create create);
int path_target(int root, const char *path, bool directory);
int path_parent(int root, const char *path, bool create, int *ret_dir, char name[256]);
int path_make_parents(const char *path);
int path_split(const char *path, int *ret_dir, const char **ret_name);
bool openat2_missing(int error);

/* ---- mounts.c: the operations of a root ---- */

struct mount_context {
    int pod_root;
    int pod_tree; /* the pod root's own directory, before anything was mounted on it */
    int mask_dir;
    int mask_file;
    int proc; /* a proc file system of the pod's own, mounted nowhere */
    int null; /* a null device of the pod's own */
    int console_master;
    int console_slave;
    int host; /* in mutable pods: the mount name space that the pod's roots are made in, or -1 */
};

void mounts_open_sources(struct mount_ops *ops);
void mounts_scratch(struct mount_context *context, const char *path);
int mounts_run(struct mount_context *context, struct mount_ops *ops, const char *path, bool pod);
void mounts_detach(struct mount_ops *ops);
void mounts_add(struct mount_ops *ops);
int mount_read_only_root(void);
int overlay_mount(const struct mount_op *op, const char *path);
int tree_bind(int source, int target, uint32_t flags);

/* ---- cgroup.c ---- */

void cgroups_make(struct cgroup_plan *plan);
enum which_groups { GROUPS_ALL, GROUPS_AT_ONCE, GROUPS_AFTER_A_WAIT };
void cgroups_open(struct cgroup_plan *plan);
int cgroups_join(const struct cgroup_plan *plan, pid_t pid, enum which_groups which);
void cgroups_remove(const struct cgroup_plan *plan);
bool cgroups_signal(const struct cgroup_plan *plan, int number, pid_t except);

/* ---- app.c: how a process becomes a part of an app ---- */

enum entry { ENTRY_APP, ENTRY_HANDLER, ENTRY_VISIT };

struct start {
    struct app *app;
    enum entry entry;
    char **argv;
    char **environment;
    int stdio[3];
    bool terminal; /* stdio[0] becomes the controlling terminal */
    int start;     /* socket: the mount name space goes out here; closed by exec */
    int proc;
    int host; /* as in struct mount_context */
};

void descriptors_allow(void);
_Noreturn void app_process(const struct start *start);

/* ---- descriptors.c: what a program keeps open ---- */

/* Closes every descriptor from first on but keep, which may be less than first: then none is kept. */
void descriptors_close(int first, int keep);

/* ---- sockets.c: what an app is activated by ---- */

void sockets_keep(struct plan *plan);
void sockets_close(struct app *app);
int sockets_open(struct app *app);
int sockets_place(const struct app *app, int *keep);
char **sockets_environment(const struct app *app, char **environment);

/* ---- program.c: finding a program, and saying why it cannot run ---- */

bool program_find(const struct app *app, const char *name, char path[4096]);
bool program_check(const char *path);
_Noreturn void program_failed(const char *path, int error, int status);

/* ---- output.c: log files and the console ---- */

void journal_open(const char *uuid);
void journal_line(const struct app *app, bool error, const char *line, size_t size);
void output_open(struct plan *plan);
int output_open_app(struct app *app, bool guest);
void output_start(const struct plan *plan);
void output_line(struct app *app, bool error, bool whole, const char *line, size_t size);
void output_read(struct app *app, struct stream *stream, bool readable);
void output_end(struct app *app);
void output_console(const char *bytes, size_t length);
void output_flush(void);
void output_finish(struct plan *plan);
bool output_pending(void);
bool output_paused(void);
int output_fd(void);
int64_t output_deadline(void);
void output_tick(void);

/* ---- supervise.c: process 1 ---- */

struct inner {
    struct plan *plan;
    struct mount_context mounts;
    int outer;          /* socket to the outer process */
    int control;        /* listening socket */
    int signals;        /* signalfd */
    const int *streams; /* of the app in interactive pods without a terminal */
    bool terminal;      /* the app's streams are a terminal of ours */
};

void supervise_open(const struct plan *plan);
void record_start(const struct app *app);
void record_status(const struct app *app, int status, bool core);
_Noreturn void supervise(struct inner *inner);

int app_start(struct inner *inner, struct app *app);
int app_stop(struct inner *inner, struct app *app);

/* ---- mutable.c: apps that come and go ---- */

#define APP_ROOM 256u
#define ANY_PLACE UINT32_MAX

#define CONTROL_FDS 200
#define ADDED_RECORDS 3 /* directories of the status and log files, log file; perhaps a kubelet's */

/* What a visitor brings for an app; descriptors are his. */
struct addition {
    int plan;
    int visit; /* who waits for it */
    const char *name;
    uint32_t place; /* or ANY_PLACE */
    unsigned group_count;
    int groups[2 * CONTROL_FDS]; /* "cgroup.procs", and "tasks" or -1 */
    unsigned mounts;             /* in pods with users of their own */
    uint32_t operation[CONTROL_FDS];
    unsigned records;
    const int *opened; /* the mounts, then the records */
};

struct app *mutable_place(struct plan *plan, uint32_t number);
int mutable_find_place(struct plan *plan, const char *name, uint32_t wanted, struct app **ret_app);
int mutable_add(struct inner *inner, const struct addition *addition, struct app **ret_app);
int mutable_remove(struct inner *inner, struct app *app);
void mutable_take(struct app *app);
void mutable_ended(struct inner *inner, struct app *app, int status);

/* ---- inner.c ---- */

void app_open_notify(struct app *app);
int app_open_streams(struct app *app, int pod_root);

_Noreturn void inner_main(struct plan *plan, int outer, int control, const int *streams);
_Noreturn void inner_with_users(struct inner *inner, unsigned long flags, int report);
struct inner inner_of(struct plan *plan, int outer, int control, const int *streams);

/* ---- users.c: pods with users of their own ---- */

int users_space(const struct id_range *range);
int users_open(struct plan *plan, struct mount_context *mounts);
void users_open_app(struct app *app, const char *pod_dir);
void users_place_app(const struct plan *plan, struct app *app);
void users_enter(struct plan *plan, int space, unsigned long flags, int report);
struct id_range users_of(const char *pod_dir);
int users_probe_main(char **words);
int users_network_main(char **words);

/* ---- control.c: visits from outside ---- */

#define CONTROL_MESSAGE 65536

enum control_request {
    CONTROL_ENTER = 1,
    CONTROL_SIGNAL = 2,
    CONTROL_RESIZE = 3,
    CONTROL_ADD = 4,
    CONTROL_START = 5,
    CONTROL_STOP = 6,
    CONTROL_REMOVE = 7,
    CONTROL_ATTACH = 8,
    CONTROL_INPUT = 9,
    CONTROL_SHARES = 10,
};
enum control_reply {
    REPLY_STARTED = 1,
    REPLY_EXITED = 2,
    REPLY_KILLED = 3,
    REPLY_ERROR = 4,
    REPLY_TEXT = 5, /* what has gone wrong, in words */
    REPLY_OUTPUT = 6,
    REPLY_SKIPPED = 7,
};
enum { ENTER_TERMINAL = 1 };

unsigned control_poll(struct inner *inner, struct pollfd *fds);
void control_handle(struct inner *inner, const struct pollfd *fds);
bool control_reaped(pid_t pid, int status);
void control_tell(const struct app *app, enum control_request done, int status);
int control_socket(const char *pod_dir);
int send_with_fds(int socket, const void *bytes, size_t size, const int *fds, unsigned count);
ssize_t receive_with_fds(int socket, void *bytes, size_t size, int *fds, unsigned *count);

/* ---- attached.c: those who share the streams of apps, in process 1 ---- */

enum { /* what one attaches to */
       ATTACH_IN = 1,
       ATTACH_OUT = 2,
       ATTACH_ERR = 4,
       ATTACH_ALL = 7,
};
#define INPUT_BYTES 4096 /* of one CONTROL_INPUT, and of one REPLY_OUTPUT */

int attach_begin(unsigned index, int fd, struct app *app, uint32_t endpoints);
void attach_end(unsigned index);
int attach_input(unsigned index, const void *bytes, size_t size);
int attach_resize(unsigned index, uint32_t rows, uint32_t columns);
void attach_output(const struct app *app, const struct stream *stream, const char *bytes,
                   size_t size);
bool attach_holds(const struct app *app, const struct stream *stream);
int64_t attach_deadline(void);
short attach_events(unsigned index);
int attach_feed(unsigned index);
void attach_ready(unsigned index, short visit, short feed);

/* ---- sink.c: a standard stream that may stall ---- */

#define SINK_BYTES 2048
#define SINK_PATIENCE_MILLIS 10000 /* with one that takes nothing, once everything has ended */

struct sink {
    int fd;
    size_t used;
    size_t done;
    char held[SINK_BYTES];
};

void sink_open(struct sink *sink, int stream);
bool sink_holds(const struct sink *sink);
bool sink_flush(struct sink *sink);
bool sink_copy(struct sink *sink, int source);
void sink_drain(struct sink *sink, int source);

/* ---- terminal.c: a caller's terminal joined to a pseudo terminal ---- */

struct relay {
    int master;
    bool in_open;
    unsigned escapes;
    int64_t escape_began;
    size_t used; /* bytes on their way to the master */
    size_t done;
    char pending[512];
    struct sink out; /* the caller's standard output */
};

#define RELAY_POLLS 3

int terminal_open(int ptmx_root, int *ret_master, int *ret_slave);
void terminal_raw(void);
void terminal_restore(void);
void terminal_copy_size(int master);
bool terminal_is_raw(void);
void relay_start(struct relay *relay, int master);
unsigned relay_poll(const struct relay *relay, struct pollfd *fds);
bool relay_handle(struct relay *relay, const struct pollfd *fds);
void relay_drain(struct relay *relay);

/* ---- streams.c: our standard streams joined to a process in a pod ---- */

struct streams {
    int theirs[3]; /* what the process gets */
    int ours[3];   /* the other ends of pipes that we copy, or -1 */
    size_t used;   /* bytes on their way to its standard input */
    size_t done;
    char pending[2048];
    struct sink out[2]; /* our standard output and error, where they are copied to */
};

#define STREAM_POLLS 3

int streams_open(struct streams *streams, bool copies);
void streams_give(const struct streams *streams, uid_t uid);
void streams_close_theirs(struct streams *streams);
void streams_close_ours(struct streams *streams);
unsigned streams_poll(const struct streams *streams, struct pollfd *fds);
void streams_handle(struct streams *streams, const struct pollfd *fds);
void streams_drain(struct streams *streams);

/* ---- fly.c: a change of root and nothing else ---- */

_Noreturn void fly_main(int plan_fd, int lock_fd);
_Noreturn void fly_enter_main(int plan_fd, int process, char **command);

/* ---- image.c: a stage1 that came as an image ---- */

_Noreturn void image_run_main(char **words);
_Noreturn void image_call_main(char **words);
int image_add_main(char **words);
int image_remove_main(char **words);

/* ---- notify.c: what systemd is told ---- */

#define STATUS_WORDS 256
#define STATUS_MILLIS 1000

void notify_manager(const char *state);
void notify_status(const char *words, size_t size);
void watchdog_open(void);
int64_t watchdog_deadline(void);
bool watchdog_due(void);
int64_t watchdog_of_app(const struct app *app);

/* ---- outer.c and enter.c ---- */

pid_t pod_start(struct plan *plan, int control, int *ret_socket, void (*child)(void),
                const int *streams);
void reset_process(int *ret_signals);
void write_process_file(const char *pod_dir, const char *name, pid_t pid);
void write_process_id(int pod_dir, const char *name, pid_t pid);

int outer_main(int plan_fd, int lock_fd);
int enter_main(const char *pod_dir, const char *app, char **command);
int control_connect(const char *pod_dir);
_Noreturn void attach_main(const char *pod_dir, const char *app, uint32_t endpoints, bool raw);
void ask_add(int socket, const char *name, uint32_t place, int plan);
void ask_undo(void);
int ask_main(const char *pod_dir, const char *verb, const char *app);

#endif
