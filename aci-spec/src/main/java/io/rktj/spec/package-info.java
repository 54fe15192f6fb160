// SPDX-License-Identifier: Apache-2.0
/** Value types of the appc specification. Uses the JDK only. */
@NullMarked
package io.rktj.spec;

import org.jspecify.annotations.NullMarked;
