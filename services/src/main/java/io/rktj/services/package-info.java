// SPDX-License-Identifier: Apache-2.0
/** What both servers need: sockets, their own or systemd's, and an end in good order. */
@NullMarked
package io.rktj.services;

import org.jspecify.annotations.NullMarked;
