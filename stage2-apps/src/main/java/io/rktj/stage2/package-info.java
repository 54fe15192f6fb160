// SPDX-License-Identifier: Apache-2.0
/** The app plan that pod-init carries out, and its compiler. */
@NullMarked
package io.rktj.stage2;

import org.jspecify.annotations.NullMarked;
