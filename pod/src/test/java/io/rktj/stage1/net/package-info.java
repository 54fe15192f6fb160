// SPDX-License-Identifier: Apache-2.0
/** Tests of networks. */
@NullMarked
package io.rktj.stage1.net;

import org.jspecify.annotations.NullMarked;
