// SPDX-License-Identifier: Apache-2.0
/**
 * Which file of which image ends in the root file system: arithmetic on lists. May use {@code spec}
 * and {@code spec.manifest}.
 *
 * <p>{@code RenderPlan.of(root, graph)}; then {@code selection().begin(layer)} and {@code
 * takes(name, isDirectory)} for each entry of each layer's archive.
 */
@NullMarked
package io.rktj.spec.render;

import org.jspecify.annotations.NullMarked;
