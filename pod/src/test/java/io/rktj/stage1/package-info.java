// SPDX-License-Identifier: Apache-2.0
/** Values that tests of stage1 share. */
@NullMarked
package io.rktj.stage1;

import org.jspecify.annotations.NullMarked;
