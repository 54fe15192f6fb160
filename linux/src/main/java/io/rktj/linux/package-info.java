// SPDX-License-Identifier: Apache-2.0
/** The kernel as an interface; only home of jnr-ffi. */
@NullMarked
package io.rktj.linux;

import org.jspecify.annotations.NullMarked;
