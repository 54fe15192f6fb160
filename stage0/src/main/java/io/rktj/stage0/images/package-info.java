// SPDX-License-Identifier: Apache-2.0
/**
 * A reference and its dependencies according to pull policy. May use {@code fetch}, {@code trust},
 * {@code store} and {@code tree}.
 *
 * <p>{@code new ImageResolver(...).resolve(reference, options)} has the image in the store when it
 * returns, and everything beneath.
 */
@NullMarked
package io.rktj.stage0.images;

import org.jspecify.annotations.NullMarked;
