// SPDX-License-Identifier: Apache-2.0
/**
 * Content-addressed images on disk. May use {@code fetch}, {@code trust}, {@code spec} and {@code
 * linux}.
 *
 * <p>{@code ImageStore.open(dataDirectory, kernel, clock).add(aci, verification, wish)} takes an
 * image in; {@code byName(name, labels, unverifiedToo)} finds it again.
 */
@NullMarked
package io.rktj.stage0.store;

import org.jspecify.annotations.NullMarked;
