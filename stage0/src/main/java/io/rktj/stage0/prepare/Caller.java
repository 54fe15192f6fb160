// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.prepare;

/** Who runs the command. */
record Caller(int uid, int gid) {}
