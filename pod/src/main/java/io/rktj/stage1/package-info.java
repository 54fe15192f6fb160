// SPDX-License-Identifier: Apache-2.0
/** The contract between stage0 and every stage1. */
@NullMarked
package io.rktj.stage1;

import org.jspecify.annotations.NullMarked;
