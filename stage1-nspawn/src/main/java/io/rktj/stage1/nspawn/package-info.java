// SPDX-License-Identifier: Apache-2.0
/**
 * Sandbox plan to a pod of name spaces. May use {@code pod}, {@code stage1} with its packages,
 * {@code stage2} and {@code linux}.
 *
 * <p>{@code new NspawnStage1().run(call, notices).exec(kernel)} leaves the JVM and becomes the pod.
 */
@NullMarked
package io.rktj.stage1.nspawn;

import org.jspecify.annotations.NullMarked;
