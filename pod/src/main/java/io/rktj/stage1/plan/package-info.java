// SPDX-License-Identifier: Apache-2.0
/**
 * Pod manifest and host facts to a sandbox plan; pure. May use {@code spec}, {@code pod} and {@code
 * stage1}.
 *
 * <p>{@code Planner.plan(call, new Surroundings(facts, VolumeResolver.resolve(call), ...))} decides
 * a pod.
 */
@NullMarked
package io.rktj.stage1.plan;

import org.jspecify.annotations.NullMarked;
