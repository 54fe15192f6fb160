// SPDX-License-Identifier: Apache-2.0
/** The one listener interface of everything below the command line, and nothing else. */
@NullMarked
package io.rktj.stage0;

import org.jspecify.annotations.NullMarked;
