/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes a template: boots a machine that has nothing of any pod, up to its first word, and keeps
 * what it is then in two files, its memory and its state. The monitor is asked for that in its own
 * language (QMP), of which a few fixed sentences are enough.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "machine.h"

#define ANSWER_MILLIS 30000
#define SETTLE_MILLIS 30

static struct {
    struct machine_plan plan;
    struct vmm vmm;
    char said[8192]; /* by the monitor since it was asked something */
    size_t used;
} maker COLD_DATA = {.vmm = {.pid = -1, .server = -1}};

static void end_machine(void) {
    int status;

    if (maker.vmm.pid > 0) {
        (void)kill(maker.vmm.pid, SIGKILL);
        (void)waitpid(maker.vmm.pid, &status, 0);
    }
    maker.vmm.pid = -1;
}

/* What has gone wrong, in the words of the monitor or of the kernel in the machine. */
static void give_up(void) {
    const int said[] = {maker.vmm.words, maker.vmm.console};

    end_machine();
    for (int i = 0; i < 2; i++) {
        char bytes[1024];
        ssize_t n = read(said[i], bytes, sizeof(bytes));

        if (n > 0)
            (void)!write(STDERR_FILENO, bytes, (size_t)n);
    }
}

/* Waits until a descriptor can be read. */
static void await(int fd, int64_t until, const char *for_what) {
    for (;;) {
        struct pollfd wait[] = {{fd, POLLIN, 0}, {maker.vmm.asking, POLLIN, 0}};
        int64_t left = until - now_millis();

        if (left <= 0 || poll(wait, 2, (int)left) < 0)
            die(ETIMEDOUT, "wait for", for_what);
        if ((wait[1].revents & POLLIN) != 0)
            memory_answer(&maker.vmm);
        else if (wait[1].revents != 0)
            maker.vmm.asking = -1; /* it has ended */
        if (wait[0].revents != 0)
            return;
    }
}

/* The guest's first word. */
static void await_guest(int64_t until) {
    struct frame_reader reader = {.bytes = reserve(FRAME_SPACE)};
    struct frame frame;

    while (frames_next(&reader, &frame) <= 0) {
        await(maker.vmm.control, until, "the machine to come to life");
        if (frames_fill(&reader, maker.vmm.control) == 0)
            die(ECHILD, "wait for", "the machine to come to life");
    }
    if (frame.type != FRAME_HELLO)
        die(EPROTO, "understand", "the machine");
}

/* Waits until the monitor's answer has a word in it. */
static void expect(const char *word) {
    int64_t until = now_millis() + ANSWER_MILLIS;

    while (memmem(maker.said, maker.used, word, strlen(word)) == NULL) {
        ssize_t n;

        await(maker.vmm.monitor, until, "the monitor's answer");
        n = read(maker.vmm.monitor, maker.said + maker.used, sizeof(maker.said) - maker.used);
        if (n <= 0)
            die(n < 0 ? errno : ECHILD, "hear the monitor's answer, ", word);
        maker.used += (size_t)n;
        if (memmem(maker.said, maker.used, "\"error\"", 7) != NULL)
            die(EPROTO, "have the monitor do", word);
    }
}

static void ask(const char *sentence, int fd) {
    int error;

    maker.used = 0;
    error = send_with_fds(maker.vmm.monitor, sentence, strlen(sentence), &fd, fd >= 0 ? 1 : 0);
    if (error < 0)
        die(error, "ask the monitor", sentence);
    expect("\"return\"");
}

/* Takes in all that the monitor says of the machine's state. */
static void keep_state(int from, const char *path) {
    int64_t until = now_millis() + ANSWER_MILLIS;
    char bytes[65536];
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400);

    if (file < 0)
        die(errno, "make", path);
    for (;;) {
        ssize_t n;

        await(from, until, "the machine's state");
        n = read(from, bytes, sizeof(bytes));
        if (n == 0)
            break;
        if (n < 0 || write(file, bytes, (size_t)n) != n)
            die(errno, "write", path);
    }
    if (close(file) < 0)
        die(errno, "write", path);
}

static void save(const struct machine_mode *mode) {
    int ends[2];

    expect("\"QMP\"");
    ask("{\"execute\":\"qmp_capabilities\"}", -1);
    ask("{\"execute\":\"migrate-set-capabilities\",\"arguments\":{\"capabilities\":"
        "[{\"capability\":\"x-ignore-shared\",\"state\":true}]}}",
        -1);
    if (pipe2(ends, O_CLOEXEC) < 0)
        die(errno, "make a pipe", NULL);
    ask("{\"execute\":\"getfd\",\"arguments\":{\"fdname\":\"state\"}}", ends[1]);
    (void)close(ends[1]);
    ask("{\"execute\":\"migrate\",\"arguments\":{\"uri\":\"fd:state\"}}", -1);
    keep_state(ends[0], mode->state);
    (void)close(ends[0]);
    ask("{\"execute\":\"query-migrate\"}", -1);
    expect("\"completed\"");
}

/* Ends with the program that reads what we say, even if that has ended just now. */
static void end_with_asker(void) {
    struct pollfd reader = {STDOUT_FILENO, 0, 0};

    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
        die(errno, "end with the program that asked", NULL);
    if (poll(&reader, 1, 0) > 0)
        _exit(EXIT_START);
}

/* Carries out the plan on standard input, which has one mode; root is an empty directory. */
int template_main(const char *root) {
    const struct machine_mode *mode;
    int error = machine_plan_read(STDIN_FILENO, &maker.plan);
    int state;

    if (error < 0)
        die(error, "read the plan", NULL);
    end_with_asker();
    on_die(give_up);
    mode = maker.plan.mode;
    error = memory_open(mode, &maker.vmm.memory, &state);
    if (error < 0)
        die(error, "make", mode->memory);
    maker.vmm.state = -1;
    for (int i = 0; i < TAPS; i++)
        maker.vmm.tap[i] = -1;
    vmm_start(&maker.vmm, &maker.plan, mode, root);
    await_guest(now_millis() + mode->boot_millis);
    (void)poll(NULL, 0, SETTLE_MILLIS); /* until it waits for an answer */
    save(mode);
    end_machine();
    memory_keep(maker.vmm.memory, mode->memory);
    return 0;
}
