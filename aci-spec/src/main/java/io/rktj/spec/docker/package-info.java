// SPDX-License-Identifier: Apache-2.0
/**
 * Docker's images as registries describe them, and what they are in the words of the appc
 * specification.
 *
 * <p>{@code RegistryDocument.read(...)} reads what a registry answers, {@code DockerConfig.read}
 * what an image is run with, {@code AciMapping} makes the manifest of an ACI of it.
 */
@NullMarked
package io.rktj.spec.docker;

import org.jspecify.annotations.NullMarked;
