/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine made ready for its pod: kernel file systems, drivers, a root that can be left again,
 * then what the host has decided: directories, files, images, shares.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h> /* renameat */
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "machine.h"

#define MODULES 64
#define DISKS 26
#define SLOTS 24

static void must_mount(const char *type, const char *path, unsigned long flags, const char *data) {
    if (mkdir(path, 0755) < 0 && errno != EEXIST)
        die(errno, "make directory", path);
    if (mount(type, path, type, flags, data) < 0)
        die(errno, "mount a file system on", path);
}

/* Loads the drivers that came along, in the order of their names. */
static void load_modules(void) {
    for (unsigned i = 0; i < MODULES; i++) {
        TEXT(path, 64);
        int fd;

        text_add(&path, "/modules/");
        text_number(&path, i, 2, '0');
        text_bytes(&path, "", 1);
        fd = open(path.at, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            return;
        if (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST)
            die(errno, "load the driver", path.at);
        (void)close(fd);
    }
}

/* A root of our own: the first one, which the kernel made, cannot be exchanged. */
static void switch_root(void) {
    static const char *const moved[] = {"/proc", "/sys", "/dev"};

    must_mount("tmpfs", "/root", 0, "mode=0755,size=75%");
    for (unsigned i = 0; i < sizeof(moved) / sizeof(moved[0]); i++) {
        TEXT(path, 64);

        text_add(&path, "/root");
        text_bytes(&path, moved[i], strlen(moved[i]) + 1);
        if (mkdir(path.at, 0755) < 0 || mount(moved[i], path.at, NULL, MS_MOVE, NULL) < 0)
            die(errno, "move a file system to", path.at);
    }
    if (chdir("/root") < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 ||
        chdir("/") < 0)
        die(errno, "change the root to", "/root");
}

/* Makes the machine what a host is to a pod. */
void guest_prepare(void) {
    (void)umask(022);
    must_mount("proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    must_mount("sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    must_mount("devtmpfs", "/dev", MS_NOSUID, "mode=0755");
    load_modules();
    switch_root();
    must_mount("cgroup2", "/sys/fs/cgroup", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}

/*
 * In a copy of a template, whose devices are not those of the template: the places for them that it
 * found empty are looked at again, up to the first that still is. The tables that name the places
 * are written by the Java class DeviceSlots.
 */
void guest_find_devices(void) {
    static const char digits[] = "0123456789abcdef";
    int fd = open("/sys/bus/platform/drivers/virtio-mmio/bind", O_WRONLY | O_CLOEXEC);

    if (fd < 0)
        die(errno, "look for devices", NULL);
    for (unsigned i = 1; i < SLOTS; i++) {
        char name[] = {'L', 'N', 'R', 'O', '0', '0', '0', '5', ':', digits[i >> 4], digits[i & 15]};

        if (write(fd, name, sizeof(name)) < 0)
            break;
    }
    (void)close(fd);
}

static void make_directory(struct reader *in) {
    const char *path = read_text(in);
    mode_t mode = (mode_t)(read_number(in) & 07777);
    uid_t uid = read_number(in);
    gid_t gid = read_number(in);

    if (in->bad)
        return;
    if (path_make_parents(path) < 0 || (mkdir(path, 0700) < 0 && errno != EEXIST) ||
        chown(path, uid, gid) < 0 || chmod(path, mode) < 0)
        die(errno, "make directory", path);
}

static void make_file(struct reader *in) {
    const char *path = read_text(in);
    mode_t mode = (mode_t)(read_number(in) & 07777);
    uint32_t size;
    const void *content = read_blob(in, 1, &size);
    int fd;

    if (in->bad)
        return;
    fd = path_make_parents(path) < 0
             ? -1
             : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd < 0 || (size > 0 && write(fd, content, size) != (ssize_t)size) || close(fd) < 0)
        die(errno, "make file", path);
}

/* Whether the disk called name has the serial number that is looked for. */
static bool has_serial(const char *name, const char *serial) {
    char found[64] = {0};
    TEXT(path, 64);
    int fd;
    ssize_t n;

    text_add(&path, "/sys/block/");
    text_add(&path, name);
    text_bytes(&path, "/serial", sizeof("/serial"));
    fd = open(path.at, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    n = read(fd, found, sizeof(found) - 1);
    (void)close(fd);
    return n > 0 && strncmp(found, serial, strlen(serial)) == 0 && found[strlen(serial)] <= ' ';
}

/* Mounts the read-only image on the disk with a serial number. */
static void mount_image(struct reader *in) {
    const char *serial = read_text(in);
    const char *path = read_text(in);

    if (in->bad)
        return;
    if (path_make_parents(path) < 0 || (mkdir(path, 0755) < 0 && errno != EEXIST))
        die(errno, "make directory", path);
    for (int tries = 0; tries < 2000; tries++) {
        for (int i = 0; i < DISKS; i++) {
            char name[] = {'v', 'd', (char)('a' + i), 0};
            char device[] = {'/', 'd', 'e', 'v', '/', 'v', 'd', (char)('a' + i), 0};

            if (!has_serial(name, serial))
                continue;
            if (mount(device, path, "erofs", MS_RDONLY | MS_NODEV, NULL) < 0)
                die(errno, "mount the image on", path);
            return;
        }
        (void)poll(NULL, 0, 1); /* it appears a moment after its driver */
    }
    die(ENODEV, "find the disk of image", path);
}

/* Carries out what the host has decided; the format is that of the Java class MachinePlan. */
void guest_setup(const unsigned char *setup, uint32_t size) {
    struct reader in = {setup, setup + size, setup == NULL};
    const char *shares;
    uint32_t count = read_count(&in, 20);

    for (uint32_t i = 0; i < count && !in.bad; i++)
        make_directory(&in);
    count = read_count(&in, 16);
    for (uint32_t i = 0; i < count && !in.bad; i++)
        make_file(&in);
    count = read_count(&in, 16);
    for (uint32_t i = 0; i < count && !in.bad; i++)
        mount_image(&in);
    shares = read_text(&in);
    if (in.bad || in.at != in.end)
        die(EBADMSG, "read the set-up", NULL);
    if (*shares == 0)
        return;
    if (path_make_parents(shares) < 0 || (mkdir(shares, 0755) < 0 && errno != EEXIST) ||
        mount("shares", shares, "virtiofs", 0, NULL) < 0)
        die(errno, "mount the shared directories on", shares);
}
