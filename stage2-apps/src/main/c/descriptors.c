/* SPDX-License-Identifier: Apache-2.0 */
/* What a program that is about to run keeps open, and nothing more. */
#include <errno.h>
#include <poll.h>
#include <sys/resource.h>

#include "podinit.h"

#define AT_ONCE 256
#define AT_LEAST 65536
#define AT_MOST (1 << 20) /* the kernel's own limit, fs.nr_open */

/* One more than the highest descriptor that may be open. */
static int descriptors_end(void) {
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_max > AT_MOST)
        return AT_MOST;
    return limit.rlim_max < AT_LEAST ? AT_LEAST : (int)limit.rlim_max;
}

/*
 * For kernels without close_range(2), and without a proc, which an app's root need not have: poll(2)
 * says of many descriptors at once which of them are open.
 */
static void close_open(int first, int keep) {
    struct pollfd asked[AT_ONCE];
    int end = descriptors_end();

    for (; first < end; first += AT_ONCE) {
        bool told;

        for (int i = 0; i < AT_ONCE; i++)
            asked[i] = (struct pollfd){.fd = first + i};
        told = poll(asked, AT_ONCE, 0) >= 0;
        for (int i = 0; i < AT_ONCE; i++)
            if (first + i != keep && (!told || (asked[i].revents & POLLNVAL) == 0))
                (void)close(first + i);
    }
}

void descriptors_close(int first, int keep) {
    bool closed;

    if (keep < first)
        closed = sys_close_range((unsigned)first, ~0u) == 0;
    else
        closed = (keep == first || sys_close_range((unsigned)first, (unsigned)keep - 1) == 0) &&
                 sys_close_range((unsigned)keep + 1, ~0u) == 0;
    if (!closed)
        close_open(first, keep);
}
