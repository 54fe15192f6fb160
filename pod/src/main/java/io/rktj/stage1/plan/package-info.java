// SPDX-License-Identifier: Apache-2.0
/** Pod manifest and host facts to a sandbox plan; pure. */
@NullMarked
package io.rktj.stage1.plan;

import org.jspecify.annotations.NullMarked;
