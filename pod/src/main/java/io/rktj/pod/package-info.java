// SPDX-License-Identifier: Apache-2.0
/** The pod directory: paths, states, locks, status files. */
@NullMarked
package io.rktj.pod;

import org.jspecify.annotations.NullMarked;
