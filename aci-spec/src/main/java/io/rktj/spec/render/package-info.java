// SPDX-License-Identifier: Apache-2.0
/** Which file of which image ends in the root file system: arithmetic on lists. */
@NullMarked
package io.rktj.spec.render;

import org.jspecify.annotations.NullMarked;
