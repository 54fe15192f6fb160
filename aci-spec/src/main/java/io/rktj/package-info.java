// SPDX-License-Identifier: Apache-2.0
/** The base of every failure that is shown to a user. */
@NullMarked
package io.rktj;

import org.jspecify.annotations.NullMarked;
