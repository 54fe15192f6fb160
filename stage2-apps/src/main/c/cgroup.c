/* SPDX-License-Identifier: Apache-2.0 */
/* Control groups, version 1 and 2 alike: directories, values, a device program, membership. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/bpf.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "podinit.h"

static int write_file(int dir, const char *file, const char *value) {
    int fd = openat(dir, file, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    size_t length = strlen(value);
    ssize_t n;
    int error = 0;

    if (fd < 0)
        return -errno;
    n = write(fd, value, length);
    if (n < 0)
        error = -errno;
    else if ((size_t)n != length)
        error = -EIO;
    (void)close(fd);
    return error;
}

/* Loads the device program and attaches it, beside those of the groups above. */
static int attach_program(int dir, const struct cgroup_dir *group) {
    union bpf_attr attr;
    int program;
    int error = 0;

    memset(&attr, 0, sizeof(attr));
    attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    attr.insns = (uint64_t)(uintptr_t)group->program;
    attr.insn_cnt = group->program_size / 8;
    attr.license = (uint64_t)(uintptr_t) "Apache-2.0";
    program = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
    if (program < 0)
        return -errno;
    memset(&attr, 0, sizeof(attr));
    attr.target_fd = (uint32_t)dir;
    attr.attach_bpf_fd = (uint32_t)program;
    attr.attach_type = BPF_CGROUP_DEVICE;
    attr.attach_flags = BPF_F_ALLOW_MULTI;
    if (syscall(SYS_bpf, BPF_PROG_ATTACH, &attr, sizeof(attr)) < 0)
        error = -errno;
    (void)close(program);
    return error;
}

static void set_values(int dir, const struct cgroup_dir *group) {
    for (uint32_t i = 0; i < group->settings; i++) {
        const struct cgroup_setting *setting = &group->setting[i];
        int error = write_file(dir, setting->file, setting->value);
        TEXT(thing, PATH_MAX);

        if (error == 0)
            continue;
        text_add(&thing, group->path);
        text_add(&thing, "/");
        text_add(&thing, setting->file);
        thing.at[thing.used < thing.size ? thing.used : thing.size - 1] = 0;
        if (setting->required)
            die(error, "set control group value", thing.at);
        warn(error, "set control group value", thing.at);
    }
}

/* Makes the directories, parents first; another pod may be removing a shared parent meanwhile. */
static void make_directories(struct cgroup_plan *plan) {
    int rounds = 0;

    for (uint32_t i = 0; i < plan->count; i++) {
        struct cgroup_dir *group = &plan->dir[i];

        if (mkdir(group->path, 0755) == 0)
            group->made = true;
        else if (errno == ENOENT && rounds++ < 16)
            i = (uint32_t)-1;
        else if (errno != EEXIST)
            die(errno, "make control group", group->path);
    }
}

/* Makes all groups of a plan and sets their values. */
void cgroups_make(struct cgroup_plan *plan) {
    make_directories(plan);
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct cgroup_dir *group = &plan->dir[i];
        int dir = open(group->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        int error;

        if (dir < 0)
            die(errno, "open control group", group->path);
        set_values(dir, group);
        if (group->program_size != 0) {
            error = attach_program(dir, group);
            if (error < 0)
                die(error, "attach the device policy to", group->path);
        }
        (void)close(dir);
    }
}

/* Opens the membership files of the groups to join. */
void cgroups_open(struct cgroup_plan *plan) {
    for (uint32_t i = 0; i < plan->join.count; i++) {
        int group = open(plan->join.item[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        plan->procs[i] = group < 0 ? -1 : openat(group, "cgroup.procs", O_RDWR | O_CLOEXEC);
        if (plan->procs[i] < 0)
            die(errno, "open control group", plan->join.item[i]);
        plan->tasks[i] = openat(group, "tasks", O_WRONLY | O_CLOEXEC);
        (void)close(group);
    }
}

/* Moves a process (0: the caller, which has one thread) into the groups to join. A thread that
 * moves itself by "tasks" is done at once; whoever moves a process waits for every processor to
 * pass by the scheduler, 5 to 15 ms. */
int cgroups_join(const struct cgroup_plan *plan, pid_t pid, enum which_groups which) {
    TEXT(number, 32);

    text_number(&number, (uint64_t)pid, 0, 0);
    for (uint32_t i = 0; i < plan->join.count; i++) {
        bool at_once = plan->tasks[i] >= 0;
        int file = pid == 0 && at_once ? plan->tasks[i] : plan->procs[i];

        if (which == GROUPS_ALL || (which == GROUPS_AT_ONCE) == at_once)
            if (pwrite(file, number.at, number.used, 0) < 0)
                return -errno;
    }
    return 0;
}

/* Removes a group and those that apps have made below it. */
static int remove_tree(int parent, const char *name, int depth) {
    _Alignas(8) char entries[1024];
    long n;
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    while (fd >= 0 && depth < 16 &&
           (n = syscall(SYS_getdents64, fd, entries, sizeof(entries))) > 0) {
        for (long at = 0; at < n;) {
            const struct directory_entry *entry = (const void *)(entries + at);

            if (entry->type == DT_DIR && entry->name[0] != '.')
                (void)remove_tree(fd, entry->name, depth + 1);
            at += entry->length;
        }
    }
    if (fd >= 0)
        (void)close(fd);
    return unlinkat(parent, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

static void remove_group(const struct cgroup_dir *group, int64_t until) {
    struct timespec pause = {0, 1000000};
    int error = rmdir(group->path) < 0 ? -errno : 0;

    if (error == -EBUSY && group->made)
        error = remove_tree(AT_FDCWD, group->path, 0);
    while (error == -EBUSY && group->made && now_millis() < until) {
        (void)nanosleep(&pause, NULL);
        error = rmdir(group->path) < 0 ? -errno : 0;
    }
    if (error < 0 && error != -ENOENT && group->made)
        warn(error, "remove control group", group->path);
}

/* Removes what cgroups_make made, deepest first; a parent shared with another pod stays. */
void cgroups_remove(const struct cgroup_plan *plan) {
    int64_t until = now_millis() + 2000;

    for (uint32_t i = plan->count; i > 0; i--)
        remove_group(&plan->dir[i - 1], until);
}

/*
 * The list of a version 1 group's members, opened anew: for about a second the kernel answers who
 * reads it again through the same description with what it said before.
 */
static int open_members(int procs) {
    char name[FD_PATH];
    int fd = open(path_of_fd(procs, name), O_RDONLY | O_CLOEXEC);

    return fd < 0 ? procs : fd;
}

/* Sends a signal to all members of the first group but one; false if it reached nobody. */
bool cgroups_signal(const struct cgroup_plan *plan, int number, pid_t except) {
    char bytes[2048];
    pid_t pid = 0;
    bool found = false;
    off_t at = 0;
    int members;
    ssize_t n;

    if (plan->join.count == 0)
        return false;
    members = open_members(plan->procs[0]);
    while ((n = pread(members, bytes, sizeof(bytes), at)) > 0) {
        at += n;
        for (ssize_t i = 0; i < n; i++) {
            if (bytes[i] >= '0' && bytes[i] <= '9') {
                pid = pid * 10 + (bytes[i] - '0');
            } else {
                if (pid > 1 && pid != except && kill(pid, number) == 0)
                    found = true;
                pid = 0;
            }
        }
    }
    if (members != plan->procs[0])
        (void)close(members);
    return found;
}
