// SPDX-License-Identifier: Apache-2.0
/** Tests of what flavours do on the host. */
@NullMarked
package io.rktj.stage1.host;

import org.jspecify.annotations.NullMarked;
