// SPDX-License-Identifier: Apache-2.0
/** CNI configuration, plugin calls, port forwards. */
@NullMarked
package io.rktj.stage1.net;

import org.jspecify.annotations.NullMarked;
