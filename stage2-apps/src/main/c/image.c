/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pods of a stage1 that came as an image: its entry points, with the pod's roots where rkt's
 * interface has them, in mount name spaces that end with those who use them.
 *
 * LAYERS are three words: lower, upper and work directory of an overlay; the first is empty where
 * the root is a copy. Entry points are programs of the host's: paths of them and of their
 * interpreters are walked in the host's mount name space or a copy of it, never in one that the
 * pod has made.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "podinit.h"

extern char **environ;

#define APPS "opt/stage2/"
#define PROCESS_FILE "stage1-pid"
#define LAYERS 3

static const char *path_in(const char *directory, const char *name, char path[PATH_MAX]) {
    struct text text = {path, PATH_MAX, 0};

    text_add(&text, directory);
    text_add(&text, name);
    text_bytes(&text, "", 1);
    if (text.used == text.size)
        die(ENAMETOOLONG, "use", directory);
    return path;
}

/* The directory that the stage1 root is mounted on, or is. */
static int open_root(const char *pod_dir) {
    char path[PATH_MAX];
    int root = open(path_in(pod_dir, "/stage1/rootfs", path), O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (root < 0)
        die(errno, "open", path);
    return root;
}

/* A mount name space of our own, in which later ones of the pod's take part if they like. */
static void part_with_host(void) {
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0 ||
        mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL) < 0)
        die(errno, "make a mount name space", NULL);
}

/* Mounts an overlay on a directory that is open. */
static void mount_layers(char **layers, int target, const char *what) {
    struct mount_op op = {.a = layers[0], .b = layers[1], .c = layers[2]};
    char name[FD_PATH];
    int error = overlay_mount(&op, path_of_fd(target, name));

    if (error < 0)
        die(error, "mount the overlay of", what);
}

/* The stage1 root, mounted if it is made of layers. */
static int mount_root(const char *pod_dir, char **layers) {
    int root = open_root(pod_dir);

    if (*layers[0] == 0)
        return root;
    mount_layers(layers, root, pod_dir);
    (void)close(root);
    return open_root(pod_dir);
}

/* The image's manifest, for those who look for it beside the app's root. */
static void copy_manifest(const char *pod_dir, int root, const char *app) {
    char from[PATH_MAX];
    char to[PATH_MAX];
    char name[256];
    struct stat status;
    int source;
    int dir;
    int file;

    (void)path_in(path_in(pod_dir, "/appsinfo/", to), app, from);
    source = open(path_in(from, "/manifest", to), O_RDONLY | O_CLOEXEC);
    if (source < 0 || fstat(source, &status) < 0)
        die(errno, "open", to);
    (void)path_in(path_in(APPS, app, from), "/manifest", to);
    if (path_parent(root, to, true, &dir, name) < 0)
        die(errno, "make the directory of", app);
    file = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (file < 0 || sendfile(file, source, NULL, (size_t)status.st_size) != status.st_size)
        die(errno, "write the manifest of", app);
    (void)close(file);
    (void)close(dir);
    (void)close(source);
}

static void link_mtab(int root) {
    int etc = path_open(root, "etc", O_PATH | O_DIRECTORY);

    if (etc < 0)
        return;
    (void)symlinkat("../proc/self/mounts", etc, "mtab");
    (void)close(etc);
}

static const char *app_root(const char *app, char path[PATH_MAX]) {
    char directory[PATH_MAX];

    return path_in(path_in(APPS, app, directory), "/rootfs", path);
}

/* Puts an app where stage1 looks for it: opt/stage2/APP/{manifest,rootfs}. */
static void place_app(const char *pod_dir, int root, const char *app, char **layers) {
    char path[PATH_MAX];
    int target = path_target(root, app_root(app, path), true);

    if (target < 0)
        die(target, "make the directory of", app);
    copy_manifest(pod_dir, root, app);
    if (*layers[0] != 0) {
        mount_layers(layers, target, app);
        (void)close(target);
        target = path_open(root, path, O_PATH | O_DIRECTORY);
        if (target < 0)
            die(target, "open the root of", app);
    }
    link_mtab(target);
    (void)close(target);
}

/* Touched, so that on an overlay it is in the upper layer, where rkt looks for statuses. */
static void make_status_directory(int root) {
    int dir = path_target(root, "rkt/status", true);
    char name[FD_PATH];

    if (dir < 0 || utimensat(AT_FDCWD, path_of_fd(dir, name), NULL, 0) < 0)
        die(dir < 0 ? dir : errno, "make", "rkt/status");
    (void)close(dir);
}

