/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operations of a root file system, one after another, every one on descriptors: a name inside
 * the root is resolved first, then the mount is attached to what it resolved to.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include "podinit.h"

static unsigned long mount_flags(uint32_t flags) {
    return ((flags & FLAG_READ_ONLY) != 0 ? MS_RDONLY : 0UL) |
           ((flags & FLAG_NO_SUID) != 0 ? MS_NOSUID : 0UL) |
           ((flags & FLAG_NO_DEV) != 0 ? MS_NODEV : 0UL) |
           ((flags & FLAG_NO_EXEC) != 0 ? MS_NOEXEC : 0UL);
}

static bool is_directory(int fd) {
    struct stat status;

    return fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Opens the host's side of all bind mounts, before anything of an image is looked at. */
void mounts_open_sources(struct mount_ops *ops) {
    for (uint32_t i = 0; i < ops->count; i++) {
        struct mount_op *op = &ops->item[i];

        if (op->kind != OP_BIND || op->source >= 0 || op->detached)
            continue;
        op->source = open(op->a, O_PATH | O_CLOEXEC);
        if (op->source < 0 && !((op->flags & FLAG_OPTIONAL) != 0 && errno == ENOENT)) {
            TEXT(line, PATH_MAX + 128);

            text_add(&line, "Failed to stat ");
            text_quoted(&line, op->a);
            text_add(&line, ": ");
            text_add(&line, strerror(errno));
            text_add(&line, "\n");
            (void)text_write(&line, STDERR_FILENO);
            die_with(EXIT_NSPAWN, 0, "open the source of a mount", op->a);
        }
    }
}

/*
 * A small file system under the pod's root: what masks are made of, a proc and a null of our own.
 * Apps get that null to read from, for whoever holds a descriptor of the host's could change its
 * mode and owner.
 */
void mounts_scratch(struct mount_context *context, const char *path) {
    int dir;
    int file;

    if (context->pod_tree < 0)
        context->pod_tree =
            sys_open_tree(context->pod_root, "",
                          OPEN_TREE_CLONE_ | O_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE_);
    if (mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755,size=16k,nr_inodes=8") < 0)
        die(errno, "mount a tmpfs on", path);
    dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0 || mkdirat(dir, "d", 0) < 0 || mkdirat(dir, "p", 0555) < 0)
        die(errno, "make directories below", path);
    file = openat(dir, "f", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);
    if (file < 0)
        die(errno, "make a file below", path);
    (void)close(file);
    if (context->null < 0) {
        if (mknodat(dir, "null", S_IFCHR | 0666, makedev(1, 3)) < 0)
            die(errno, "make a null device below", path);
        context->null = openat(dir, "null", O_RDWR | O_CLOEXEC);
    }
    context->mask_dir = openat(dir, "d", O_PATH | O_CLOEXEC);
    context->mask_file = openat(dir, "f", O_PATH | O_CLOEXEC);
    if (fchdir(dir) < 0 || mount("proc", "p", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        die(errno, "mount a proc file system below", path);
    context->proc = openat(dir, "p", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (context->null < 0 || context->mask_dir < 0 || context->mask_file < 0 || context->proc < 0 ||
        chdir("/") < 0)
        die(errno, "open what lies below", path);
    (void)close(dir);
}

/* Undoes mountinfo's octal escapes in place. */
static void unescape(char *text) {
    char *to = text;

    for (char *c = text; *c != 0; to++) {
        if (c[0] == '\\' && c[1] >= '0' && c[1] <= '3' && c[2] >= '0' && c[2] <= '7' &&
            c[3] >= '0' && c[3] <= '7') {
            *to = (char)((c[1] - '0') << 6 | (c[2] - '0') << 3 | (c[3] - '0'));
            c += 4;
        } else {
            *to = *c++;
        }
    }
    *to = 0;
}

/* One line of mountinfo: sets flags on the mount if it lies at or below path. */
static int remount_line(char *line, const char *path, size_t length, unsigned long flags) {
    char *point = line;
    struct statvfs status;
    unsigned long old = 0;

    for (int field = 0; field < 4; field++) {
        point = strchr(point, ' ');
        if (point == NULL)
            return 0;
        point++;
    }
    point[strcspn(point, " ")] = 0;
    unescape(point);
    if (strncmp(point, path, length) != 0 || (point[length] != 0 && point[length] != '/'))
        return 0;
    if (statvfs(point, &status) == 0)
        old = ((status.f_flag & ST_NOSUID) != 0 ? MS_NOSUID : 0UL) |
              ((status.f_flag & ST_NODEV) != 0 ? MS_NODEV : 0UL) |
              ((status.f_flag & ST_NOEXEC) != 0 ? MS_NOEXEC : 0UL) |
              ((status.f_flag & ST_RDONLY) != 0 ? MS_RDONLY : 0UL);
    if (mount(NULL, point, NULL, MS_REMOUNT | MS_BIND | old | flags, NULL) < 0)
        return -errno;
    return 0;
}

/* Sets flags on every mount at or below a mounted descriptor, without mount_setattr(2). */
static int remount_tree(int mounted, unsigned long flags) {
    char lines[8192];
    char name[FD_PATH];
    char path[PATH_MAX];
    size_t used = 0;
    int error = 0;
    ssize_t length = readlink(path_of_fd(mounted, name), path, sizeof(path) - 1);
    int file = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);

    if (length < 0 || file < 0)
        return -errno;
    path[length] = 0;
    for (;;) {
        ssize_t n = read(file, lines + used, sizeof(lines) - 1 - used);
        char *line = lines;

        if (n <= 0)
            break;
        used += (size_t)n;
        lines[used] = 0;
        for (char *end; error == 0 && (end = strchr(line, '\n')) != NULL; line = end + 1) {
            *end = 0;
            error = remount_line(line, path, (size_t)length, flags);
        }
        used -= (size_t)(line - lines);
        memmove(lines, line, used);
    }
    (void)close(file);
    return error;
}

/* Sets the flags on a mount that is attached already (kernels before 5.12). */
static int restrict_attached(int mounted, uint32_t flags) {
    char name[FD_PATH];

    if ((flags & FLAG_RECURSIVE) != 0)
        return remount_tree(mounted, mount_flags(flags));
    if (mount(NULL, path_of_fd(mounted, name), NULL, MS_REMOUNT | MS_BIND | mount_flags(flags),
              NULL) < 0)
        return -errno;
    return 0;
}

/* Binds with mount(2) alone, through descriptors' names. */
static int legacy_bind(int source, int target, uint32_t flags) {
    unsigned long recursive = (flags & FLAG_RECURSIVE) != 0 ? MS_REC : 0UL;
    char from[FD_PATH];
    char to[FD_PATH];
    char path[PATH_MAX];
    ssize_t length;
    int mounted;
    int error;

    if (mount(path_of_fd(source, from), path_of_fd(target, to), NULL, MS_BIND | recursive, NULL) <
        0)
        return -errno;
    if (mount_flags(flags) == 0)
        return 0;
    length = readlink(to, path, sizeof(path) - 1);
    if (length < 0)
        return -errno;
    path[length] = 0;
    mounted = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (mounted < 0)
        return -errno;
    error = restrict_attached(mounted, flags);
    (void)close(mounted);
    return error;
}

/* Attaches a copy of a mount, which nobody has seen yet, restricted by flags before it is seen. */
static int attach(int tree, int target, uint32_t flags) {
    unsigned recursive = (flags & FLAG_RECURSIVE) != 0 ? AT_RECURSIVE_ : 0;
    struct mount_attr_ attr = {.attr_set =
                                   flags & (ATTR_RDONLY | ATTR_NOSUID | ATTR_NODEV | ATTR_NOEXEC)};
    bool late = false;
    int error = 0;

    if (attr.attr_set != 0 && sys_mount_setattr(tree, AT_EMPTY_PATH | recursive, &attr) < 0) {
        late = errno == ENOSYS || errno == EPERM;
        error = late ? 0 : -errno;
    }
    if (error == 0 && sys_move_mount(tree, target) < 0)
        error = -errno;
    if (error == 0 && late)
        error = restrict_attached(tree, flags);
    return error;
}

/* Attaches a copy of the mount at source to target. */
int tree_bind(int source, int target, uint32_t flags) {
    unsigned recursive = (flags & FLAG_RECURSIVE) != 0 ? AT_RECURSIVE_ : 0;
    int tree = sys_open_tree(source, "", OPEN_TREE_CLONE_ | O_CLOEXEC | AT_EMPTY_PATH | recursive);
    int error;

    if (tree < 0)
        return errno == ENOSYS || errno == EPERM ? legacy_bind(source, target, flags) : -errno;
    error = attach(tree, target, flags);
    (void)close(tree);
    return error;
}

/* Appends a path to an overlay's options; commas, colons and backslashes are escaped. */
static void option_path(struct text *options, const char *name, const char *path) {
    text_add(options, name);
    for (; *path != 0; path++) {
        if (*path == ',' || *path == ':' || *path == '\\')
            text_add(options, "\\");
        text_bytes(options, path, 1);
    }
}

/* Mounts an overlay: lower, upper and work directory are the operation's texts. */
int overlay_mount(const struct mount_op *op, const char *path) {
    TEXT(options, 4096);

    option_path(&options, "lowerdir=", op->a);
    option_path(&options, ",upperdir=", op->b);
    option_path(&options, ",workdir=", op->c);
    text_add(&options, ",metacopy=off,redirect_dir=nofollow");
    if (op->flags != 0) {
        struct text with = options;

        text_bytes(&with, ",volatile", sizeof(",volatile"));
        if (with.used == with.size)
            return -E2BIG;
        if (mount("overlay", path, "overlay", 0, with.at) == 0)
            return 0;
        if (errno != EINVAL)
            return -errno;
    }
    text_bytes(&options, "", 1);
    if (options.used == options.size)
        return -E2BIG;
    return mount("overlay", path, "overlay", 0, options.at) < 0 ? -errno : 0;
}

/* Attaches a root that was made elsewhere. */
static int attach_root(int tree, const char *path) {
    int target = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int error;

    if (target < 0)
        return -errno;
    error = sys_move_mount(tree, target) < 0 ? -errno : 0;
    (void)close(target);
    return error;
}

/* The root's own directory, seen before anything was mounted on it, becomes its root mount. */
static int run_self_bind(struct mount_context *context, int root, const char *path, bool pod) {
    int target = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int error;

    if (target < 0)
        return -errno;
    if (pod && context->pod_tree >= 0)
        error = sys_move_mount(context->pod_tree, target) < 0 ? -errno : 0;
    else
        error = tree_bind(root, target, pod ? 0 : FLAG_RECURSIVE);
    (void)close(target);
    return error;
}

static int run_bind(int root, int source, const struct mount_op *op) {
    bool directory = is_directory(source);
    int target = path_open(root, op->b, O_PATH);
    int error;

    if (target >= 0 && (op->flags & FLAG_IF_ABSENT) != 0) {
        (void)close(target);
        return 0;
    }
    if (target == -ENOENT)
        target = path_target(root, op->b, directory);
    if (target < 0)
        return target;
    if (is_directory(target) != directory)
        error = directory ? -ENOTDIR : -EISDIR;
    else
        error = op->detached ? attach(source, target, op->flags)
                             : tree_bind(source, target, op->flags);
    (void)close(target);
    return error;
}

static int run_bind_from_pod(const struct mount_context *context, int root,
                             const struct mount_op *op) {
    int source = path_open(context->pod_root < 0 ? root : context->pod_root, op->a, O_PATH);
    int error;

    if (source < 0)
        return source == -ENOENT && (op->flags & FLAG_OPTIONAL) != 0 ? 0 : source;
    error = run_bind(root, source, op);
    (void)close(source);
    return error;
}

static int run_file_system(int root, const struct mount_op *op) {
    char name[FD_PATH];
    int target = path_target(root, op->b, true);
    int error = 0;

    if (target < 0)
        return target;
    if (mount(op->a, path_of_fd(target, name), op->a, mount_flags(op->flags),
              *op->c == 0 ? NULL : op->c) < 0)
        error = -errno;
    (void)close(target);
    return error;
}

static int run_directory(int root, const struct mount_op *op) {
    char name[256];
    char link[FD_PATH];
    int fd = path_open(root, op->b, O_PATH | O_DIRECTORY);
    int dir;
    int error;

    if (fd == -ENOENT) {
        error = path_parent(root, op->b, true, &dir, name);
        if (error < 0)
            return error;
        fd = mkdirat(dir, name, (mode_t)op->mode & 07777) < 0 ? -errno : 0;
        (void)close(dir);
        if (fd == 0)
            return 0;
        fd = path_walk(root, op->b, CREATE_DIRECTORY); /* a link that leads nowhere yet */
        if (fd >= 0 && chmod(path_of_fd(fd, link), (mode_t)op->mode & 07777) < 0) {
            error = -errno;
            (void)close(fd);
            return error;
        }
    }
    if (fd < 0)
        return fd;
    (void)close(fd);
    return 0;
}

static int run_symlink(int root, const struct mount_op *op) {
    char name[256];
    int dir;
    int error = path_parent(root, op->b, true, &dir, name);

    if (error < 0)
        return error;
    if (symlinkat(op->a, dir, name) < 0 && errno != EEXIST)
        error = -errno;
    (void)close(dir);
    return error;
}

/* Makes a device node; one that is there already must be that very device. */
static int run_device(int root, const struct mount_op *op) {
    struct stat status;
    char name[256];
    int dir;
    int error = path_parent(root, op->b, true, &dir, name);

    if (error < 0)
        return error;
    if (mknodat(dir, name, (mode_t)op->mode, (dev_t)op->device) < 0 && errno != EEXIST)
        error = -errno;
    else if (fstatat(dir, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        error = -errno;
    else if ((status.st_mode & S_IFMT) != (op->mode & S_IFMT) || status.st_rdev != op->device)
        error = -EEXIST;
    (void)close(dir);
    return error;
}

static int run_read_only(int root, const struct mount_op *op) {
    int fd = path_open(root, op->b, O_PATH);
    int error;

    if (fd < 0)
        return (op->flags & FLAG_OPTIONAL) != 0 && (fd == -ENOENT || fd == -ENOTDIR) ? 0 : fd;
    error = tree_bind(fd, fd, op->flags | FLAG_READ_ONLY);
    (void)close(fd);
    return error;
}

static int run_mask(const struct mount_context *context, int root, const struct mount_op *op) {
    int fd = path_open(root, op->b, O_PATH);
    int error;

    if (fd < 0)
        return fd == -ENOENT || fd == -ENOTDIR ? 0 : fd;
    error = tree_bind(is_directory(fd) ? context->mask_dir : context->mask_file, fd,
                      FLAG_READ_ONLY | FLAG_NO_SUID | FLAG_NO_DEV | FLAG_NO_EXEC);
    (void)close(fd);
    return error;
}

static int run_console(struct mount_context *context, int root, const struct mount_op *op) {
    int error;

    if (context->console_master < 0) {
        error = terminal_open(root, &context->console_master, &context->console_slave);
        if (error < 0)
            return error;
    }
    return run_bind(root, context->console_slave, op);
}

static int run_op(struct mount_context *context, int root, const struct mount_op *op) {
    switch (op->kind) {
    case OP_BIND:
        return op->source < 0 ? 0 : run_bind(root, op->source, op);
    case OP_BIND_FROM_POD:
        return run_bind_from_pod(context, root, op);
    case OP_FILE_SYSTEM:
        return run_file_system(root, op);
    case OP_DIRECTORY:
        return run_directory(root, op);
    case OP_SYMLINK:
        return run_symlink(root, op);
    case OP_DEVICE:
        return run_device(root, op);
    case OP_READ_ONLY:
        return run_read_only(root, op);
    case OP_MASK:
        return run_mask(context, root, op);
    case OP_CONSOLE:
        return run_console(context, root, op);
    default:
        return -EINVAL;
    }
}

static const char *op_verb(enum op_kind kind) {
    static const char *const verbs[OP_KINDS] = {"mount the overlay on",
                                                "bind",
                                                "mount a volume on",
                                                "mount a file of the pod on",
                                                "mount a file system on",
                                                "make directory",
                                                "make symbolic link",
                                                "make device",
                                                "write-protect",
                                                "hide",
                                                "mount the console on"};

    return verbs[kind];
}

/* Whether an operation makes the root itself, so that it must be looked up again. */
static bool makes_root(const struct mount_op *op) {
    return op->kind == OP_OVERLAY || op->kind == OP_SELF_BIND ||
           (op->kind == OP_FILE_SYSTEM && op->b[strspn(op->b, "/")] == 0);
}

static int run_root(struct mount_context *context, int root, const struct mount_op *op,
                    const char *path, bool pod) {
    if (op->detached)
        return attach_root(op->source, path);
    if (op->kind == OP_OVERLAY)
        return overlay_mount(op, path);
    if (op->kind == OP_SELF_BIND)
        return run_self_bind(context, root, path, pod);
    return mount(op->a, path, op->a, mount_flags(op->flags), *op->c == 0 ? NULL : op->c) < 0
               ? -errno
               : 0;
}

/* Carries out all operations of the root at path; an O_PATH descriptor of the finished root. */
int mounts_run(struct mount_context *context, struct mount_ops *ops, const char *path, bool pod) {
    int root = pod ? context->pod_root : open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (pod)
        context->pod_root = -1;
    if (root < 0)
        die(errno, "open", path);
    if (ops->count == 0 || !makes_root(&ops->item[0]))
        die(0, "mount a root without a first step", path);
    for (uint32_t i = 0; i < ops->count; i++) {
        const struct mount_op *op = &ops->item[i];
        int error;

        if (!makes_root(op)) {
            error = run_op(context, root, op);
        } else {
            error = run_root(context, root, op, path, pod);
            (void)close(root);
            root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
            if (root < 0)
                die(errno, "open", path);
        }
        if (error < 0)
            die(error, op_verb(op->kind), *op->b == 0 || op->kind == OP_OVERLAY ? path : op->b);
        if (op->source >= 0)
            (void)close(op->source);
    }
    if (pod && context->pod_tree >= 0)
        (void)close(context->pod_tree);
    return root;
}

/* Makes the root mount of the calling process read-only; mounts in it keep what they have. */
int mount_read_only_root(void) {
    struct mount_attr_ attr = {.attr_set = ATTR_RDONLY};
    int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int error = 0;

    if (root < 0)
        return -errno;
    if (sys_mount_setattr(root, AT_EMPTY_PATH, &attr) < 0)
        error = -errno;
    (void)close(root);
    if (error != -ENOSYS && error != -EPERM)
        return error;
    return mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) < 0 ? -errno : 0;
}

/* Makes copies of what is to be bound, which can be attached in another mount name space. */
void mounts_detach(struct mount_ops *ops) {
    mounts_open_sources(ops);
    for (uint32_t i = 0; i < ops->count; i++) {
        struct mount_op *op = &ops->item[i];
        unsigned recursive = (op->flags & FLAG_RECURSIVE) != 0 ? AT_RECURSIVE_ : 0;
        int tree = sys_open_tree(op->source, "",
                                 OPEN_TREE_CLONE_ | O_CLOEXEC | AT_EMPTY_PATH | recursive);

        if (tree < 0)
            die(errno, "copy the mount of", op->a);
        (void)close(op->source);
        op->source = tree;
        op->detached = true;
    }
}

/* Binds what ops say into the root that we have, in the place of what was bound there before. */
void mounts_add(struct mount_ops *ops) {
    int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (root < 0)
        die(errno, "open", "/");
    for (uint32_t i = 0; i < ops->count; i++) {
        const struct mount_op *op = &ops->item[i];
        int error;

        while (umount2(op->b, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
            continue;
        error = run_bind(root, op->source, op);
        if (error < 0)
            die(error, op_verb(op->kind), op->a);
    }
    (void)close(root);
}
