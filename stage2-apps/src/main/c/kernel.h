/* SPDX-License-Identifier: Apache-2.0 */
/* System calls and constants newer than the C library: names as in section 2 of the manual. */
#ifndef RKTJ_KERNEL_H
#define RKTJ_KERNEL_H

#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#ifndef SYS_open_tree
#define SYS_open_tree 428
#endif
#ifndef SYS_move_mount
#define SYS_move_mount 429
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

#define OPEN_TREE_CLONE_ 1u
#define AT_RECURSIVE_ 0x8000
#define MOVE_MOUNT_F_EMPTY_PATH_ 4u
#define MOVE_MOUNT_T_EMPTY_PATH_ 0x40u
#define ATTR_RDONLY 1u
#define ATTR_NOSUID 2u
#define ATTR_NODEV 4u
#define ATTR_NOEXEC 8u
#define ATTR_IDMAP 0x100000u
#define RESOLVE_NO_MAGICLINKS_ 2u
#define RESOLVE_IN_ROOT_ 16u
#define TIOCGPTPEER_ 0x5441

struct open_how_ {
    uint64_t flags;
    uint64_t mode;
    uint64_t resolve;
};

struct mount_attr_ {
    uint64_t attr_set;
    uint64_t attr_clr;
    uint64_t propagation;
    uint64_t userns_fd;
};

/* What getdents64(2) returns; the C library's own reader would allocate. */
struct directory_entry {
    uint64_t inode;
    int64_t offset;
    uint16_t length;
    uint8_t type;
    char name[];
};

static inline int sys_open_tree(int dir, const char *path, unsigned flags) {
    return (int)syscall(SYS_open_tree, dir, path, flags);
}

static inline int sys_move_mount(int from, int to) {
    return (int)syscall(SYS_move_mount, from, "", to, "",
                        MOVE_MOUNT_F_EMPTY_PATH_ | MOVE_MOUNT_T_EMPTY_PATH_);
}

static inline int sys_mount_setattr(int fd, unsigned flags, struct mount_attr_ *attr) {
    return (int)syscall(SYS_mount_setattr, fd, "", flags, attr, sizeof(*attr));
}

static inline int sys_openat2(int dir, const char *path, struct open_how_ *how) {
    return (int)syscall(SYS_openat2, dir, path, how, sizeof(*how));
}

static inline int sys_close_range(unsigned first, unsigned last) {
    return (int)syscall(SYS_close_range, first, last, 0);
}

static inline int sys_pivot_root_here(void) {
    return (int)syscall(SYS_pivot_root, ".", ".");
}

#endif
