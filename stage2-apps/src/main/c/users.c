/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pods with users of their own: a user name space in which the ids from 0 on are a range of the
 * host's that nobody else has. Two sides:
 *
 * The host's side is still root. It opens everything that process 1 will need of the host: what
 * lies in the pod's directory, and the trees that roots are made of, by mounts whose ids are mapped
 * (mount_setattr(2), MOUNT_ATTR_IDMAP), so that no file on the disk ever changes its owner. It works
 * in a mount name space of its own, with the pod's root as the owner of what it makes.
 *
 * The pod's side is process 1, root in the pod and nobody on the host. It can name nothing of the
 * host's, so it attaches what was opened for it, and makes the pod's root on PLACE.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "podinit.h"

/* A directory that everybody may search, in a mount name space that has it for nothing else. */
#define PLACE "/dev"
#define NS_GET_USERNS_ 0xb701

/* Exit statuses of users_probe_main, known to the Java class UserNamespaces. */
enum { PROBE_NO_NAME_SPACE = 3, PROBE_NO_MAPPED_MOUNTS = 4, PROBE_NO_MAPPED_LAYERS = 5 };

static int open_of_process(pid_t pid, const char *name, int flags) {
    TEXT(path, 64);

    text_add(&path, "/proc/");
    text_number(&path, (uint64_t)pid, 0, 0);
    text_bytes(&path, name, strlen(name) + 1);
    return open(path.at, flags | O_CLOEXEC);
}

static int write_map(pid_t pid, const char *name, const struct id_range *range) {
    TEXT(line, 64);
    int fd = open_of_process(pid, name, O_WRONLY);
    int error;

    if (fd < 0)
        return -errno;
    text_add(&line, "0 ");
    text_number(&line, range->first, 0, 0);
    text_add(&line, " ");
    text_number(&line, range->count, 0, 0);
    text_add(&line, "\n");
    error = text_write(&line, fd);
    (void)close(fd);
    return error;
}

static void end_child(pid_t pid) {
    int status;

    (void)kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
}

/* A new user name space with the ids of range; a descriptor of it. */
static int make_space(const struct id_range *range) {
    long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
    int space;
    int error;

    if (pid == 0)
        for (;;)
            (void)pause();
    if (pid < 0)
        return -errno;
    error = write_map((pid_t)pid, "/uid_map", range);
    if (error == 0)
        error = write_map((pid_t)pid, "/gid_map", range);
    space = open_of_process((pid_t)pid, "/ns/user", O_RDONLY);
    if (error == 0 && space < 0)
        error = -errno;
    end_child((pid_t)pid);
    if (error == 0)
        return space;
    if (space >= 0)
        (void)close(space);
    return error;
}

/* The user name space that a network name space was made in, for there the pod is to be root. */
static int space_of_network(const char *path) {
    int network = open(path, O_RDONLY | O_CLOEXEC);
    int space;

    if (network < 0)
        return -errno;
    space = ioctl(network, NS_GET_USERNS_);
    if (space < 0)
        space = -errno;
    (void)close(network);
    return space;
}

int users_space(const struct id_range *range) {
    int space = make_space(range);

    if (space < 0)
        die(space, "make a user name space", NULL);
    return space;
}

/* A mount name space in which mounts of ours are seen by nobody. */
static void leave_mounts(void) {
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
        die(errno, "make a mount name space", NULL);
}

/* Mounts a directory on itself with the ids of a user name space. */
static int map_directory(const char *path, int space) {
    struct mount_attr_ attr = {.attr_set = ATTR_IDMAP, .userns_fd = (uint64_t)space};
    int tree = sys_open_tree(AT_FDCWD, path, OPEN_TREE_CLONE_ | O_CLOEXEC);
    int target = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int error = 0;

    if (tree < 0 || target < 0 || sys_mount_setattr(tree, AT_EMPTY_PATH, &attr) < 0 ||
        sys_move_mount(tree, target) < 0)
        error = -errno;
    if (tree >= 0)
        (void)close(tree);
    if (target >= 0)
        (void)close(target);
    return error;
}

static void raise_capabilities(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];

    if (syscall(SYS_capget, &header, data) < 0)
        die(errno, "read our capabilities", NULL);
    for (int i = 0; i < 2; i++)
        data[i].effective = data[i].permitted;
    if (syscall(SYS_capset, &header, data) < 0)
        die(errno, "keep our capabilities", NULL);
}

/*
 * What we make from now on belongs to the pod's root, and we may do what we could: through mounts
 * with mapped ids nothing can be made for the host's own root, whom they do not know.
 */
static void act_for(const struct id_range *range) {
    (void)setfsgid(range->first);
    (void)setfsuid(range->first);
    raise_capabilities();
}

