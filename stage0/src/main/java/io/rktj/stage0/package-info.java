// SPDX-License-Identifier: Apache-2.0
/** The one listener interface of stage0. */
@NullMarked
package io.rktj.stage0;

import org.jspecify.annotations.NullMarked;
