// SPDX-License-Identifier: Apache-2.0
/** A reference and its dependencies according to pull policy. */
@NullMarked
package io.rktj.stage0.images;

import org.jspecify.annotations.NullMarked;
