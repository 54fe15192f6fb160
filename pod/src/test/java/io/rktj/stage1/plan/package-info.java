// SPDX-License-Identifier: Apache-2.0
/** Tests of the planner. */
@NullMarked
package io.rktj.stage1.plan;

import org.jspecify.annotations.NullMarked;
