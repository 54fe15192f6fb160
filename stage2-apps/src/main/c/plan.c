/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reader of the plan; the format is described in the Java class PodInitPlan, which writes it.
 * Texts stay where they lie in the plan's bytes; lists become arrays in one arena whose size is
 * fixed by the plan's size, so that a plan of lies costs nothing.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>

#include "machine.h"

#define PLAN_LIMIT (8u << 20)
#define APP_LIMIT 256u
#define LOG_FILES 100u
#define MAGIC "rktjpln1"
#define MACHINE_MAGIC "rktjvmp1"
#define MACHINE_APP_MAGIC "rktjvma1"
#define APP_MAGIC "rktjapp1"

static struct {
    char *at;
    size_t left;
} arena;

/* Zeroed memory for count elements, or null (and a bad reader) if the plan is not worth it. */
static void *array(struct reader *in, uint32_t count, size_t size) {
    size_t bytes;

    if (in->bad || __builtin_mul_overflow((size_t)count, size, &bytes) || bytes > SIZE_MAX - 15 ||
        (bytes + 15) / 16 * 16 > arena.left) {
        in->bad = true;
        return NULL;
    }
    bytes = (bytes + 15) / 16 * 16;
    arena.at += bytes;
    arena.left -= bytes;
    return arena.at - bytes;
}

