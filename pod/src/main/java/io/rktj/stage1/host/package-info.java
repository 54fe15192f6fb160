// SPDX-License-Identifier: Apache-2.0
/**
 * What flavours do on the host around a pod: facts read, files made, processes stopped, control
 * groups removed. May use {@code spec}, {@code pod}, {@code stage1}, {@code stage1.plan} and {@code
 * linux}.
 */
@NullMarked
package io.rktj.stage1.host;

import org.jspecify.annotations.NullMarked;
