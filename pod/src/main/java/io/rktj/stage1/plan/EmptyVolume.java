// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

/**
 * A directory that has to be made for an empty volume before the pod starts.
 *
 * @param mode permission bits only ({@code spec/rkt-runtime.md} section 5)
 */
public record EmptyVolume(String directory, int mode, int uid, int gid) {}
