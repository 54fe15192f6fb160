/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hostile-host DIRECTORY FIRST SECONDS: the supervisor of a machine, compiled with sanitizers, with
 * hostile guests in the place of the monitor, one after the other for so many seconds, each by the
 * next seed. In DIRECTORY there are
 *
 *   plan-0, plan-1 and so on: plans of machines, used in turn, all of the pod in DIRECTORY/pod
 *   late: the plan of an app that comes to such a pod
 *   allowed: a line for each file that a supervisor may make there
 *
 * What visitors say is added to DIRECTORY/visitors, or, where an app's streams go, too, to
 * DIRECTORY/streams. Says how many guests there were; at the first that did harm it says so, and
 * ends with a status that the sanitizers have, too.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "hostile.h"

#define PLANS 3
#define INTERACTIVE 1
#define HARM 99 /* said to the sanitizers below */
#define MUTABLE 2
#define PATIENCE_MILLIS 240000

static const char *directory;
static char pod[200];
static char allowed[8192];
static uint64_t seed;
static bool visited;
static int ready[2];

static _Noreturn void harm(const char *what, const char *thing) {
    printf("seed %llu: %s %s\n", (unsigned long long)seed, what, thing);
    fflush(stdout);
    _exit(HARM);
}

/* ---- in the place of vmm.c ---- */

void vmm_open(struct vmm *vmm, const struct machine_plan *plan, const char *root) {
    (void)vmm;
    (void)plan;
    (void)root;
}

static void pair(int *ret_ours, int *ret_theirs) {
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0 ||
        fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0)
        die(errno, "make a socket", NULL);
    *ret_ours = ends[0];
    *ret_theirs = ends[1];
}

void vmm_start(struct vmm *vmm, struct machine_plan *plan, const struct machine_mode *mode,
               const char *root) {
    int control;
    int console;

    (void)plan;
    (void)mode;
    (void)root;
    vmm->monitor = vmm->asking = vmm->shares = vmm->server = vmm->words = -1;
    pair(&vmm->control, &control);
    pair(&vmm->console, &console);
    vmm->pid = fork();
    if (vmm->pid < 0)
        die(errno, "start the guest", NULL);
    if (vmm->pid > 0) {
        (void)close(control);
        (void)close(console);
        return;
    }
    on_die(NULL);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    (void)close(vmm->control);
    (void)close(vmm->console);
    (void)!write(console, "the kernel\033[2J\377 says\r\n", 22);
    hostile_guest(seed, visited, control, ready[1]);
}

/* Makes a file of the directory our standard error. */
static void speak_to(const char *name) {
    char path[300];
    int said;

    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    said = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (said < 0 || dup2(said, STDERR_FILENO) < 0)
        harm("cannot open", path);
}

/* ---- visitors ---- */

static int memory_of(const char *name) {
    static char bytes[1 << 16];
    char path[300];
    ssize_t n;
    int file;
    int memory = memfd_create("late", MFD_CLOEXEC);

    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    file = open(path, O_RDONLY | O_CLOEXEC);
    n = read(file, bytes, sizeof(bytes));
    if (memory < 0 || n <= 0 || write(memory, bytes, (size_t)n) != n)
        die(errno, "read", path);
    (void)close(file);
    return memory;
}

/* Asks for an app, as ask.c does, and for its end once it is there. */
static int add_and_remove(void) {
    static const char name[] = "late";
    unsigned char bytes[32] = {CONTROL_ADD, 0, 0, 0, sizeof(name) - 1};
    int fds[2] = {memory_of("late"), memory_of("late")};
    int fd = control_connect(pod);

    memcpy(bytes + 8, name, sizeof(name));
    (void)send_with_fds(fd, bytes, 16, fds, 2);
    while (recv(fd, bytes, sizeof(bytes), 0) > 0 && get32(bytes) == REPLY_TEXT)
        continue;
    return ask_main(pod, "rm", name);
}

/* Asks for anything, as no program of ours does, and goes without waiting for an answer. */
static void ask_anything(void) {
    static unsigned char bytes[CONTROL_MESSAGE];
    int fd = control_connect(pod);
    int fds[3] = {0, 1, 2};

    for (uint32_t i = 1 + roll(6); i > 0; i--) {
        uint32_t size = roll(4) == 0 ? roll(sizeof(bytes)) : roll(40);

        put32(bytes, 1 + roll(12));
        put32(bytes + 4, roll(4));
        put32(bytes + 8, roll(3));
        (void)send_with_fds(fd, bytes, size, fds, roll(3) == 0 ? 3 : 0);
        if (roll(4) == 0)
            (void)poll(&(struct pollfd){fd, POLLIN, 0}, 1, 20);
    }
}

static _Noreturn void visit(uint32_t kind) {
    static char *command[] = {"/bin/true", NULL};
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (dup2(nothing, 0) < 0 || dup2(nothing, 1) < 0)
        harm("cannot open", "/dev/null");
    speak_to(kind == 0 || kind == 1 || kind == 6 ? "streams" : "visitors");
    if (kind == 0 || kind == 6) /* more often than the others */
        attach_main(pod, "app", ATTACH_OUT, false);
    if (kind == 1)
        _exit(enter_main(pod, "app", command));
    if (kind == 2)
        _exit(ask_main(pod, "stop", "app"));
    if (kind == 3)
        _exit(ask_main(pod, "rm", "app"));
    if (kind == 4)
        _exit(add_and_remove());
    ask_anything();
    _exit(0);
}

