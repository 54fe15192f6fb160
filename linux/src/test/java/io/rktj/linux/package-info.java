// SPDX-License-Identifier: Apache-2.0
/** Tests of the kernel interface, and kernels for others' tests. */
@NullMarked
package io.rktj.linux;

import org.jspecify.annotations.NullMarked;
