/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine that is a copy of another one, its template: where its memory comes from. The monitor
 * opens a file for it to read and write, yet must never be able to write to a template that others
 * are copies of. So there is no such file in its jail; the supervisor answers that one call of the
 * monitor's, which the kernel holds up for it, with a descriptor that can only be read, or with a
 * copy in memory for those who share it with another process.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "machine.h"

#define MEMORY_PATH "/memory"

/* Writes the parts of a file that have been written to another one, which is empty. */
static int copy(int from, int to) {
    struct stat status;
    off_t at = 0;

    if (fstat(from, &status) < 0 || ftruncate(to, status.st_size) < 0)
        return -errno;
    while ((at = lseek(from, at, SEEK_DATA)) >= 0) {
        off_t end = lseek(from, at, SEEK_HOLE);

        if (end < 0 || lseek(to, at, SEEK_SET) < 0)
            return -errno;
        while (at < end)
            if (sendfile(to, from, &at, (size_t)(end - at)) <= 0)
                return errno != 0 ? -errno : -EIO;
    }
    return errno == ENXIO ? 0 : -errno; /* nothing more is written in it */
}

/* Opens what the machine is a copy of: its memory, and the rest of it. */
int memory_open(const struct machine_mode *mode, int *ret_memory, int *ret_state) {
    int memory = -1;
    int file;
    int error;

    *ret_memory = *ret_state = -1;
    if (mode->memory_use == MEMORY_OWN)
        return 0;
    if (mode->memory_use != MEMORY_PRIVATE)
        memory = memfd_create("machine", MFD_CLOEXEC);
    *ret_memory = memory;
    if (mode->memory_use == MEMORY_MADE)
        return memory < 0 ? -errno : 0;
    file = open(mode->memory, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    *ret_state = open(mode->state, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0 || *ret_state < 0)
        return -errno;
    if (mode->memory_use == MEMORY_PRIVATE) {
        *ret_memory = file;
        return 0;
    }
    error = memory < 0 ? -errno : copy(file, memory);
    (void)close(file);
    return error;
}

/* Keeps the memory of a machine that has become a template. */
void memory_keep(int memory, const char *path) {
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400);
    int error = file < 0 ? -errno : copy(memory, file);

    if (error == 0 && close(file) < 0)
        error = -errno;
    if (error < 0)
        die(error, "write", path);
}

/* In the monitor's process: has its call held up, and tells the supervisor by what to answer it. */
void memory_ask(int socket) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, O_RDWR, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};
    int listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                                SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    int error = listener < 0 ? -errno : send_with_fds(socket, "M", 1, &listener, 1);

    if (error < 0)
        die(error, "pass on the memory of the machine", NULL);
    (void)close(listener);
}

/* Whether a held up call is the one that opens the memory. */
static bool is_memory(const struct seccomp_notif *call) {
    char path[sizeof(MEMORY_PATH)];
    struct iovec here = {path, sizeof(path)};
    struct iovec there = {(void *)(uintptr_t)call->data.args[1], sizeof(path)};

    return process_vm_readv((pid_t)call->pid, &here, 1, &there, 1, 0) == (ssize_t)sizeof(path) &&
           memcmp(path, MEMORY_PATH, sizeof(path)) == 0;
}

/*
 * Answers a call that is held up: opening the memory by what there is of it, any other by going on.
 * One that a signal has interrupted is made again, so the monitor is listened to all its life; what
 * it gets can always be had by it.
 */
void memory_answer(const struct vmm *vmm) {
    _Alignas(8) char call_space[256] = {0};
    _Alignas(8) char reply_space[256] = {0};
    struct seccomp_notif *call = (void *)call_space;
    struct seccomp_notif_resp *reply = (void *)reply_space;

    if (ioctl(vmm->asking, (int)SECCOMP_IOCTL_NOTIF_RECV, call) < 0)
        return;
    reply->id = call->id;
    if (is_memory(call)) {
        struct seccomp_notif_addfd add = {.id = call->id, .srcfd = (uint32_t)vmm->memory};
        int fd = ioctl(vmm->asking, (int)SECCOMP_IOCTL_NOTIF_ADDFD, &add);

        reply->val = fd < 0 ? 0 : fd;
        reply->error = fd < 0 ? -errno : 0;
    } else {
        reply->flags = (uint32_t)SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    }
    (void)ioctl(vmm->asking, (int)SECCOMP_IOCTL_NOTIF_SEND, reply);
}

/* Learns by what the monitor's calls are answered; it may also have ended before. */
void memory_listen(struct vmm *vmm, int socket) {
    unsigned count = 1;
    char what;

    if (receive_with_fds(socket, &what, 1, &vmm->asking, &count) != 1 || count != 1)
        vmm->asking = -1;
}

/*
 * Tells the monitor of a copy to begin as what its template was. These are fixed sentences of its
 * own language (QMP), and nothing that it answers is read.
 */
void memory_restore(const struct vmm *vmm) {
    static const char sentences[] =
        "{\"execute\":\"qmp_capabilities\"}"
        "{\"execute\":\"migrate-set-capabilities\",\"arguments\":{\"capabilities\":"
        "[{\"capability\":\"x-ignore-shared\",\"state\":true}]}}"
        "{\"execute\":\"migrate-incoming\",\"arguments\":{\"uri\":\"fd:7\"}}";

    (void)send(vmm->monitor, sentences, sizeof(sentences) - 1, MSG_NOSIGNAL);
}
