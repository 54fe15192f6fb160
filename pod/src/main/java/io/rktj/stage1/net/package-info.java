// SPDX-License-Identifier: Apache-2.0
/**
 * CNI configuration, plugin calls, port forwards. May use {@code spec}, {@code pod}, {@code
 * stage1}, values of {@code stage1.plan}, and {@code linux}.
 *
 * <p>{@code PodNetwork.attach(kernel, call, notices).plan()} makes what {@code --net} asks for;
 * {@code PodNetwork.detach(kernel, pod, notices)} removes it.
 */
@NullMarked
package io.rktj.stage1.net;

import org.jspecify.annotations.NullMarked;
