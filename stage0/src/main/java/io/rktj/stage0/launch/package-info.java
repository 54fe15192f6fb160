// SPDX-License-Identifier: Apache-2.0
/** Chooses the flavour, builds the call, leaves the JVM; life cycle of pods. */
@NullMarked
package io.rktj.stage0.launch;

import org.jspecify.annotations.NullMarked;