static void ordinary_signals(void) {
    sigset_t none;

    reset_process(NULL);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Becomes an entry point: a program, and its words from the zeroth on. */
static _Noreturn void become(const char *pod_dir, char **words) {
    if (chdir(pod_dir) < 0)
        die(errno, "change to", pod_dir);
    (void)execve(words[0], words + 1, environ);
    die(errno, "run the entry point", words[0]);
}

static pid_t parse_pid(const char *text) {
    pid_t pid = 0;

    for (; *text >= '0' && *text <= '9' && pid < 100000000; text++)
        pid = pid * 10 + (*text - '0');
    return *text == 0 ? pid : 0;
}

/* Whether somebody holds the pod's lock; only then its process ids mean anything. */
static bool is_running(const char *pod_dir) {
    int dir = open(pod_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool running = dir >= 0 && flock(dir, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;

    if (dir >= 0)
        (void)close(dir);
    return running;
}

/* Whether the stage1 root is a mount of its own. */
static bool is_mounted(const char *pod_dir, int root) {
    struct stat above;
    struct stat status;

    return stat(pod_dir, &above) == 0 && fstat(root, &status) == 0 &&
           above.st_dev != status.st_dev;
}

/* Enters the mount name space of the pod's process; a descriptor of the root there, or -1. */
static int enter_pod(const char *pod_dir, pid_t pid) {
    char root_path[PATH_MAX];
    TEXT(path, 64);
    int space;
    int root;

    text_add(&path, "/proc/");
    text_number(&path, (uint64_t)pid, 0, 0);
    text_bytes(&path, "/ns/mnt", sizeof("/ns/mnt"));
    space = open(path.at, O_RDONLY | O_CLOEXEC);
    if (space < 0 || !is_running(pod_dir) || setns(space, CLONE_NEWNS) < 0) {
        if (space >= 0)
            (void)close(space);
        return -1;
    }
    (void)close(space);
    root = open(path_in(pod_dir, "/stage1/rootfs", root_path), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0 || is_mounted(pod_dir, root))
        return root; /* not there where a pod has changed its root */
    (void)close(root);
    return -1;
}

/* In a name space of ours: the running pod's own root, so that writers and readers share it. */
static void bring_root(const char *pod_dir, pid_t pid) {
    int ours = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    int top = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int root = enter_pod(pod_dir, pid);
    int tree = -1;
    int target;

    if (root >= 0)
        tree = sys_open_tree(root, "",
                             OPEN_TREE_CLONE_ | O_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE_);
    if (ours < 0 || top < 0 || setns(ours, CLONE_NEWNS) < 0 || fchdir(top) < 0 || chroot(".") < 0)
        die(errno, "come back from pod", pod_dir);
    (void)close(ours);
    (void)close(top);
    if (tree < 0)
        return;
    target = open_root(pod_dir);
    if (sys_move_mount(tree, target) < 0)
        die(errno, "mount the root of pod", pod_dir);
    (void)close(target);
    (void)close(tree);
    (void)close(root);
}

/* image-run PODDIR LAYERS [APP LAYERS]... -- PROGRAM WORD... */
_Noreturn void image_run_main(char **words) {
    const char *pod_dir = words[0];
    int root;

    ordinary_signals();
    part_with_host();
    root = mount_root(pod_dir, words + 1);
    make_status_directory(root);
    for (words += 1 + LAYERS; strcmp(*words, "--") != 0; words += 1 + LAYERS)
        place_app(pod_dir, root, words[0], words + 1);
    (void)close(root);
    write_process_file(pod_dir, PROCESS_FILE, getpid());
    become(pod_dir, words + 1);
}

/* image-call PODDIR PID LAYERS -- PROGRAM WORD... ; PID 0 for a pod that has ended */
_Noreturn void image_call_main(char **words) {
    const char *pod_dir = words[0];
    pid_t pid = parse_pid(words[1]);

    ordinary_signals();
    part_with_host();
    if (pid > 0)
        bring_root(pod_dir, pid);
    else
        (void)close(mount_root(pod_dir, words + 2));
    become(pod_dir, words + 3 + LAYERS);
}

/* image-add PODDIR PID APP LAYERS: in the running pod's own mount name space, if that is ours. */
int image_add_main(char **words) {
    bool layers = *words[3] != 0;
    int root = layers ? enter_pod(words[0], parse_pid(words[1])) : open_root(words[0]);

    if (root < 0)
        die(0, "find the root of pod", words[0]);
    place_app(words[0], root, words[2], words + 3);
    return 0;
}

/* What place_app has made beside the root, which is an empty directory by now. */
static void remove_app(int root, const char *app) {
    char path[PATH_MAX];
    char name[256];
    int above;
    int dir;

    if (path_parent(root, path_in(APPS, app, path), false, &above, name) < 0)
        return;
    dir = openat(above, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir >= 0) {
        (void)unlinkat(dir, "manifest", 0);
        (void)unlinkat(dir, "rootfs", AT_REMOVEDIR);
        (void)unlinkat(above, name, AT_REMOVEDIR);
        (void)close(dir);
    }
    (void)close(above);
}

/* image-remove PODDIR PID APP: unmounts and removes what image-add has made. */
int image_remove_main(char **words) {
    char path[PATH_MAX];
    char name[FD_PATH];
    int root = enter_pod(words[0], parse_pid(words[1]));
    int target;

    if (root < 0)
        return 0; /* not mounted: stage0 removes the copy */
    target = path_open(root, app_root(words[2], path), O_PATH | O_DIRECTORY);
    if (target >= 0 && umount2(path_of_fd(target, name), MNT_DETACH) < 0 && errno != EINVAL)
        die(errno, "unmount the root of", words[2]);
    if (target >= 0)
        (void)close(target);
    remove_app(root, words[2]);
    return 0;
}
