// SPDX-License-Identifier: Apache-2.0
/** Cache of rendered root file systems. */
@NullMarked
package io.rktj.stage0.tree;

import org.jspecify.annotations.NullMarked;
