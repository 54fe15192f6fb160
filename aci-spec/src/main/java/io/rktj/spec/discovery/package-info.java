// SPDX-License-Identifier: Apache-2.0
/**
 * Image string grammar, discovery templates, meta tags; no network. May use {@code spec}.
 *
 * <p>{@code ImageRef.parse("example.com/app:1.0", workingDirectory, true)}.
 */
@NullMarked
package io.rktj.spec.discovery;

import org.jspecify.annotations.NullMarked;
