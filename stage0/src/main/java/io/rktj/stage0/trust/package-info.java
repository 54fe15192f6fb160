// SPDX-License-Identifier: Apache-2.0
/** Key store and OpenPGP verification; only home of Bouncy Castle. */
@NullMarked
package io.rktj.stage0.trust;

import org.jspecify.annotations.NullMarked;