/* ---- what is left ---- */

static void tidy(int dir, const char *prefix) {
    DIR *entries = fdopendir(dir);
    struct dirent *entry;

    while (entries != NULL && (entry = readdir(entries)) != NULL) {
        char path[600];
        char line[620];
        struct stat status;

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        (void)snprintf(path, sizeof(path), "%s%s", prefix, entry->d_name);
        if (fstatat(dirfd(entries), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0)
            harm("cannot look at", path);
        if (S_ISDIR(status.st_mode)) {
            (void)strcat(path, "/");
            tidy(openat(dirfd(entries), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC), path);
            continue;
        }
        (void)snprintf(line, sizeof(line), "\n%s\n", path);
        if (strstr(allowed, line) == NULL)
            harm("made", path);
        (void)unlinkat(dirfd(entries), entry->d_name, 0);
    }
    (void)closedir(entries);
}

static void await_end(pid_t pid, const char *who) {
    int64_t until = now_millis() + PATIENCE_MILLIS;
    int status;

    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (now_millis() > until) {
            (void)kill(pid, SIGKILL);
            harm("does not end:", who);
        }
        (void)poll(NULL, 0, 1);
    }
    if (strcmp(who, "supervisor") == 0 &&
        (!WIFEXITED(status) || (WEXITSTATUS(status) >= 64 && WEXITSTATUS(status) != EXIT_START)))
        harm("a strange end:", who);
    if (WIFEXITED(status) && WEXITSTATUS(status) == HARM)
        harm("found by a sanitizer, or could not begin:", who);
}

/* ---- the loop ---- */

static _Noreturn void be_supervisor(void) {
    char path[300];
    bool nobody_reads = roll(40) == 0; /* what it says; it goes on all the same */
    int mute[2];
    int plan;
    int lock = open(pod, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    (void)snprintf(path, sizeof(path), "%s/plan-%u", directory, (unsigned)(seed % PLANS));
    plan = open(path, O_RDONLY | O_CLOEXEC);
    if (plan < 0 || lock < 0)
        harm("cannot open", path);
    (void)close(ready[0]);
    if (seed % PLANS == INTERACTIVE)
        speak_to("streams");
    if (dup2(open("/dev/null", O_RDWR | O_CLOEXEC), STDOUT_FILENO) < 0 ||
        (nobody_reads && (pipe(mute) < 0 || dup2(mute[1], STDERR_FILENO) < 0)))
        harm("cannot open", "/dev/null");
    _exit(machine_main(plan, lock));
}

static void attack(void) {
    pid_t supervisor;
    pid_t visitor[2] = {-1, -1};
    char byte;

    roll_from(seed + 1000000007);
    visited = roll(2) == 0;
    if (pipe2(ready, O_CLOEXEC) < 0)
        harm("no pipe", "");
    supervisor = fork();
    if (supervisor == 0)
        be_supervisor();
    (void)close(ready[1]);
    if (visited && read(ready[0], &byte, 1) == 1) {
        for (unsigned i = 0; i < 1 + roll(2); i++) {
            uint32_t kind = seed % PLANS == MUTABLE && roll(3) != 0 ? 4 : roll(7);

            visitor[i] = fork();
            if (visitor[i] == 0)
                visit(kind);
        }
    }
    (void)close(ready[0]);
    if (visitor[0] > 0 && roll(4) == 0)
        (void)kill(roll(2) == 0 ? visitor[0] : supervisor, SIGTERM);
    await_end(supervisor, "supervisor");
    for (int i = 0; i < 2; i++)
        if (visitor[i] > 0)
            await_end(visitor[i], "visitor");
    tidy(open(pod, O_RDONLY | O_DIRECTORY | O_CLOEXEC), "");
}

/* Read by the sanitizers' libraries. */
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

const char *__asan_default_options(void) {
    return "exitcode=99:detect_leaks=0";
}

const char *__ubsan_default_options(void) {
    return "exitcode=99:print_stacktrace=1";
}

int main(int argc, char **argv) {
    char path[300];
    int64_t until;
    ssize_t n;
    uint64_t guests = 0;
    int list;

    if (argc != 4)
        return 2;
    directory = argv[1];
    (void)snprintf(pod, sizeof(pod), "%s/pod", directory);
    (void)snprintf(path, sizeof(path), "%s/allowed", directory);
    list = open(path, O_RDONLY | O_CLOEXEC);
    n = read(list, allowed, sizeof(allowed) - 1);
    if (n <= 0)
        return 2;
    until = now_millis() + 1000 * atoll(argv[3]);
    for (seed = (uint64_t)atoll(argv[2]); guests == 0 || now_millis() < until; seed++, guests++)
        attack();
    printf("%llu guests\n", (unsigned long long)guests);
    return 0;
}
