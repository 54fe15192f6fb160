// SPDX-License-Identifier: Apache-2.0
/** Tests of the pod directory. */
@NullMarked
package io.rktj.pod;

import org.jspecify.annotations.NullMarked;