/* The next number. */
uint32_t read_number(struct reader *in) {
    const unsigned char *p = in->at;

    if (in->bad || in->end - p < 4) {
        in->bad = true;
        return 0;
    }
    in->at += 4;
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint64_t read_wide(struct reader *in) {
    uint64_t low = read_number(in);

    return low | (uint64_t)read_number(in) << 32;
}

/* Length bytes and the zero bytes after them. */
static const void *read_padded(struct reader *in, uint32_t length, uint32_t padding) {
    const unsigned char *p = in->at;
    size_t left = (size_t)(in->end - p);

    if (in->bad || length > left || padding > left - length) {
        in->bad = true;
        return NULL;
    }
    for (uint32_t i = 0; i < padding; i++)
        if (p[length + i] != 0)
            in->bad = true;
    in->at += (size_t)length + padding;
    return p;
}

/* The next text, never null. */
const char *read_text(struct reader *in) {
    uint32_t length = read_number(in);
    const char *text = read_padded(in, length, 4 - length % 4);

    if (text == NULL || memchr(text, 0, length) != NULL)
        in->bad = true;
    return in->bad ? "" : text;
}

/* The next blob, a multiple of so many bytes. */
const void *read_blob(struct reader *in, uint32_t multiple, uint32_t *ret_size) {
    uint32_t length = read_number(in);
    const void *blob = read_padded(in, length, (4 - length % 4) % 4);

    if (length % multiple != 0)
        in->bad = true;
    *ret_size = in->bad ? 0 : length;
    return blob;
}

/* A number of elements, each of at least least bytes. */
uint32_t read_count(struct reader *in, size_t least) {
    uint32_t count = read_number(in);

    if (!in->bad && count > (size_t)(in->end - in->at) / least)
        in->bad = true;
    return in->bad ? 0 : count;
}

/* The next list of texts. */
void read_strings(struct reader *in, struct strings *ret) {
    ret->count = read_count(in, 8);
    ret->item = array(in, ret->count + 1, sizeof(char *));
    for (uint32_t i = 0; i < ret->count && !in->bad; i++)
        ret->item[i] = (char *)(uintptr_t)read_text(in);
}

static void read_commands(struct reader *in, struct commands *ret) {
    ret->count = read_count(in, 4);
    ret->item = array(in, ret->count, sizeof(struct strings));
    for (uint32_t i = 0; i < ret->count && !in->bad; i++) {
        read_strings(in, &ret->item[i]);
        if (ret->item != NULL && ret->item[i].count == 0)
            in->bad = true;
    }
}

static void read_ops(struct reader *in, struct mount_ops *ret) {
    ret->count = read_count(in, 44);
    ret->item = array(in, ret->count, sizeof(struct mount_op));
    for (uint32_t i = 0; i < ret->count && !in->bad; i++) {
        struct mount_op *op = &ret->item[i];
        uint32_t kind = read_number(in);

        if (kind >= OP_KINDS)
            in->bad = true;
        op->kind = (enum op_kind)kind;
        op->a = read_text(in);
        op->b = read_text(in);
        op->c = read_text(in);
        op->flags = read_number(in);
        op->mode = read_number(in);
        op->device = read_wide(in);
        op->source = -1;
    }
}

static void read_cgroup_dir(struct reader *in, struct cgroup_dir *ret) {
    ret->path = read_text(in);
    ret->settings = read_count(in, 20);
    ret->setting = array(in, ret->settings, sizeof(struct cgroup_setting));
    for (uint32_t i = 0; i < ret->settings && !in->bad; i++) {
        ret->setting[i].file = read_text(in);
        ret->setting[i].value = read_text(in);
        ret->setting[i].required = read_number(in) != 0;
    }
    ret->program = read_blob(in, 8, &ret->program_size);
}

static void read_cgroups(struct reader *in, struct cgroup_plan *ret) {
    ret->count = read_count(in, 16);
    ret->dir = array(in, ret->count, sizeof(struct cgroup_dir));
    for (uint32_t i = 0; i < ret->count && !in->bad; i++)
        read_cgroup_dir(in, &ret->dir[i]);
    read_strings(in, &ret->join);
    ret->procs = array(in, ret->join.count, sizeof(int));
    ret->tasks = array(in, ret->join.count, sizeof(int));
    for (uint32_t i = 0; i < ret->join.count && !in->bad; i++)
        ret->procs[i] = ret->tasks[i] = -1;
}

static void read_gids(struct reader *in, struct app *app) {
    uint32_t count = read_count(in, 4);

    app->gids = array(in, count + 1, sizeof(uint32_t));
    if (in->bad)
        return;
    app->gids[0] = app->gid;
    app->gid_count = count + 1;
    for (uint32_t i = 1; i <= count; i++)
        app->gids[i] = read_number(in);
}

static void read_sockets(struct reader *in, struct app *app) {
    app->socket_count = read_count(in, 12);
    if (app->socket_count > SOCKET_LIMIT)
        in->bad = true;
    app->socket = array(in, app->socket_count, sizeof(struct app_socket));
    for (uint32_t i = 0; i < app->socket_count && !in->bad; i++) {
        uint32_t fd = read_number(in);
        uint32_t datagrams = read_number(in);
        uint32_t port = read_number(in);

        if ((fd < 3 || fd > INT_MAX) && fd != UINT32_MAX)
            in->bad = true;
        if (port == 0 || port > UINT16_MAX)
            in->bad = true;
        app->socket[i] = (struct app_socket){(int)fd, datagrams != 0, (uint16_t)port};
    }
    app->socket_names = read_text(in);
}

static void read_modes_of(struct reader *in, struct app *app) {
    uint32_t modes = read_number(in);

    for (int i = 0; i < 3; i++) {
        uint32_t mode = modes >> (4 * i) & 15;

        if (mode >= MODES)
            in->bad = true;
        app->mode[i] = (enum stream_mode)mode;
    }
    if (modes >> 12 != 0)
        in->bad = true;
}

static void read_profile(struct reader *in, struct app *app) {
    read_strings(in, &app->arguments);
    read_strings(in, &app->search_path);
    read_strings(in, &app->environment);
    app->working_directory = read_text(in);
    app->uid = read_number(in);
    app->gid = read_number(in);
    if (app->uid == UINT32_MAX || app->gid == UINT32_MAX || app->arguments.count == 0)
        in->bad = true;
    read_gids(in, app);
    app->capabilities = read_wide(in);
    app->flags = read_number(in);
    app->seccomp = read_blob(in, 8, &app->seccomp_size);
    if (app->seccomp_size / 8 > 4096)
        in->bad = true;
    app->oom_score_adjust = (int32_t)read_number(in);
    read_commands(in, &app->pre_start);
    read_commands(in, &app->post_stop);
    read_sockets(in, app);
    read_modes_of(in, app);
}

/* The pod's ids are above those of the host's own users. */
static void read_users(struct reader *in, struct id_range *range) {
    range->first = read_number(in);
    range->count = read_number(in);
    if ((range->first == 0) != (range->count == 0) || range->count > INT_MAX ||
        range->first > INT_MAX)
        in->bad = true;
}

static void read_app(struct reader *in, struct app *app) {
    app->name = read_text(in);
    app->rootfs = read_text(in);
    read_ops(in, &app->mounts);
    app->read_only_root = read_number(in) != 0;
    read_cgroups(in, &app->cgroups);
    app->log_file = read_text(in);
    app->kubelet_file = read_text(in);
    app->status_file = read_text(in);
    read_profile(in, app);
    app->root = app->mntns = app->start = app->notify = -1;
    app->status_dir = app->log_dir = app->log = app->kubelet = app->out[0] = app->out[1] = -1;
    app->in = app->feed = -1;
    for (int i = 0; i < 2; i++) {
        app->stream[i].fd = -1;
        app->stream[i].error = i == 1;
        app->stream[i].line = array(in, STREAM_BYTES, 1);
    }
}

static void read_pod(struct reader *in, struct plan *plan) {
    uint32_t network;

    plan->uuid = read_text(in);
    plan->hostname = read_text(in);
    plan->pod_dir = read_text(in);
    plan->root = read_text(in);
    plan->ready_link = read_text(in);
    network = read_number(in);
    if (network > NETWORK_JOINED)
        in->bad = true;
    plan->network = (enum network)network;
    plan->netns = read_text(in);
    plan->flags = read_number(in);
    plan->stop_timeout = read_number(in);
    if (plan->stop_timeout > INT_MAX)
        in->bad = true;
    read_ops(in, &plan->mounts);
    read_cgroups(in, &plan->cgroups);
    plan->log_limit = read_wide(in);
    plan->log_files = read_number(in);
    read_users(in, &plan->users);
    if (plan->log_limit == 0 || plan->log_files == 0 || plan->log_files > LOG_FILES)
        in->bad = true;
}

/* Makes the arena for a plan of so many bytes. */
static int open_arena(size_t size) {
    arena.at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                    -1, 0);
    if (arena.at == MAP_FAILED)
        return -errno;
    arena.left = size;
    return 0;
}

