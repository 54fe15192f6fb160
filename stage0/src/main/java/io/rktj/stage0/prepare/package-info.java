// SPDX-License-Identifier: Apache-2.0
/**
 * App requests and images to a prepared pod directory. May use {@code images}, {@code tree}, {@code
 * store} and {@code pod}.
 *
 * <p>{@code new PodPreparer(...).prepare(pods.create(), options, requests, images)} gives a pod
 * that can be run.
 */
@NullMarked
package io.rktj.stage0.prepare;

import org.jspecify.annotations.NullMarked;
