/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an app has written to its root, sent to the host when the pod has ended: the upper layer of
 * its overlay, file by file, each directory before what is in it. A record is (numbers least
 * significant byte first)
 *
 *   kind (32 bits, a letter) | mode | uid | gid | 1: hides what lies below | device, major and minor
 *   | nanoseconds | size of name | size of link | size (64 bits) | seconds (64) | name | link
 *
 * and, for a regular file, pieces of content that are not holes, the last one empty:
 *
 *   offset (64 bits) | size (32) | bytes
 *
 * Read by the Java class io.rktj.spec.archive.ChangeReader.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "guest.h"

#define MAGIC "rktjchg1"
#define DEPTH 256
#define LINKS (64u << 20) /* bytes for the names of files that have several */
#define OPAQUE "trusted.overlay.opaque"

enum kind {
    KIND_FILE = 'F',
    KIND_DIRECTORY = 'D',
    KIND_SYMLINK = 'L',
    KIND_HARD_LINK = 'H',
    KIND_CHARACTER = 'C',
    KIND_BLOCK = 'B',
    KIND_FIFO = 'P',
    KIND_REMOVED = 'W',
    KIND_END = 'E',
};

static struct {
    size_t used; /* of frame: the app's number, then what is on its way */
    unsigned char frame[WINDOW];
    size_t length; /* of the name at hand */
    char name[4096];
    size_t links; /* records: inode (64 bits), size of name (16), name */
    unsigned char *link;
} out COLD_ZEROS;

static void flush(void) {
    send_frame(FRAME_CHANGES, 0, out.frame, (uint32_t)out.used);
    out.used = 4;
}

static void put(const void *bytes, size_t size) {
    const unsigned char *from = bytes;

    while (size > 0) {
        size_t part = sizeof(out.frame) - out.used < size ? sizeof(out.frame) - out.used : size;

        memcpy(out.frame + out.used, from, part);
        out.used += part;
        from += part;
        size -= part;
        if (out.used == sizeof(out.frame))
            flush();
    }
}

static void put_number(uint32_t number) {
    unsigned char bytes[4];

    put32(bytes, number);
    put(bytes, sizeof(bytes));
}

static void put_wide(uint64_t number) {
    put_number((uint32_t)number);
    put_number((uint32_t)(number >> 32));
}

static void put_record(enum kind kind, const struct stat *status, bool opaque, const char *link,
                       size_t link_size) {
    put_number(kind);
    put_number(status->st_mode & 07777);
    put_number(status->st_uid);
    put_number(status->st_gid);
    put_number(opaque ? 1 : 0);
    put_number(major(status->st_rdev));
    put_number(minor(status->st_rdev));
    put_number((uint32_t)status->st_mtim.tv_nsec);
    put_number((uint32_t)out.length);
    put_number((uint32_t)link_size);
    put_wide(kind == KIND_FILE ? (uint64_t)status->st_size : 0);
    put_wide((uint64_t)status->st_mtim.tv_sec);
    put(out.name, out.length);
    put(link, link_size);
}

/* The first name of a file that has several; empty if this is the first. */
static int find_link(uint64_t inode, const char **ret_name, size_t *ret_size) {
    uint16_t size;

    *ret_size = 0;
    for (size_t at = 0; at < out.links; at += 10 + size) {
        uint64_t other;

        memcpy(&other, out.link + at, sizeof(other));
        memcpy(&size, out.link + at + 8, sizeof(size));
        if (other == inode) {
            *ret_name = (const char *)out.link + at + 10;
            *ret_size = size;
            return 0;
        }
    }
    if (LINKS - out.links < 10 + out.length)
        return -E2BIG;
    size = (uint16_t)out.length;
    memcpy(out.link + out.links, &inode, sizeof(inode));
    memcpy(out.link + out.links + 8, &size, sizeof(size));
    memcpy(out.link + out.links + 10, out.name, out.length);
    out.links += 10 + out.length;
    return 0;
}

/* The content of a file up to the size that has been told, without its holes. */
static int put_content(int fd, off_t size) {
    static COLD_ZEROS unsigned char bytes[16384];
    off_t at = 0;

    while (at < size) {
        off_t data = lseek(fd, at, SEEK_DATA);
        off_t hole;

        if (data < 0 || data >= size)
            break; /* nothing but a hole */
        hole = lseek(fd, data, SEEK_HOLE);
        if (hole < 0 || hole > size)
            hole = size;
        for (at = data; at < hole;) {
            size_t most = hole - at < (off_t)sizeof(bytes) ? (size_t)(hole - at) : sizeof(bytes);
            ssize_t n = pread(fd, bytes, most, at);

            if (n <= 0)
                return n < 0 ? -errno : -EIO;
            put_wide((uint64_t)at);
            put_number((uint32_t)n);
            put(bytes, (size_t)n);
            at += n;
        }
    }
    put_wide((uint64_t)size);
    put_number(0);
    return 0;
}

