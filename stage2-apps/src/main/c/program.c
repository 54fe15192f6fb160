/* SPDX-License-Identifier: Apache-2.0 */
/* Finding a program, and saying why it cannot run; the texts are rkt's. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "podinit.h"

#define HEAD 256
#define INTERPRETERS 5

static void complain(const char *before, const char *path, const char *after, int error) {
    TEXT(line, PATH_MAX + 256);

    text_add(&line, before);
    text_add(&line, "\"");
    text_quoted(&line, path);
    text_add(&line, "\"");
    text_add(&line, after);
    if (error != 0) {
        text_add(&line, ": ");
        text_add(&line, strerror(error));
    }
    text_add(&line, "\n");
    (void)text_write(&line, STDERR_FILENO);
}

/* Real and effective ids are the same by now, so that access(2) answers what exec will. */
static bool is_program(const char *path) {
    struct stat status;

    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

/* A path to the program: as it is if it has a slash, else the first in the search path. */
bool program_find(const struct app *app, const char *name, char path[4096]) {
    TEXT(tried, PATH_MAX);
    size_t length = strlen(name);

    if (strchr(name, '/') != NULL && length < PATH_MAX) {
        memcpy(path, name, length + 1);
        return true;
    }
    for (uint32_t i = 0; i < app->search_path.count; i++) {
        struct text candidate = {path, 4096, 0};

        text_add(&candidate, app->search_path.item[i]);
        text_add(&candidate, "/");
        text_bytes(&candidate, name, length + 1);
        if (candidate.used < candidate.size && *name != 0 && is_program(path))
            return true;
        text_add(&tried, i == 0 ? "" : ":");
        text_add(&tried, app->search_path.item[i]);
    }
    tried.at[tried.used < tried.size ? tried.used : tried.size - 1] = 0;
    complain("Error: Unable to find ", name, "", 0);
    complain("Error: searched ", tried.at, "", 0);
    return false;
}

/* Puts the interpreter of a script into path; false if there is none to check. */
static bool shebang(const char *head, size_t size, char *path, bool *ret_ok) {
    const char *end = memchr(head, '\n', size);
    size_t begin = 2;
    size_t length = 0;

    if (end == NULL && size == HEAD) {
        complain("Error: ", path, ": Shebang line too long", 0);
        *ret_ok = false;
        return false;
    }
    while (begin < size && (head[begin] == ' ' || head[begin] == '\t'))
        begin++;
    while (begin + length < size && strchr(" \t\n", head[begin + length]) == NULL)
        length++;
    if (length == 0)
        return false;
    memcpy(path, head + begin, length);
    path[length] = 0;
    return true;
}

static bool interpreter_at(int fd, uint64_t offset, uint64_t size, char *path) {
    ssize_t n;

    if (size < 2 || size >= PATH_MAX || offset > INT64_MAX)
        return false;
    n = pread(fd, path, size, (off_t)offset);
    if (n != (ssize_t)size)
        return false;
    path[size] = 0;
    return true;
}

/* Puts the dynamic loader that a program wants into path; false if it wants none. */
static bool elf_interpreter(int fd, const char *head, char *path) {
    bool wide = head[EI_CLASS] == ELFCLASS64;
    const Elf64_Ehdr *h64 = (const void *)head;
    const Elf32_Ehdr *h32 = (const void *)head;
    uint64_t table = wide ? h64->e_phoff : h32->e_phoff;
    unsigned count = wide ? h64->e_phnum : h32->e_phnum;
    size_t size = wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);

    for (unsigned i = 0; i < count && i < 64; i++) {
        union {
            Elf64_Phdr wide;
            Elf32_Phdr narrow;
        } entry;

        if (table > INT64_MAX - 65536 ||
            pread(fd, &entry, size, (off_t)(table + i * size)) != (ssize_t)size)
            return false;
        if (wide ? entry.wide.p_type == PT_INTERP : entry.narrow.p_type == PT_INTERP)
            return wide ? interpreter_at(fd, entry.wide.p_offset, entry.wide.p_filesz, path)
                        : interpreter_at(fd, entry.narrow.p_offset, entry.narrow.p_filesz, path);
    }
    return false;
}

/* Whether path could be executed as far as can be told; puts what it needs next into path. */
static bool check_one(char *path, bool *ret_more) {
    union {
        char bytes[HEAD];
        Elf64_Ehdr align;
    } head;
    struct stat status;
    bool ok = true;
    ssize_t n;
    int fd;

    *ret_more = false;
    if (stat(path, &status) < 0) {
        complain("Error: Unable to open ", path, "", errno);
        return false;
    }
    if (!S_ISREG(status.st_mode)) {
        complain("Error: ", path, " is not a regular file", 0);
        return false;
    }
    if (access(path, X_OK) < 0) {
        complain("Error: ", path, " is not executable", 0);
        return false;
    }
    fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return true; /* may be executed without being read */
    memset(&head, 0, sizeof(head));
    n = read(fd, head.bytes, sizeof(head.bytes));
    if (n > 2 && memcmp(head.bytes, "#!", 2) == 0)
        *ret_more = shebang(head.bytes, (size_t)n, path, &ok);
    else if (n > (ssize_t)sizeof(Elf64_Ehdr) && memcmp(head.bytes, ELFMAG, SELFMAG) == 0)
        *ret_more = elf_interpreter(fd, head.bytes, path);
    (void)close(fd);
    return ok;
}

/* Whether a program, its interpreter, and the interpreter's loader are there; says what is not. */
bool program_check(const char *path) {
    char next[PATH_MAX];
    bool more = true;

    memcpy(next, path, strlen(path) + 1);
    for (int i = 0; i < INTERPRETERS && more; i++)
        if (!check_one(next, &more))
            return false;
    return true;
}

/* Says why exec failed although nothing seemed wrong. */
_Noreturn void program_failed(const char *path, int error, int status) {
    if (error == ENOEXEC)
        complain("Error: ", path, ": Unsupported ELF format", 0);
    else
        complain("Error: Unable to open ", path, "", error);
    _exit(status);
}
