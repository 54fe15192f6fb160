/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names inside a root. The kernel walks them with openat2(2) and RESOLVE_IN_ROOT; where something
 * must be made on the way, or the call is missing, they are walked here, one component at a time,
 * without ever letting the kernel follow a link.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "podinit.h"

#define DEPTH_LIMIT 128
#define LINK_LIMIT 40

/* Where a walk has come to. */
struct walk {
    int depth;
    int links;
    int fd[DEPTH_LIMIT];
    char rest[PATH_MAX];
};

/* Whether a failed openat2 means that this kernel, or a filter above us, does not have it. */
bool openat2_missing(int error) {
    return error == ENOSYS || error == EPERM;
}

/* The file behind an O_PATH descriptor, opened anew; closes the descriptor. */
static int reopen(int seen, int flags) {
    char name[FD_PATH];
    struct stat status;
    int fd;

    if ((flags & ~(O_CLOEXEC | O_DIRECTORY)) == O_PATH) {
        if ((flags & O_DIRECTORY) == 0 || (fstat(seen, &status) == 0 && S_ISDIR(status.st_mode)))
            return seen;
        (void)close(seen);
        return -ENOTDIR;
    }
    fd = open(path_of_fd(seen, name), flags | O_CLOEXEC);
    if (fd < 0)
        fd = -errno;
    (void)close(seen);
    return fd;
}

/* A name that the kernel resolves to the very file of a descriptor. */
const char *path_of_fd(int fd, char name[FD_PATH]) {
    struct text text = {name, FD_PATH, 0};

    text_add(&text, "/proc/self/fd/");
    text_number(&text, (uint64_t)fd, 0, 0);
    text_bytes(&text, "", 1);
    return name;
}

/* Opens a name inside root, following links inside root; flags as for open(2). */
int path_open(int root, const char *path, int flags) {
    struct open_how_ how = {(uint64_t)(unsigned)flags | O_CLOEXEC, 0,
                            RESOLVE_IN_ROOT_ | RESOLVE_NO_MAGICLINKS_};
    int fd = -1;
    int seen;

    for (int attempt = 0; attempt < 32; attempt++) {
        fd = sys_openat2(root, *path == 0 ? "/" : path, &how);
        if (fd >= 0 || errno != EAGAIN)
            break;
    }
    if (fd >= 0)
        return fd;
    if (!openat2_missing(errno))
        return -errno;
    seen = path_walk(root, path, CREATE_NOTHING);
    return seen < 0 ? seen : reopen(seen, flags);
}

static void walk_up(struct walk *walk, int depth) {
    while (walk->depth > depth)
        (void)close(walk->fd[walk->depth--]);
}

/* Takes the next component off the rest; false when there is none. */
static bool walk_next(struct walk *walk, char name[NAME_MAX + 1], int *ret_error) {
    size_t skip = strspn(walk->rest, "/");
    size_t length = strcspn(walk->rest + skip, "/");

    *ret_error = 0;
    if (length == 0)
        return false;
    if (length > NAME_MAX) {
        *ret_error = -ENAMETOOLONG;
        return false;
    }
    memcpy(name, walk->rest + skip, length);
    name[length] = 0;
    memmove(walk->rest, walk->rest + skip + length, strlen(walk->rest + skip + length) + 1);
    return true;
}

/* Puts the target of a link before the rest. */
static int walk_link(struct walk *walk, int link) {
    char target[PATH_MAX];
    ssize_t length = readlinkat(link, "", target, sizeof(target));
    size_t rest = strlen(walk->rest);

    if (length < 0)
        return -errno;
    if (++walk->links > LINK_LIMIT)
        return -ELOOP;
    if ((size_t)length + 1 + rest >= sizeof(walk->rest))
        return -ENAMETOOLONG;
    memmove(walk->rest + length + 1, walk->rest, rest + 1);
    memcpy(walk->rest, target, (size_t)length);
    walk->rest[length] = '/';
    if (length > 0 && target[0] == '/')
        walk_up(walk, 0);
    return 0;
}

