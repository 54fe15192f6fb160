// SPDX-License-Identifier: Apache-2.0
/**
 * Cache of rendered root file systems. May use {@code store}, {@code spec.render}, {@code
 * spec.archive} and {@code linux}.
 *
 * <p>{@code TreeStore.open(images, kernel, diagnostics).render(tree).rootfs()} is a root file
 * system that all pods share.
 */
@NullMarked
package io.rktj.stage0.tree;

import org.jspecify.annotations.NullMarked;