/* A copy of the mount at path, restricted by flags, that is attached nowhere yet. */
static int copy_tree(const char *path, uint32_t flags) {
    unsigned recursive = (flags & FLAG_RECURSIVE) != 0 ? AT_RECURSIVE_ : 0;
    struct mount_attr_ attr = {.attr_set =
                                   flags & (ATTR_RDONLY | ATTR_NOSUID | ATTR_NODEV | ATTR_NOEXEC)};
    int tree = sys_open_tree(AT_FDCWD, path, OPEN_TREE_CLONE_ | O_CLOEXEC | recursive);

    if (tree >= 0 && attr.attr_set != 0 &&
        sys_mount_setattr(tree, AT_EMPTY_PATH | recursive, &attr) < 0) {
        int error = -errno;

        (void)close(tree);
        return error;
    }
    return tree < 0 ? -errno : tree;
}

/* Whether an app before this one has the same tree, whose ids are mapped then. */
static bool mapped_before(const struct plan *plan, uint32_t app, const char *lower) {
    for (uint32_t i = 0; i < app; i++) {
        const struct mount_ops *ops = &plan->app[i].mounts;

        if (ops->count > 0 && ops->item[0].kind == OP_OVERLAY && strcmp(ops->item[0].a, lower) == 0)
            return true;
    }
    return false;
}

/* The app's root: devices in its image are none there. */
static void open_app_root(struct app *app, struct mount_op *op) {
    int error = op->kind == OP_OVERLAY ? overlay_mount(op, app->rootfs) : 0;

    op->source = error < 0 ? error : copy_tree(app->rootfs, FLAG_NO_DEV);
    if (op->source < 0)
        die(op->source, "mount the root of", app->name);
    if (op->kind == OP_OVERLAY)
        (void)umount2(app->rootfs, MNT_DETACH);
}

static void open_source(struct mount_op *op) {
    op->source = copy_tree(op->a, op->flags);
    if (op->source < 0 && !((op->flags & FLAG_OPTIONAL) != 0 && op->source == -ENOENT))
        die_with(EXIT_NSPAWN, op->source, "open the source of a mount", op->a);
    op->flags &= FLAG_IF_ABSENT | FLAG_OPTIONAL;
}

/* Copies of everything that ops mount of the host's; app: whose root they make, or null. */
static void open_sources(struct mount_ops *ops, struct app *app) {
    for (uint32_t i = 0; i < ops->count; i++) {
        struct mount_op *op = &ops->item[i];

        if (op->kind == OP_BIND)
            open_source(op);
        else if (app != NULL && (op->kind == OP_OVERLAY || op->kind == OP_SELF_BIND))
            open_app_root(app, op);
        else
            continue;
        op->detached = true;
    }
}

/* The tree below an app's root, if that is an overlay. */
static const char *lower_of(const struct app *app) {
    const struct mount_ops *ops = &app->mounts;

    return ops->count > 0 && ops->item[0].kind == OP_OVERLAY ? ops->item[0].a : NULL;
}

static void must_map(const char *path, int space) {
    int error = map_directory(path, space);

    if (error < 0)
        die(error, "map the ids of", path);
}

/* The host's side of one app that is added to a running pod. */
void users_open_app(struct app *app, const char *pod_dir) {
    int space = users_space(&app->users);
    const char *lower = lower_of(app);
    int error;

    leave_mounts();
    must_map(pod_dir, space);
    if (lower != NULL)
        must_map(lower, space);
    act_for(&app->users);
    open_sources(&app->mounts, app);
    error = output_open_app(app, false);
    if (error < 0)
        die(error, "open the files of app", app->name);
    (void)close(space);
}

/* The host's side of a pod, up to what its own files are; the user name space it is to have. */
int users_open(struct plan *plan, struct mount_context *mounts) {
    int space = plan->network == NETWORK_JOINED ? space_of_network(plan->netns)
                                                : make_space(&plan->users);

    if (space < 0)
        die(space, "make a user name space", NULL);
    leave_mounts();
    must_map(plan->pod_dir, space);
    for (uint32_t i = 0; i < plan->app_count; i++) {
        const char *lower = lower_of(&plan->app[i]);

        if (lower != NULL && !mapped_before(plan, i, lower))
            must_map(lower, space);
    }
    act_for(&plan->users);
    open_sources(&plan->mounts, NULL);
    for (uint32_t i = 0; i < plan->app_count; i++)
        open_sources(&plan->app[i].mounts, &plan->app[i]);
    mounts->pod_tree = copy_tree(plan->root, 0);
    mounts->null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (mounts->pod_tree < 0 || mounts->null < 0)
        die(errno, "open the root of pod", plan->uuid);
    return space;
}

/* The place of an app's root in the pod's, as process 1 names it. */
void users_place_app(const struct plan *plan, struct app *app) {
    size_t skipped = plan->host_root_length - strlen(PLACE);
    char *path = (char *)(uintptr_t)app->rootfs + skipped;

    memcpy(path, PLACE, strlen(PLACE));
    app->rootfs = path;
}