/* Opens one component, making it if asked and missing. */
static int walk_open(struct walk *walk, const char *name, enum create create) {
    int dir = walk->fd[walk->depth];
    bool last = walk->rest[strspn(walk->rest, "/")] == 0;
    int fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

    if (fd >= 0 || errno != ENOENT || create == CREATE_NOTHING)
        return fd < 0 ? -errno : fd;
    if (last && create == CREATE_FILE) {
        fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
        if (fd < 0)
            return -errno;
        (void)close(fd);
    } else if (mkdirat(dir, name, 0755) < 0) {
        return -errno;
    }
    fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static int walk_step(struct walk *walk, const char *name, enum create create) {
    struct stat status;
    int fd;

    if (strcmp(name, ".") == 0)
        return 0;
    if (strcmp(name, "..") == 0) {
        walk_up(walk, walk->depth > 0 ? walk->depth - 1 : 0);
        return 0;
    }
    fd = walk_open(walk, name, create);
    if (fd < 0)
        return fd;
    if (fstat(fd, &status) < 0 || walk->depth + 1 == DEPTH_LIMIT) {
        (void)close(fd);
        return -ENAMETOOLONG;
    }
    if (S_ISLNK(status.st_mode)) {
        int error = walk_link(walk, fd);

        (void)close(fd);
        return error;
    }
    walk->fd[++walk->depth] = fd;
    return 0;
}

/* An O_PATH descriptor of a name inside root, its missing parts made if asked. */
int path_walk(int root, const char *path, enum create create) {
    struct walk walk = {.depth = 0};
    char name[NAME_MAX + 1];
    size_t length = strlen(path);
    int error = 0;
    int found;

    if (length >= sizeof(walk.rest))
        return -ENAMETOOLONG;
    memcpy(walk.rest, path, length + 1);
    walk.fd[0] = root;
    while (error == 0 && walk_next(&walk, name, &error))
        error = walk_step(&walk, name, create);
    found = error;
    if (error == 0) {
        found = fcntl(walk.fd[walk.depth], F_DUPFD_CLOEXEC, 3);
        if (found < 0)
            found = -errno;
    }
    walk_up(&walk, 0);
    return found;
}

/* A name inside root to mount on, made as a directory or an empty file if missing. */
int path_target(int root, const char *path, bool directory) {
    int fd = path_open(root, path, O_PATH);

    if (fd == -ENOENT)
        fd = path_walk(root, path, directory ? CREATE_DIRECTORY : CREATE_FILE);
    return fd;
}

/* Splits a name inside root: a descriptor of what holds it, and its last part. */
int path_parent(int root, const char *path, bool create, int *ret_dir, char name[256]) {
    char parent[PATH_MAX];
    size_t length = strlen(path);
    size_t begin;
    int dir;

    while (length > 0 && path[length - 1] == '/')
        length--;
    begin = length;
    while (begin > 0 && path[begin - 1] != '/')
        begin--;
    if (length == begin || length - begin > NAME_MAX || begin >= sizeof(parent))
        return -EINVAL;
    memcpy(name, path + begin, length - begin);
    name[length - begin] = 0;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return -EINVAL;
    memcpy(parent, path, begin);
    parent[begin] = 0;
    dir = create ? path_target(root, parent, true) : path_open(root, parent, O_PATH | O_DIRECTORY);
    if (dir < 0)
        return dir;
    *ret_dir = dir;
    return 0;
}

/* Makes the directories that a host path of our own lies in. */
int path_make_parents(const char *path) {
    char part[PATH_MAX];
    size_t length = strlen(path);

    if (length >= sizeof(part))
        return -ENAMETOOLONG;
    for (size_t i = 1; i < length; i++) {
        if (path[i] != '/')
            continue;
        memcpy(part, path, i);
        part[i] = 0;
        if (mkdir(part, 0755) < 0 && errno != EEXIST)
            return -errno;
    }
    return 0;
}

/* Splits a host path of our own: a descriptor of its directory, made if missing, and its name. */
int path_split(const char *path, int *ret_dir, const char **ret_name) {
    char parent[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t length;
    int error;
    int dir;

    if (slash == NULL || slash[1] == 0)
        return -EINVAL;
    length = (size_t)(slash - path) + 1;
    if (length >= sizeof(parent))
        return -ENAMETOOLONG;
    memcpy(parent, path, length);
    parent[length] = 0;
    dir = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0 && errno == ENOENT) {
        error = path_make_parents(path);
        if (error < 0)
            return error;
        dir = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (dir < 0)
        return -errno;
    *ret_dir = dir;
    *ret_name = slash + 1;
    return 0;
}