/* Reads a plan whose bytes stay in place as long as it is used; -EBADMSG if it is malformed. */
int plan_parse(const void *bytes, size_t size, struct plan *ret_plan) {
    struct reader in = {bytes, (const unsigned char *)bytes + size, false};
    struct plan plan = {0};
    uint32_t room;
    size_t arena_size = 16 * size + APP_LIMIT * (sizeof(struct app) + 2 * STREAM_BYTES + 64);

    if (size < 12 || memcmp(bytes, MAGIC, 8) != 0)
        return -EBADMSG;
    in.at += 8;
    if (read_number(&in) != size)
        return -EBADMSG;
    if (open_arena(arena_size) < 0)
        return -ENOMEM;
    read_pod(&in, &plan);
    plan.app_count = read_count(&in, 100);
    if (plan.app_count > APP_LIMIT)
        in.bad = true;
    room = (plan.flags & POD_MUTABLE) != 0 ? APP_LIMIT : plan.app_count;
    plan.poll = array(&in, POLL_SIZE(room), sizeof(struct pollfd));
    plan.app = array(&in, room, sizeof(struct app));
    for (uint32_t i = 0; i < plan.app_count && !in.bad; i++)
        read_app(&in, &plan.app[i]);
    for (uint32_t i = 0; i < plan.app_count && plan.users.count != 0 && !in.bad; i++)
        if (strncmp(plan.app[i].rootfs, plan.root, strlen(plan.root)) != 0)
            in.bad = true; /* the path is cut there: see users_place_app */
    if (in.bad || in.at != in.end)
        return -EBADMSG;
    *ret_plan = plan;
    return 0;
}

/* Fills bytes from a file's beginning, or with whatever comes out of a pipe, up to its end. */
static int fill(int fd, char *bytes, size_t *ret_size) {
    size_t used = 0;

    (void)lseek(fd, 0, SEEK_SET);
    while (used < PLAN_LIMIT) {
        ssize_t n = read(fd, bytes + used, PLAN_LIMIT - used);

        if (n == 0) {
            *ret_size = used;
            return 0;
        }
        if (n < 0 && errno != EINTR)
            return -errno;
        used += n > 0 ? (size_t)n : 0;
    }
    return -EFBIG;
}