static int put_file(int dir, const char *name, const struct stat *status) {
    const char *first = "";
    size_t size = 0;
    int error = 0;
    int fd;

    if (status->st_nlink > 1)
        error = find_link(status->st_ino, &first, &size);
    if (error < 0)
        return error;
    if (size > 0) {
        put_record(KIND_HARD_LINK, status, false, first, size);
        return 0;
    }
    fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    put_record(KIND_FILE, status, false, "", 0);
    error = put_content(fd, status->st_size);
    (void)close(fd);
    return error;
}

static int put_symlink(int dir, const char *name, const struct stat *status) {
    char target[4096];
    ssize_t n = readlinkat(dir, name, target, sizeof(target));

    if (n < 0)
        return -errno;
    put_record(KIND_SYMLINK, status, false, target, (size_t)n);
    return 0;
}

static int put_directory(int dir, const struct stat *status, unsigned depth);

static int put_entry(int dir, const char *name, unsigned depth) {
    struct stat status;
    int error = 0;
    int fd;

    if (fstatat(dir, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    switch (status.st_mode & S_IFMT) {
    case S_IFREG:
        return put_file(dir, name, &status);
    case S_IFLNK:
        return put_symlink(dir, name, &status);
    case S_IFDIR:
        fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        error = fd < 0 ? -errno : put_directory(fd, &status, depth + 1);
        if (fd >= 0)
            (void)close(fd);
        return error;
    case S_IFSOCK:
        return 0; /* it means nothing without its process */
    case S_IFCHR:
        put_record(status.st_rdev == 0 ? KIND_REMOVED : KIND_CHARACTER, &status, false, "", 0);
        return 0;
    default:
        put_record(S_ISFIFO(status.st_mode) ? KIND_FIFO : KIND_BLOCK, &status, false, "", 0);
        return 0;
    }
}

/* Adds a name to that of its directory, for as long as it is looked at. */
static int put_child(int dir, const char *name, unsigned depth) {
    size_t before = out.length;
    size_t size = strlen(name);
    int error;

    if (before + 1 + size > sizeof(out.name))
        return -ENAMETOOLONG;
    if (before > 0)
        out.name[out.length++] = '/';
    memcpy(out.name + out.length, name, size);
    out.length += size;
    error = put_entry(dir, name, depth);
    out.length = before;
    return error;
}

static int put_directory(int dir, const struct stat *status, unsigned depth) {
    _Alignas(8) char entries[2048];
    char opaque = 0;
    int error = 0;
    long n;

    if (depth > DEPTH)
        return -ELOOP;
    (void)fgetxattr(dir, OPAQUE, &opaque, 1);
    put_record(KIND_DIRECTORY, status, opaque == 'y', "", 0);
    while (error == 0 && (n = syscall(SYS_getdents64, dir, entries, sizeof(entries))) > 0) {
        for (long at = 0; at < n && error == 0;) {
            const struct directory_entry *entry = (const void *)(entries + at);

            if (strcmp(entry->name, ".") != 0 && strcmp(entry->name, "..") != 0)
                error = put_child(dir, entry->name, depth);
            at += entry->length;
        }
    }
    return error;
}

/* The upper layer of an app's root, or null. */
static const char *upper_of(const struct app *app) {
    for (uint32_t i = 0; i < app->mounts.count; i++)
        if (app->mounts.item[i].kind == OP_OVERLAY)
            return app->mounts.item[i].b;
    return NULL;
}

/* Sends what an app has written, or nothing of it that would be believed. */
void changes_send(uint32_t number, const struct app *app) {
    struct stat status;
    const char *upper = upper_of(app);
    int dir = upper == NULL ? -1 : open(upper, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int error = dir < 0 || fstat(dir, &status) < 0 ? -errno : 0;

    if (out.link == NULL)
        out.link = reserve(LINKS);
    out.links = out.length = 0;
    put32(out.frame, number);
    out.used = 4;
    if (error == 0) {
        put(MAGIC, sizeof(MAGIC) - 1);
        error = put_directory(dir, &status, 0);
    }
    if (dir >= 0)
        (void)close(dir);
    if (error < 0) {
        warn(error, "keep what was written by app", app->name);
        return;
    }
    out.length = 0;
    memset(&status, 0, sizeof(status));
    put_record(KIND_END, &status, false, "", 0);
    if (out.used > 4)
        flush();
    flush(); /* an empty one: that was all */
}