/* Becomes root of the pod, on whom the host has no other rights than on anybody. */
static void become_root(int space) {
    if (setgroups(0, NULL) < 0 || setns(space, CLONE_NEWUSER) < 0 ||
        syscall(SYS_setresgid, 0, 0, 0) < 0 || syscall(SYS_setresuid, 0, 0, 0) < 0)
        die(errno, "enter the pod's user name space", NULL);
    (void)close(space);
}

/*
 * From the host's side to the pod's: returns in process 1 only, which is a child of our parent. Who
 * that is goes into report.
 */
void users_enter(struct plan *plan, int space, unsigned long flags, int report) {
    long pid;

    plan->host_root_length = strlen(plan->root);
    plan->root = PLACE;
    for (uint32_t i = 0; i < plan->app_count; i++)
        users_place_app(plan, &plan->app[i]);
    become_root(space);
    pid = syscall(SYS_clone, flags | CLONE_PARENT, 0, 0, 0, 0);
    if (pid < 0)
        die(errno, "make the pod's name spaces", NULL);
    if (pid == 0) {
        (void)close(report);
        return;
    }
    _exit(write(report, &pid, sizeof(pid)) == (ssize_t)sizeof(pid) ? 0 : EXIT_START);
}

static uint32_t parse_id(const char *text) {
    uint64_t id = 0;

    for (; *text >= '0' && *text <= '9' && id <= UINT32_MAX; text++)
        id = id * 10 + (uint64_t)(*text - '0');
    return *text == 0 && id < UINT32_MAX ? (uint32_t)id : 0;
}

static struct id_range parse_range(char **words) {
    struct id_range range = {parse_id(words[0]), parse_id(words[1])};

    if (range.first == 0 || range.count == 0)
        die(EINVAL, "use the ids from", words[0]);
    return range;
}

/* users FIRST COUNT DIRECTORY: whether pods in a directory can have users of their own. */
int users_probe_main(char **words) {
    struct id_range range = parse_range(words);
    int space = make_space(&range);
    struct utsname kernel;
    long major;
    char *end;

    if (space < 0) {
        warn(space, "make a user name space", NULL);
        return PROBE_NO_NAME_SPACE;
    }
    leave_mounts();
    if (map_directory(words[2], space) < 0)
        return PROBE_NO_MAPPED_MOUNTS;
    if (uname(&kernel) < 0)
        return PROBE_NO_MAPPED_LAYERS;
    major = strtol(kernel.release, &end, 10);
    if (major > 5 || (major == 5 && *end == '.' && strtol(end + 1, NULL, 10) >= 19))
        return 0;
    return PROBE_NO_MAPPED_LAYERS;
}

static void loopback_up(void) {
    struct ifreq request = {.ifr_name = "lo"};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    request.ifr_flags = IFF_UP | IFF_RUNNING;
    if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
        die(errno, "set up the loopback interface", NULL);
    (void)close(fd);
}

/*
 * users-network FIRST COUNT PATH: makes a network name space in a new user name space, and keeps
 * both by a mount at path.
 */
int users_network_main(char **words) {
    struct id_range range = parse_range(words);
    int space = users_space(&range);
    int ready[2];
    char byte = 0;
    TEXT(path, 64);
    pid_t pid;
    int error = 0;

    if (pipe2(ready, O_CLOEXEC) < 0)
        die(errno, "make a pipe", NULL);
    pid = fork();
    if (pid == 0) {
        become_root(space);
        if (unshare(CLONE_NEWNET) < 0)
            die(errno, "make a network name space", NULL);
        loopback_up();
        (void)!write(ready[1], &byte, 1);
        for (;;)
            (void)pause();
    }
    (void)close(ready[1]);
    if (pid < 0 || read(ready[0], &byte, 1) != 1)
        return EXIT_START;
    text_add(&path, "/proc/");
    text_number(&path, (uint64_t)pid, 0, 0);
    text_bytes(&path, "/ns/net", sizeof("/ns/net"));
    if (mount(path.at, words[2], NULL, MS_BIND, NULL) < 0)
        error = -errno;
    end_child(pid);
    if (error < 0)
        die(error, "keep the network name space", words[2]);
    return 0;
}

/* The ids of the pod in a directory, as the Java class IdRange writes them; none without the file. */
struct id_range users_of(const char *pod_dir) {
    struct id_range range = {0, 0};
    char line[32] = {0};
    char *words[2] = {line, NULL};
    int dir = open(pod_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = dir < 0 ? -1 : openat(dir, "private-users-prepared", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

    if (dir >= 0)
        (void)close(dir);
    if (fd < 0)
        return range;
    if (read(fd, line, sizeof(line) - 1) > 0)
        words[1] = strchr(line, ':');
    (void)close(fd);
    if (words[1] == NULL)
        return range;
    *words[1]++ = 0;
    return parse_range(words);
}