/* Reads a whole file into memory of its own. */
static int read_whole(int fd, char **ret_bytes, size_t *ret_size) {
    int error;
    char *bytes = mmap(NULL, PLAN_LIMIT, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (bytes == MAP_FAILED)
        return -errno;
    error = fill(fd, bytes, ret_size);
    if (error < 0)
        (void)munmap(bytes, PLAN_LIMIT);
    else
        *ret_bytes = bytes;
    return error;
}

/* Reads a pod's plan. */
int plan_read(int fd, struct plan *ret_plan) {
    char *bytes;
    size_t size;
    int error = read_whole(fd, &bytes, &size);

    return error < 0 ? error : plan_parse(bytes, size, ret_plan);
}

/* Reads the plan of one app, which keeps memory of its own until plan_forget_app. */
int plan_parse_app(const void *plan, size_t size, struct app *ret_app) {
    struct app app = {0};
    struct reader in;
    char *bytes;

    app.memory_size = size + 16 + 16 * size + 2 * STREAM_BYTES + 4096;
    app.memory = mmap(NULL, app.memory_size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (app.memory == MAP_FAILED)
        return -ENOMEM;
    memcpy(app.memory, plan, size);
    bytes = app.memory;
    arena.at = bytes + (size + 15) / 16 * 16;
    arena.left = app.memory_size - (size + 15) / 16 * 16;
    in = (struct reader){(unsigned char *)bytes + 8, (unsigned char *)bytes + size, false};
    if (size < 12 || memcmp(bytes, APP_MAGIC, 8) != 0 || read_number(&in) != size)
        in.bad = true;
    if (!in.bad)
        read_users(&in, &app.users);
    if (!in.bad)
        read_app(&in, &app);
    if (in.bad || in.at != in.end) {
        plan_forget_app(&app);
        return -EBADMSG;
    }
    *ret_app = app;
    return 0;
}

/* The same from a file. */
int plan_read_app(int fd, struct app *ret_app) {
    char *bytes;
    size_t size;
    int error = read_whole(fd, &bytes, &size);

    if (error < 0)
        return error;
    error = plan_parse_app(bytes, size, ret_app);
    (void)munmap(bytes, PLAN_LIMIT);
    return error;
}

/* Gives back the memory of an app's plan. */
void plan_forget_app(struct app *app) {
    if (app->memory != NULL)
        (void)munmap(app->memory, app->memory_size);
    app->memory = NULL;
}

static void read_modes(struct reader *in, struct machine_plan *plan) {
    plan->modes = read_count(in, 64);
    plan->mode = array(in, plan->modes, sizeof(struct machine_mode));
    for (uint32_t i = 0; i < plan->modes && !in->bad; i++) {
        plan->mode[i].name = read_text(in);
        plan->mode[i].boot_millis = read_number(in);
        read_strings(in, &plan->mode[i].command);
        plan->mode[i].memory_use = read_number(in);
        plan->mode[i].memory = read_text(in);
        plan->mode[i].state = read_text(in);
        plan->mode[i].failure_file = read_text(in);
        plan->mode[i].failure_text = read_text(in);
        plan->mode[i].failure_words = read_text(in);
        if (plan->mode[i].command.count == 0 || plan->mode[i].boot_millis > INT_MAX ||
            plan->mode[i].memory_use > MEMORY_MADE)
            in->bad = true;
    }
    if (plan->modes == 0)
        in->bad = true;
}

/* Reads what concerns a machine, up to where what is its own begins. */
static int open_document(int fd, const char *magic, struct reader *ret_in) {
    char *bytes;
    size_t size;
    int error = read_whole(fd, &bytes, &size);

    if (error < 0)
        return error;
    if (size < 12 || memcmp(bytes, magic, 8) != 0)
        return -EBADMSG;
    *ret_in = (struct reader){(unsigned char *)bytes + 8, (unsigned char *)bytes + size, false};
    if (read_number(ret_in) != size || open_arena(16 * size + 65536) < 0)
        return -EBADMSG;
    return 0;
}

/* Reads the plan of a machine, which holds that of its pod. */
int machine_plan_read(int fd, struct machine_plan *ret_plan) {
    struct machine_plan plan = {0};
    struct reader in;
    int error = open_document(fd, MACHINE_MAGIC, &in);

    if (error < 0)
        return error;
    plan.pod = read_blob(&in, 1, &plan.pod_size);
    plan.setup = read_blob(&in, 1, &plan.setup_size);
    read_cgroups(&in, &plan.cgroups);
    plan.memory = (uint64_t)read_number(&in) << 20;
    plan.netns = read_text(&in);
    read_strings(&in, &plan.interfaces);
    read_strings(&in, &plan.addresses);
    read_ops(&in, &plan.jail);
    read_ops(&in, &plan.shares);
    read_strings(&in, &plan.server);
    plan.mode_file = read_text(&in);
    read_modes(&in, &plan);
    if (in.bad || in.at != in.end || plan.interfaces.count != plan.addresses.count ||
        plan.interfaces.count > TAPS)
        return -EBADMSG;
    *ret_plan = plan;
    return 0;
}

/* Reads what is to be done for an app that comes to a machine. */
int machine_app_read(int fd, struct machine_app *ret_app) {
    struct machine_app app = {0};
    struct reader in;
    int error = open_document(fd, MACHINE_APP_MAGIC, &in);

    if (error < 0)
        return error;
    app.plan = read_blob(&in, 1, &app.plan_size);
    app.setup = read_blob(&in, 1, &app.setup_size);
    read_ops(&in, &app.shares);
    if (in.bad || in.at != in.end)
        return -EBADMSG;
    *ret_app = app;
    return 0;
}
