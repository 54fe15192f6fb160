/* SPDX-License-Identifier: Apache-2.0 */
/* Texts for people: built in fixed buffers, written with one write(2). */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "podinit.h"

#define STACK_BYTES (64u << 10)

static void (*die_hook)(void);
static void (*report_sink)(const char *bytes, size_t size);
static void (*report_leave)(int status);

/* Appends what fits of length bytes. */
void text_bytes(struct text *text, const char *more, size_t length) {
    size_t room = text->size - text->used;
    size_t taken = length < room ? length : room;

    memcpy(text->at + text->used, more, taken);
    text->used += taken;
}

/* Appends a string. */
void text_add(struct text *text, const char *more) {
    text_bytes(text, more, strlen(more));
}

/* Appends a string from outside: control characters become \xNN. */
void text_quoted(struct text *text, const char *more) {
    static const char digits[] = "0123456789abcdef";

    for (const unsigned char *c = (const unsigned char *)more; *c != 0; c++) {
        bool c1 = *c == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f;

        if (*c < 0x20 || *c == 0x7f || c1) {
            char escaped[4] = {'\\', 'x', digits[*c >> 4], digits[*c & 15]};
            text_bytes(text, escaped, sizeof(escaped));
        } else {
            text_bytes(text, (const char *)c, 1);
        }
    }
}

/* Appends a decimal number, padded on the left up to width. */
void text_number(struct text *text, uint64_t number, unsigned width, char pad) {
    char digits[24];
    size_t first = sizeof(digits);

    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    while (first > 0 && sizeof(digits) - first < width)
        digits[--first] = pad;
    text_bytes(text, digits + first, sizeof(digits) - first);
}

/* Writes the text out; 0, or a negative errno. */
int text_write(struct text *text, int fd) {
    size_t done = 0;

    while (done < text->used) {
        ssize_t n = write(fd, text->at + done, text->used - done);

        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0)
            done += (size_t)n;
    }
    return 0;
}

/* The C library's words; it may have none for what a pod says of its visitors. */
static const char *error_text(int error) {
    return error == EUSERS ? "too many visitors are in the pod" : strerror(error);
}

static void say(const char *prefix, int error, const char *verb, const char *thing) {
    TEXT(line, 1024);

    text_add(&line, prefix);
    text_add(&line, verb);
    if (thing != NULL) {
        text_add(&line, " \"");
        text_quoted(&line, thing);
        text_add(&line, "\"");
    }
    if (error != 0) {
        text_add(&line, ": ");
        text_add(&line, error_text(error < 0 ? -error : error));
    }
    if (line.used == line.size)
        line.used--;
    text_add(&line, "\n");
    if (report_sink != NULL)
        report_sink(line.at, line.used);
    else
        (void)text_write(&line, STDERR_FILENO);
}

/* Sends messages elsewhere than to standard error, and ends otherwise than by _exit. */
void report_to(void (*sink)(const char *bytes, size_t size), void (*leave)(int status)) {
    report_sink = sink;
    report_leave = leave;
}

/* Says that something could not be done, and goes on; error is an errno of either sign. */
void warn(int error, const char *verb, const char *thing) {
    say("pod-init: warning: cannot ", error, verb, thing);
}

/* Says something that has no errno. */
void warn_plain(const char *message, const char *thing) {
    say("pod-init: warning: ", 0, message, thing);
}

/* Has hook called before the program dies, once. */
void on_die(void (*hook)(void)) {
    die_hook = hook;
}

/* Says that something could not be done, and ends the program with the given status. */
_Noreturn void die_with(int status, int error, const char *verb, const char *thing) {
    void (*hook)(void) = die_hook;

    die_hook = NULL;
    if (hook != NULL)
        hook();
    say("pod-init: cannot ", error, verb, thing);
    if (report_leave != NULL)
        report_leave(status);
    _exit(status);
}

/* As die_with, with the status of a failed start. */
_Noreturn void die(int error, const char *verb, const char *thing) {
    die_with(EXIT_START, error, verb, thing);
}

/* The name of a signal, or "SIG?" for one without. */
const char *signal_name(int number) {
    static const char *const names[] = {
        "SIG?",      "SIGHUP",  "SIGINT",    "SIGQUIT", "SIGILL",   "SIGTRAP", "SIGABRT", "SIGBUS",
        "SIGFPE",    "SIGKILL", "SIGUSR1",   "SIGSEGV", "SIGUSR2",  "SIGPIPE", "SIGALRM", "SIGTERM",
        "SIGSTKFLT", "SIGCHLD", "SIGCONT",   "SIGSTOP", "SIGTSTP",  "SIGTTIN", "SIGTTOU", "SIGURG",
        "SIGXCPU",   "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO",   "SIGPWR",  "SIGSYS"};

    if (number < 1 || (size_t)number >= sizeof(names) / sizeof(names[0]))
        return names[0];
    return names[number];
}

/* Milliseconds of the monotonic clock. */
int64_t now_millis(void) {
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Gives back the stack that starting up has used; called where there is none below to be used. */
void forget_stack(void) {
    char here;
    uintptr_t end = ((uintptr_t)&here & ~(uintptr_t)4095) - 4096;

    (void)madvise((void *)(end - STACK_BYTES), STACK_BYTES, MADV_DONTNEED);
}

/* Memory that costs nothing until it is used, for good. */
void *reserve(size_t size) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (memory == MAP_FAILED)
        die(errno, "reserve memory", NULL);
    return memory;
}
