/* SPDX-License-Identifier: Apache-2.0 */
/* A supervisor of machines under attack: see hostile-host.c. */
#ifndef RKTJ_HOSTILE_H
#define RKTJ_HOSTILE_H

#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "../../main/c/machine.h"

void roll_from(uint64_t seed);
uint32_t roll(uint32_t below);
_Noreturn void hostile_guest(uint64_t seed, bool visited, int port, int ready);

#endif
