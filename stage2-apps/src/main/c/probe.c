/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `pod-init probe DEVICE`: whether machines can be run with the processor's help. Having the
 * device is not enough: there are hosts where the most privileged code of a guest is emulated, a
 * thousand times too slow to boot anything. So a loop is run there and timed. One line on standard
 * output says "usable MIPS", or why not.
 *
 * `pod-init clock`: how fast the processor's own clock runs, in kHz, which emulated machines have as
 * theirs; 0 where it has none.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

#include "machine.h"

#define MEMORY (1u << 20)
#define TABLES 0x1000
#define CODE 0x8000
#define ROUNDS 5000u
#define USABLE_MIPS 20u
#define PATIENCE_SECONDS 2
#define CLOCK_MILLIS 50

static _Noreturn void verdict(const char *text, uint64_t mips, const char *after) {
    TEXT(line, 160);

    text_add(&line, text);
    if (mips != UINT64_MAX) {
        text_number(&line, mips / 10, 0, 0);
        text_add(&line, ".");
        text_number(&line, mips % 10, 0, 0);
    }
    text_add(&line, after);
    text_add(&line, "\n");
    (void)text_write(&line, STDOUT_FILENO);
    _exit(0);
}

static _Noreturn void unusable(const char *why) {
    verdict("unusable ", UINT64_MAX, why);
}

static void too_late(int number) {
    (void)number; /* only to come back from the guest */
}

#ifdef __x86_64__
/* mov ecx, ROUNDS; 1: dec ecx; jnz 1b; out 0x10, al; hlt */
static const unsigned char code[] = {0xb9, ROUNDS & 255, ROUNDS >> 8, 0,    0,    0xff,
                                     0xc9, 0x75,         0xfc,        0xe6, 0x10, 0xf4};

/* Memory with the code and tables that map it one to one. */
static void fill(unsigned char *memory) {
    uint64_t *tables = (void *)(memory + TABLES);

    tables[0] = (TABLES + 0x1000) | 3;
    tables[512] = (TABLES + 0x2000) | 3;
    tables[1024] = 0x83; /* two megabytes, present and writable */
    memcpy(memory + CODE, code, sizeof(code));
}

/* Sixty-four bit code in ring 0, as a kernel runs. */
static bool set_registers(int cpu) {
    struct kvm_sregs special;
    struct kvm_regs registers = {.rip = CODE, .rflags = 2, .rsp = CODE};
    struct kvm_segment segment = {
        .limit = 0xffffffff, .selector = 8, .type = 11, .present = 1, .s = 1, .l = 1, .g = 1};

    if (ioctl(cpu, (int)KVM_GET_SREGS, &special) < 0)
        return false;
    special.cr3 = TABLES;
    special.cr4 = 1 << 5;
    special.cr0 = 0x80000000u | 0x21;
    special.efer = 0x500;
    special.cs = segment;
    segment.selector = 16;
    segment.type = 3;
    segment.l = 0;
    segment.db = 1;
    special.ds = special.es = special.fs = special.gs = special.ss = segment;
    return ioctl(cpu, (int)KVM_SET_SREGS, &special) >= 0 &&
           ioctl(cpu, (int)KVM_SET_REGS, &registers) >= 0;
}

static uint64_t nanos(clockid_t clock) {
    struct timespec now;

    (void)clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/*
 * Runs the loop; the instructions executed in a millionth of a second, times ten. The time is the
 * processor's, guest included: on a busy host others may run in the middle of it.
 */
static uint64_t measure(int device, int vm, unsigned char *memory) {
    struct kvm_userspace_memory_region region = {.memory_size = MEMORY,
                                                 .userspace_addr = (uint64_t)(uintptr_t)memory};
    struct itimerval patience = {{PATIENCE_SECONDS, 0}, {PATIENCE_SECONDS, 0}};
    struct sigaction action;
    int size = ioctl(device, (int)KVM_GET_VCPU_MMAP_SIZE, 0);
    int cpu = ioctl(vm, (int)KVM_CREATE_VCPU, 0);
    struct kvm_run *run;
    uint64_t began;

    if (cpu < 0 || size < (int)sizeof(*run) ||
        ioctl(vm, (int)KVM_SET_USER_MEMORY_REGION, &region) < 0)
        unusable("a virtual processor cannot be made");
    run = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, cpu, 0);
    if (run == MAP_FAILED || !set_registers(cpu))
        unusable("a virtual processor cannot be set up");
    memset(&action, 0, sizeof(action));
    action.sa_handler = too_late;
    (void)sigaction(SIGALRM, &action, NULL);
    (void)setitimer(ITIMER_REAL, &patience, NULL);
    began = nanos(CLOCK_THREAD_CPUTIME_ID);
    if (ioctl(cpu, (int)KVM_RUN, 0) < 0)
        unusable(errno == EINTR ? "privileged code does not come to its end"
                                : "a virtual processor cannot run");
    if (run->exit_reason != KVM_EXIT_IO)
        unusable("privileged code ends with an internal error");
    return (uint64_t)ROUNDS * 2 * 10000 / (nanos(CLOCK_THREAD_CPUTIME_ID) - began + 1);
}

/* Tries the device; does not return. */
int probe_main(const char *device) {
    int fd = open(device, O_RDWR | O_CLOEXEC);
    unsigned char *memory;
    uint64_t mips;
    int vm;

    if (fd < 0 && (errno == EACCES || errno == EPERM))
        unusable("the device may not be opened");
    if (fd < 0)
        unusable(strerror(errno));
    if (ioctl(fd, (int)KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
        unusable("the device does not speak version 12 of its interface");
    vm = ioctl(fd, (int)KVM_CREATE_VM, 0);
    memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (vm < 0 || memory == MAP_FAILED)
        unusable("a virtual machine cannot be made");
    fill(memory);
    mips = measure(fd, vm, memory);
    if (mips < USABLE_MIPS * 10)
        verdict("unusable privileged code is emulated (", mips, " MIPS)");
    verdict("usable ", mips, " MIPS");
}

/* What both clocks say at one time, as nearly as that can be had. */
static void read_clocks(uint64_t *ret_ticks, uint64_t *ret_nanos) {
    uint64_t best = UINT64_MAX;

    for (int i = 0; i < 32; i++) {
        uint64_t before = nanos(CLOCK_MONOTONIC);
        uint64_t ticks = __builtin_ia32_rdtsc();
        uint64_t took = nanos(CLOCK_MONOTONIC) - before;

        if (took >= best)
            continue;
        best = took;
        *ret_ticks = ticks;
        *ret_nanos = before + took / 2;
    }
}

int clock_main(void) {
    uint64_t ticks[2];
    uint64_t at[2];

    read_clocks(&ticks[0], &at[0]);
    (void)poll(NULL, 0, CLOCK_MILLIS);
    read_clocks(&ticks[1], &at[1]);
    verdict("", (ticks[1] - ticks[0]) * 10000000 / (at[1] - at[0]), "");
}
#else
/* Elsewhere nobody has tried yet. */
int probe_main(const char *device) {
    unusable(device);
}

int clock_main(void) {
    verdict("0", UINT64_MAX, "");
}
#endif
