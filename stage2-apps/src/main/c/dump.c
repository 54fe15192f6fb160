/* SPDX-License-Identifier: Apache-2.0 */
/* Test program: reads a plan from standard input and prints what the reader made of it. */
#include <stdio.h>

#include "podinit.h"

static void dump_strings(const char *name, const struct strings *strings) {
    printf("%s %u:", name, strings->count);
    for (uint32_t i = 0; i < strings->count; i++)
        printf(" \"%s\"", strings->item[i]);
    printf("\n");
}

static void dump_ops(const struct mount_ops *ops) {
    for (uint32_t i = 0; i < ops->count; i++) {
        const struct mount_op *op = &ops->item[i];

        printf("op %d a=\"%s\" b=\"%s\" c=\"%s\" flags=%u mode=%o device=%llx\n", (int)op->kind,
               op->a, op->b, op->c, op->flags, op->mode, (unsigned long long)op->device);
    }
}

static void dump_cgroups(const struct cgroup_plan *plan) {
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct cgroup_dir *dir = &plan->dir[i];

        printf("cgroup \"%s\" program=%u\n", dir->path, dir->program_size);
        for (uint32_t k = 0; k < dir->settings; k++)
            printf("set \"%s\" = \"%s\" required=%d\n", dir->setting[k].file, dir->setting[k].value,
                   dir->setting[k].required);
    }
    dump_strings("join", &plan->join);
}

static void dump_app(const struct app *app) {
    printf("app \"%s\" rootfs=\"%s\" read-only=%d\n", app->name, app->rootfs, app->read_only_root);
    dump_ops(&app->mounts);
    dump_cgroups(&app->cgroups);
    printf("log \"%s\" kubelet \"%s\" status \"%s\"\n", app->log_file, app->kubelet_file,
           app->status_file);
    dump_strings("arguments", &app->arguments);
    dump_strings("search", &app->search_path);
    dump_strings("environment", &app->environment);
    printf("directory \"%s\" uid=%u gid=%u groups", app->working_directory, app->uid, app->gid);
    for (uint32_t i = 0; i < app->gid_count; i++)
        printf(" %u", app->gids[i]);
    printf("\ncapabilities=%llx flags=%u seccomp=%u oom=%d\n",
           (unsigned long long)app->capabilities, app->flags, app->seccomp_size,
           app->oom_score_adjust);
    for (uint32_t i = 0; i < app->pre_start.count; i++)
        dump_strings("pre-start", &app->pre_start.item[i]);
    for (uint32_t i = 0; i < app->post_stop.count; i++)
        dump_strings("post-stop", &app->post_stop.item[i]);
    for (uint32_t i = 0; i < app->socket_count; i++)
        printf("socket %d datagrams=%d port=%u\n", app->socket[i].fd, app->socket[i].datagrams,
               app->socket[i].port);
    if (app->socket_count > 0)
        printf("%s\n", app->socket_names);
    printf("streams %d %d %d\n", (int)app->mode[0], (int)app->mode[1], (int)app->mode[2]);
}

int main(void) {
    struct plan plan;
    int error = plan_read(0, &plan);

    if (error < 0) {
        printf("error %d\n", -error);
        return 1;
    }
    printf("pod \"%s\" host \"%s\" directory \"%s\" root \"%s\" ready \"%s\"\n", plan.uuid,
           plan.hostname, plan.pod_dir, plan.root, plan.ready_link);
    printf("network=%d \"%s\" flags=%u stop=%u\n", (int)plan.network, plan.netns, plan.flags,
           plan.stop_timeout);
    printf("users %u+%u\n", plan.users.first, plan.users.count);
    dump_ops(&plan.mounts);
    dump_cgroups(&plan.cgroups);
    for (uint32_t i = 0; i < plan.app_count; i++)
        dump_app(&plan.app[i]);
    return 0;
}
