// SPDX-License-Identifier: Apache-2.0
/** App requests and images to a prepared pod directory. */
@NullMarked
package io.rktj.stage0.prepare;

import org.jspecify.annotations.NullMarked;
