// SPDX-License-Identifier: Apache-2.0
/**
 * An image of a registry becomes an ACI. May use {@code fetch}, {@code store}, {@code spec}.
 *
 * <p>{@code RegistryImage.find(registry, wanted, host, diagnostics).fetch(work)} is the ACI, made
 * while it is read.
 */
@NullMarked
package io.rktj.stage0.docker;

import org.jspecify.annotations.NullMarked;
