/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pod-init run PLANFD LOCKFD
 *     PLANFD: the plan, read once from its beginning to its end (a memfd, an unlinked file, a
 *     pipe). LOCKFD: the locked pod directory, held until the pod has ended.
 * pod-init machine PLANFD LOCKFD
 *     The same for a pod in a virtual machine, whose plan this is.
 * pod-init fly PLANFD LOCKFD
 *     The same for a pod that is a change of root: becomes its app, and LOCKFD stays open in it.
 * pod-init fly-enter PLANFD PIDFD COMMAND [ARGUMENT...]
 *     Becomes a command beside that app, whose plan and process these are.
 * pod-init image-run|image-call|image-add|image-remove PODDIR ...
 *     For pods of a stage1 that came as an image: see image.c.
 * pod-init enter PODDIR APP [--] COMMAND [ARGUMENT...]
 * pod-init app PODDIR add|start|stop|rm|add-in-machine|rm-in-machine APP
 *     For a mutable pod; the plan of an app to add comes in on standard input.
 * pod-init attach PODDIR APP ENDPOINTS raw|plain
 *     Joins our standard streams to an app's; raw: our terminal to the app's.
 * pod-init users FIRST COUNT DIRECTORY
 * pod-init users-network FIRST COUNT PATH
 *     For pods with users of their own: see users.c.
 * pod-init probe DEVICE
 * As a virtual machine's first process, called init, it does what the host tells it.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "machine.h"

extern char **environ;

#define SELF "/proc/self/exe"
#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static int parse_fd(const char *text) {
    int fd = 0;

    if (*text == 0 || strlen(text) > 6)
        return -1;
    for (; *text != 0; text++) {
        if (*text < '0' || *text > '9')
            return -1;
        fd = fd * 10 + (*text - '0');
    }
    return fd;
}

/* Whether the program that we run cannot be written to by any name, /proc/self/exe included. */
static bool self_is_sealed(void) {
    struct statvfs status;
    int fd;
    int seals;

    if (statvfs(SELF, &status) == 0 && (status.f_flag & ST_RDONLY) != 0)
        return true;
    fd = open(SELF, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    seals = fcntl(fd, F_GET_SEALS);
    (void)close(fd);
    return seals >= 0 && (seals & SEALS) == SEALS;
}

/* Our program through a read-only mount of its own. */
static int self_read_only(void) {
    struct mount_attr_ attr = {.attr_set = ATTR_RDONLY};
    int tree = sys_open_tree(AT_FDCWD, SELF, OPEN_TREE_CLONE_ | O_CLOEXEC);

    if (tree < 0)
        return -errno;
    if (sys_mount_setattr(tree, AT_EMPTY_PATH, &attr) < 0) {
        int error = -errno;

        (void)close(tree);
        return error;
    }
    return tree;
}

/* A sealed copy of our program in memory. */
static int self_copied(void) {
    struct stat status;
    int from = open(SELF, O_RDONLY | O_CLOEXEC);
    int copy = memfd_create("pod-init", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (from < 0 || copy < 0 || fstat(from, &status) < 0)
        return -errno;
    for (off_t left = status.st_size; left > 0;) {
        ssize_t n = sendfile(copy, from, NULL, (size_t)left);

        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        left -= n;
    }
    (void)close(from);
    return fcntl(copy, F_ADD_SEALS, SEALS) < 0 ? -errno : copy;
}

/*
 * Apps can name the program of process 1's children until these have become something else
 * (CVE-2019-5736); so nothing that runs in a pod runs from a file that could be changed.
 */
static void seal_self(char **argv) {
    int self;

    if (self_is_sealed())
        return;
    self = self_read_only();
    if (self < 0)
        self = self_copied();
    if (self < 0)
        die(self, "protect the program", SELF);
    (void)syscall(SYS_execveat, self, "", argv, environ, AT_EMPTY_PATH);
    die(errno, "run the protected program", SELF);
}

/* The words before "--", which stage0 writes for itself, are as many as each role takes. */
static void image_main(int argc, char **argv) {
    int words = 2;

    while (words < argc && strcmp(argv[words], "--") != 0)
        words++;
    words -= 2;
    if (strcmp(argv[1], "image-run") == 0 && words % 4 == 0 && words >= 4 && words + 4 < argc)
        image_run_main(argv + 2);
    if (strcmp(argv[1], "image-call") == 0 && words == 5 && words + 4 < argc)
        image_call_main(argv + 2);
    if (strcmp(argv[1], "image-add") == 0 && words == 6)
        _exit(image_add_main(argv + 2));
    if (strcmp(argv[1], "image-remove") == 0 && words == 3)
        _exit(image_remove_main(argv + 2));
}

int main(int argc, char **argv) {
    if (getpid() == 1 && strcmp(argv[0], "/init") == 0)
        guest_main();
    if (argc == 3 && strcmp(argv[1], "probe") == 0)
        return probe_main(argv[2]);
    if (argc == 2 && strcmp(argv[1], "clock") == 0)
        return clock_main();
    if (argc == 3 && strcmp(argv[1], "template") == 0)
        return template_main(argv[2]);
    if (argc == 4 && (strcmp(argv[1], "run") == 0 || strcmp(argv[1], "machine") == 0)) {
        int plan = parse_fd(argv[2]);
        int lock = parse_fd(argv[3]);

        if (plan < 3 || lock < 3)
            die(EINVAL, "use descriptors", argv[2]);
        seal_self(argv);
        (void)prctl(PR_SET_NAME, "pod-init", 0, 0, 0);
        _exit(argv[1][0] == 'r' ? outer_main(plan, lock) : machine_main(plan, lock));
    }
    if (argc >= 4 && strncmp(argv[1], "fly", 3) == 0) {
        int plan = parse_fd(argv[2]);
        int other = parse_fd(argv[3]);

        if (plan < 3 || other < 3)
            die(EINVAL, "use descriptors", argv[2]);
        if (argc == 4 && strcmp(argv[1], "fly") == 0)
            fly_main(plan, other);
        if (argc > 4 && strcmp(argv[1], "fly-enter") == 0)
            fly_enter_main(plan, other, argv + 4);
    }
    if (argc >= 3 && strncmp(argv[1], "image-", 6) == 0)
        image_main(argc, argv);
    if (argc == 5 && strcmp(argv[1], "users") == 0)
        return users_probe_main(argv + 2);
    if (argc == 5 && strcmp(argv[1], "users-network") == 0)
        return users_network_main(argv + 2);
    if (argc == 5 && strcmp(argv[1], "app") == 0)
        return ask_main(argv[2], argv[3], argv[4]);
    if (argc == 6 && strcmp(argv[1], "attach") == 0)
        attach_main(argv[2], argv[3], (uint32_t)parse_fd(argv[4]), strcmp(argv[5], "raw") == 0);
    if (argc >= 5 && strcmp(argv[1], "enter") == 0) {
        char **command = argv + 4;

        if (strcmp(*command, "--") == 0)
            command++;
        if (*command != NULL)
            return enter_main(argv[2], argv[3], command);
    }
    die(0,
        "understand the arguments; usage: pod-init run|machine|fly PLANFD LOCKFD | fly-enter "
        "PLANFD PIDFD COMMAND... | enter PODDIR APP [--] COMMAND... | app PODDIR add|start|stop|rm APP | attach PODDIR APP ENDPOINTS "
        "raw|plain",
        NULL);
}
